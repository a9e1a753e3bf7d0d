"""Entries of a file as rows that are not saved yet. What is wrong goes to the findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from conversations.files.entries import FLOW_KEYS, STEP_APART, STEP_KEYS, TRANSITION_APART, TRANSITION_KEYS, Step
from conversations.files.references import References
from conversations.models import Answer, Document, Flow, State, Transition
from core.interchange.documents import Entry
from core.interchange.flaws import Findings, Place
from core.interchange.media import Media
from core.interchange.model_fields import refuse_others
from core.interchange.whole_rows import RowRead, check_row, names_of, read_row

Row = TypeVar("Row", Answer, Document)


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What readers look into, and where they tell what is wrong."""

    references: References
    media: Media
    findings: Findings


def read_flow(entry: Entry, flow: Flow, sources: Sources) -> tuple[RowRead, list[Step]] | None:
    """The fields of a flow, and its steps in their order; None if they have flaws."""
    refuse_others(entry.data, FLOW_KEYS, entry.place, sources.findings)
    read = _read(Flow, entry.data, entry.place, flow, sources)
    read.fields["name"] = entry.name
    steps = read_steps(entry, flow, sources)
    if sources.findings.below(entry.place):
        return None
    checked = Flow(pk=flow.pk, **read.fields)
    check_row(checked, entry.place, sources.findings)
    read.fields = {name: getattr(checked, name) for name in read.fields}  # as the model tidies them
    return None if sources.findings.below(entry.place) else (read, steps)


def read_knowledge(
    model: type[Row], key: str, entry: Entry, current: Row | None, sources: Sources
) -> tuple[Row, RowRead] | None:
    """An answer or a document, not saved, with what was read; None if it has flaws."""
    refuse_others(entry.data, names_of(model), entry.place, sources.findings)
    sources.references.add_topic(entry.data.get("topic"), (*entry.place, "topic"), sources.findings)
    read = _read(model, entry.data, entry.place, current, sources)
    read.fields[key] = entry.name
    if sources.findings.below(entry.place):
        return None
    row = model(pk=current.pk if current else None, **read.fields)
    check_row(row, entry.place, sources.findings)
    return None if sources.findings.below(entry.place) else (row, read)


def read_steps(entry: Entry, flow: Flow, sources: Sources) -> list[Step]:
    """The steps of an entry, in their order; those with flaws are left out."""
    place, findings = (*entry.place, "steps"), sources.findings
    listed = _mappings(entry.data.get("steps"), place, findings, remedy=_("Begin each with “- key:”."))
    saved = {state.key: state for state in flow.states.all()}
    states: dict[str, tuple[State, RowRead, Mapping[str, Any], Place]] = {}
    for number, data in enumerate(listed):
        own = (*place, number)
        refuse_others(data, STEP_KEYS, own, findings)
        current = saved.get(str(data.get("key")))
        read = _read(State, data, own, current, sources, without=STEP_APART)
        key = str(read.fields["key"])
        if key in states:
            words = _("The key “%(key)s” is there twice.") % {"key": key}
            findings.add((*own, "key"), words, _("Give each step a key of its own."), code="key_taken")
            continue
        state = State(pk=current.pk if current else None, **read.fields)
        if not findings.below(own):
            check_row(state, own, findings, without=("flow",))
        states[key] = (state, read, data, own)
    known = {key: state for key, (state, *_rest) in states.items()}
    return [
        Step(state=state, transitions=_read_transitions(data, state, known, own, sources), lists=read.lists)
        for state, read, data, own in states.values()
    ]


def _read_transitions(
    data: Mapping[str, Any], state: State, known: Mapping[str, State], place: Place, sources: Sources
) -> list[Transition]:
    place, findings = (*place, "transitions"), sources.findings
    found = []
    for number, one in enumerate(
        _mappings(data.get("transitions"), place, findings, remedy=_("Begin each with “- to:”."))
    ):
        own = (*place, number)
        refuse_others(one, TRANSITION_KEYS, own, findings)
        read = _read(Transition, one, own, None, sources, without=TRANSITION_APART)
        target = known.get(one["to"]) if isinstance(one.get("to"), str) else None
        if target is None:
            words = _("There is no step “%(key)s” in this flow.") % {"key": one.get("to", "")}
            remedy = _("There are: %(known)s.") % {"known": ", ".join(known)}
            findings.add((*own, "to"), words, remedy, code="reference_missing")
            continue
        transition = Transition(state=state, target=target, **read.fields)
        if not findings.below(own):
            check_row(transition, own, findings, without=("state", "target"))
        found.append(transition)
    return found


def _mappings(listed: Any, place: Place, findings: Findings, *, remedy: str) -> list[Mapping[str, Any]]:
    """A list of names with values; anything else is a finding."""
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        findings.add(place, _("“%(name)s” is a list.") % {"name": place[-1]}, remedy)
        return []
    return listed


def _read(
    model: type[Model],
    data: Mapping[str, Any],
    place: Place,
    current: Model | None,
    sources: Sources,
    *,
    without: tuple[str, ...] = (),
) -> RowRead:
    return read_row(
        model,
        data,
        place,
        current=current,
        references=sources.references,
        media=sources.media,
        findings=sources.findings,
        without=without,
    )
