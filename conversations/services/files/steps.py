"""Single steps and transitions of a draft as programs write them, by the services of the graph's editor.

Each answers with the draft after it, and raises `FlowError` if that has changed since it was `seen`, and `FileRefused`
with all faults.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from conversations.files.entries import Step, step_entry, transition_entry
from conversations.files.readers import Sources, read_step, read_transition, read_transitions
from conversations.files.references import References
from conversations.flows import default_names, edits
from conversations.machine.nodes.registry import has_answer
from conversations.models import Flow, State, Transition
from conversations.services.files.drafts import Draft, draft_with, media_of
from core.interchange.files_of_rows import Media
from core.interchange.flaws import Findings

By = AbstractBaseUser | None
Entry = Mapping[str, Any]


def read_step_entry(step: State) -> dict[str, Any]:
    """A step as its draft has it."""
    return step_entry(_whole(step), media_of(step.flow))


def add_step(
    flow: Flow, entry: Entry, *, after: State | None = None, seen: str | None = None, by: By = None
) -> tuple[State, Draft]:
    """Add a step after another one, or last. A name, a key and the name of its answer that are missing are made."""
    media = media_of(flow)
    with transaction.atomic():
        others = list(flow.states.all())
        step = _write(State(flow=flow), _named(entry, others), others, media, after=after, seen=seen, by=by)
        return step, draft_with(flow, media)


def change_step(step: State, entry: Entry, *, seen: str | None = None, by: By = None) -> tuple[State, Draft]:
    """Change the fields of a step that an entry names; null is the default. With `transitions` all of its transitions
    are replaced.
    """
    media = media_of(step.flow)
    with transaction.atomic():
        before = step_entry(_whole(step), media)
        keeps_ways = "transitions" not in entry
        wanted = {name: value for name, value in {**before, **entry}.items() if value is not None}
        others = list(step.flow.states.exclude(pk=step.pk))
        changed = _write(step, wanted, others, media, keeps_ways=keeps_ways, seen=seen, by=by)
        return changed, draft_with(step.flow, media)


def move_step(step: State, *, after: State | None, seen: str | None = None, by: By = None) -> Draft:
    """Put a step after another one, or first."""
    media = media_of(step.flow)
    with transaction.atomic():
        edits.move_step(step, after=after, seen=seen, by=by)
        return draft_with(step.flow, media)


def remove_step(step: State, *, seen: str | None = None, by: By = None) -> Draft:
    """Delete a step with the transitions that lead to it."""
    media = media_of(step.flow)
    with transaction.atomic():
        edits.remove_step(step, seen=seen, by=by)
        return draft_with(step.flow, media)


def add_transition(
    step: State, entry: Entry, *, number: int | None = None, seen: str | None = None, by: By = None
) -> Draft:
    """Let a step lead to another one, as its transition of this number, from 1; by default as its last one."""
    media = media_of(step.flow)
    with transaction.atomic():
        ways = list(step.transitions.all())
        ways.insert(len(ways) if number is None else number - 1, _way(step, entry, media))
        return _with_ways(step, ways, (), media, seen=seen, by=by)


def change_transition(
    way: Transition, entry: Entry, *, number: int | None = None, seen: str | None = None, by: By = None
) -> Draft:
    """Change the fields of a transition that an entry names; null is the default. A `number` moves it among those of
    its step.
    """
    step = way.state
    media = media_of(step.flow)
    with transaction.atomic():
        ways = list(step.transitions.all())
        place = ways.index(way)
        wanted = {**transition_entry(way, media), **entry}
        changed = _way(step, {name: value for name, value in wanted.items() if value is not None}, media)
        changed.pk = way.pk
        del ways[place]
        ways.insert(place if number is None else number - 1, changed)
        return _with_ways(step, ways, (), media, seen=seen, by=by)


def remove_transition(way: Transition, *, seen: str | None = None, by: By = None) -> Draft:
    """Delete a transition."""
    media = media_of(way.state.flow)
    with transaction.atomic():
        ways = list(way.state.transitions.exclude(pk=way.pk))
        return _with_ways(way.state, ways, (way,), media, seen=seen, by=by)


def _whole(step: State) -> Step:
    return Step(state=step, transitions=list(step.transitions.select_related("target")))


def _named(entry: Entry, others: Sequence[State]) -> dict[str, Any]:
    """An entry with the names that its writer left out, as forms make them."""
    named = dict(entry)
    text, kind = (str(entry.get(name) or "") for name in ("text", "kind"))
    named["name"] = entry.get("name") or default_names.step_name(text, kind)
    key = default_names.step_key(str(named["name"]), kind, {other.key for other in others})
    named["key"] = entry.get("key") or key
    if has_answer(kind) and not entry.get("slot"):
        named["slot"] = default_names.answer_name(str(named["name"]), text, {other.slot for other in others})
    return named


def _write(
    step: State,
    entry: Entry,
    others: Sequence[State],
    media: Media,
    *,
    keeps_ways: bool = False,
    after: State | None = None,
    seen: str | None,
    by: By,
) -> State:
    findings, place = Findings(), ("step",)
    sources = Sources(references=References(), media=media, findings=findings)
    read = read_step(entry, place, step if step.pk else None, sources, taken={other.key for other in others})
    state = read.state
    state.flow, state.position = step.flow, step.position
    ways, before = list[Transition](), list[Transition]()
    if not keeps_ways:
        known = {row.key: row for row in (*others, state)}
        ways = read_transitions(entry, state, known, place, sources)
        before = list(step.transitions.all()) if step.pk else []
    findings.refuse()
    return edits.save_step(state, parts=_numbered(ways), removed=before, after=after, seen=seen, by=by)


def _way(step: State, entry: Entry, media: Media) -> Transition:
    findings = Findings()
    sources = Sources(references=References(), media=media, findings=findings)
    known = {state.key: state for state in step.flow.states.all()}
    way = read_transition(entry, step, known, ("transition",), sources)
    findings.refuse()
    assert way is not None
    return way


def _with_ways(
    step: State, ways: list[Transition], removed: Sequence[Transition], media: Media, *, seen: str | None, by: By
) -> Draft:
    edits.save_step(step, parts=_numbered(ways), removed=removed, seen=seen, by=by)
    return draft_with(step.flow, media)


def _numbered(ways: list[Transition]) -> list[Transition]:
    for position, way in enumerate(ways, start=1):
        way.position = position * edits.GAP
    return ways
