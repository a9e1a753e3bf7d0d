"""The draft of a flow as programs read and write it: the steps as files have them, all of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from conversations.files.entries import flow_entry, steps_of, stored_files
from conversations.files.readers import Sources, read_steps
from conversations.files.references import References
from conversations.flows import drafts, journal, publication
from conversations.flows.problems import Problem
from conversations.models import DraftSnapshot, Flow
from core.interchange.files_of_rows import Media
from core.interchange.flaws import Findings
from core.interchange.whole_file import Entry


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The steps of a draft, the problems that prevent its publication, and the changes that undo and redo would take.

    `seen` names exactly this draft: a program that writes it back with that overwrites no change of another person.
    """

    seen: str
    steps: Sequence[Mapping[str, Any]]
    problems: Sequence[Problem]
    undo: DraftSnapshot | None
    redo: DraftSnapshot | None


def read_draft(flow: Flow) -> Draft:
    """The draft as it is."""
    return draft_with(flow, media_of(flow))


def write_draft(
    flow: Flow,
    steps: Sequence[Mapping[str, Any]],
    *,
    seen: str | None = None,
    by: AbstractBaseUser | None = None,
    dry_run: bool = False,
) -> Draft:
    """Replace the steps of a draft; steps that keep their key keep their page. It can be undone.

    Raises `FlowError` if the draft has changed since it was `seen`, and `FileRefused` with all faults of the steps. A
    file of a step is named as it is now: new ones come in an imported ZIP or on the step's page. A `dry_run` keeps
    nothing and answers the same.
    """
    media = media_of(flow)
    with transaction.atomic():
        journal.open_draft(flow, seen)
        findings = Findings()
        sources = Sources(references=References(), media=media, findings=findings)
        read = read_steps(Entry(name=flow.name, place=(), data={"steps": list(steps)}), flow, sources)
        findings.refuse()
        drafts.take_over(flow, [(step.state, step.transitions, step.lists or {}) for step in read], by=by)
        draft = draft_with(flow, media)
        if dry_run:
            transaction.set_rollback(True)
    return draft


def media_of(flow: Flow) -> Media:
    """The files that its steps have. Not inside a transaction: storages may be far away."""
    media = Media()
    media.learn(stored_files(flow.states.all()))
    return media


def draft_with(flow: Flow, media: Media) -> Draft:
    """The draft as it is, from its files."""
    return Draft(
        seen=journal.fingerprint(flow),
        steps=flow_entry(flow, steps_of(flow), media)["steps"],
        problems=publication.check(flow),
        undo=journal.next_undo(flow),
        redo=journal.next_redo(flow),
    )
