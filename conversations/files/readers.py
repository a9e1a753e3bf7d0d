"""Entries of a file as rows that are not saved yet. Faults go to the findings."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from conversations.files.entries import FLOW_KEYS, STEP_APART, TRANSITION_APART, TRANSITION_KEYS, Step, step_keys
from conversations.files.references import References
from conversations.models import Answer, Document, Flow, State, Transition
from core.interchange.files_of_rows import Media
from core.interchange.flaws import Findings, Place
from core.interchange.model_fields import refuse_others
from core.interchange.whole_file import Entry
from core.interchange.whole_rows import RowRead, check_row, names_of, read_row

Row = TypeVar("Row", Answer, Document)


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The context of readers, and the findings to which they add errors."""

    references: References
    media: Media
    findings: Findings


def read_flow(entry: Entry, flow: Flow, sources: Sources) -> tuple[RowRead, list[Step]] | None:
    """The fields of a flow, and its steps in their order; None if they have flaws."""
    refuse_others(entry.data, FLOW_KEYS, entry.place, sources.findings)
    read = read_flow_fields(entry, flow, sources)
    steps = read_steps(entry, flow, sources)
    return None if read is None or sources.findings.below(entry.place) else (read, steps)


def read_flow_fields(entry: Entry, flow: Flow, sources: Sources) -> RowRead | None:
    """The fields of a flow without its steps; None if they have flaws."""
    read = _read(Flow, entry.data, entry.place, flow, sources)
    read.fields["name"] = entry.name
    if sources.findings.below(entry.place):
        return None
    checked = Flow(pk=flow.pk, **read.fields)
    check_row(checked, entry.place, sources.findings)
    read.fields = {name: getattr(checked, name) for name in read.fields}  # as the model tidies them
    return None if sources.findings.below(entry.place) else read


def read_knowledge(
    model: type[Row], key: str, entry: Entry, current: Row | None, sources: Sources
) -> tuple[Row, RowRead] | None:
    """An answer or a document, not saved, with its entry as read; None if it has flaws."""
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
    states: dict[str, tuple[Step, Mapping[str, Any], Place]] = {}
    for number, data in enumerate(listed):
        own = (*place, number)
        step = read_step(data, own, saved.get(str(data.get("key"))), sources, taken=states)
        states.setdefault(str(step.state.key), (step, data, own))
    known = {key: step.state for key, (step, *_rest) in states.items()}
    return [
        replace(step, transitions=read_transitions(data, step.state, known, own, sources))
        for step, data, own in states.values()
    ]


def read_step(
    data: Mapping[str, Any], place: Place, current: State | None, sources: Sources, *, taken: Container[str]
) -> Step:
    """A step, not saved, without its transitions. It takes the place of the `current` one; its key must not be among
    those that are `taken`."""
    findings = sources.findings
    refuse_others(data, step_keys(), place, findings)
    read = _read(State, data, place, current, sources, without=STEP_APART)
    key = str(read.fields["key"])
    if key in taken:
        words = _("The key “%(key)s” is there twice.") % {"key": key}
        findings.add((*place, "key"), words, _("Give each step a key of its own."), code="key_taken")
    state = State(pk=current.pk if current else None, **read.fields)
    if not findings.below(place):
        check_row(state, place, findings, without=("flow",))
    return Step(state=state, transitions=(), lists=read.lists)


def read_transitions(
    data: Mapping[str, Any], state: State, known: Mapping[str, State], place: Place, sources: Sources
) -> list[Transition]:
    """The transitions of a step; those with flaws are left out. `known` are the steps that they can lead to."""
    place, findings = (*place, "transitions"), sources.findings
    listed = _mappings(data.get("transitions"), place, findings, remedy=_("Begin each with “- to:”."))
    transitions = (read_transition(one, state, known, (*place, number), sources) for number, one in enumerate(listed))
    return [one for one in transitions if one is not None]


def read_transition(
    data: Mapping[str, Any], state: State, known: Mapping[str, State], place: Place, sources: Sources
) -> Transition | None:
    """A transition, not saved; None if there is no step that it leads to."""
    findings = sources.findings
    refuse_others(data, TRANSITION_KEYS, place, findings)
    read = _read(Transition, data, place, None, sources, without=TRANSITION_APART)
    target = known.get(data["to"]) if isinstance(data.get("to"), str) else None
    if target is None:
        words = _("There is no step “%(key)s” in this flow.") % {"key": data.get("to", "")}
        remedy = _("There are: %(known)s.") % {"known": ", ".join(known)}
        findings.add((*place, "to"), words, remedy, code="reference_missing")
        return None
    transition = Transition(state=state, target=target, **read.fields)
    if not findings.below(place):
        check_row(transition, place, findings, without=("state", "target"))
    return transition


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
