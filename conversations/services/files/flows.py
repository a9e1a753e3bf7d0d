"""Flows as programs create and change them: the fields that files have, read by the same rules."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from conversations.files.entries import flow_entry
from conversations.files.readers import Sources, read_flow, read_flow_fields
from conversations.files.references import References
from conversations.flows import drafts
from conversations.models import Flow
from core.interchange.files_of_rows import Media
from core.interchange.flaws import Findings
from core.interchange.whole_file import Entry
from core.interchange.whole_rows import RowRead


@transaction.atomic
def create_flow(entry: Mapping[str, Any], *, by: AbstractBaseUser | None = None) -> Flow:
    """A new flow, with `steps` if the entry has some; nothing runs before it is published.

    Raises `FileRefused` with all that is wrong.
    """
    flow, sources = Flow.objects.create(name=entry["name"]), _sources()
    read = read_flow(Entry(name=flow.name, place=(), data=entry), flow, sources)
    sources.findings.refuse()
    assert read is not None
    _fill(flow, read[0])
    if read[1]:
        drafts.take_over(flow, [(step.state, step.transitions, step.lists or {}) for step in read[1]], by=by)
    return flow


@transaction.atomic
def change_flow(flow: Flow, entry: Mapping[str, Any]) -> Flow:
    """Change the fields that the entry names; null is the default. Raises `FileRefused` with all faults."""
    flow, sources = Flow.objects.select_for_update(of=("self",)).select_related("live").get(pk=flow.pk), _sources()
    before = flow_entry(flow, (), sources.media)
    del before["steps"]
    wanted = {name: value for name, value in {**before, **entry}.items() if value is not None}
    read = read_flow_fields(Entry(name=wanted["name"], place=(), data=wanted), flow, sources)
    sources.findings.refuse()
    assert read is not None
    _fill(flow, read)
    return flow


def _sources() -> Sources:
    return Sources(references=References(), media=Media(), findings=Findings())


def _fill(flow: Flow, read: RowRead) -> None:
    for name, value in read.fields.items():
        setattr(flow, name, value)
    flow.save()
    for name, rows in read.lists.items():
        getattr(flow, name).set(rows)
