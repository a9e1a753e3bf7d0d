"""Flows, answers and documents as a file has them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from conversations.files.references import References
from conversations.models import Answer, Document, Flow, State, Transition
from core.interchange.files_of_rows import Media
from core.interchange.whole_rows import names_of, row_entry

KEYS = {"flows": "name", "answers": "question", "documents": "title"}
"""The parts of a file, in their order, and what names the entries of each."""
STEP_APART = ("flow", "position")
TRANSITION_APART = ("state", "position", "target")
FLOW_KEYS = (*names_of(Flow), "steps")
TRANSITION_KEYS = ("to", *names_of(Transition, without=TRANSITION_APART))


def step_keys() -> tuple[str, ...]:
    """The keys of a step, with the fields of kinds that apps have registered."""
    return (*names_of(State, without=STEP_APART), "transitions")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a draft, saved or not, with the transitions that leave it."""

    state: State
    transitions: Sequence[Transition]
    lists: Mapping[str, Sequence[Any]] | None = None


def flow_entry(
    flow: Flow, steps: Iterable[Step], media: Media, *, lists: Mapping[str, Sequence[Any]] | None = None
) -> dict[str, Any]:
    """A flow with the steps of its draft, in their order. Published versions and sessions do not travel."""
    entry = row_entry(flow, references=References, media=media, always=("name", "language"), lists=lists)
    return {**entry, "steps": [step_entry(step, media) for step in steps]}


def steps_of(flow: Flow) -> list[Step]:
    """The steps of a saved flow."""
    states = flow.states.prefetch_related("transitions__target").order_by("position", "pk")
    return [Step(state=state, transitions=list(state.transitions.all())) for state in states]


def stored_files(states: QuerySet[State]) -> list[str]:
    """The files of steps, by their names in our storage."""
    return [name for names in states.values_list("file", "second_file") for name in names if name]


def answer_entry(answer: Answer, media: Media, *, lists: Mapping[str, Sequence[Any]] | None = None) -> dict[str, Any]:
    """A question with all its wordings, its answer, and the members and dates that it is for."""
    return row_entry(answer, always=("question",), references=References, media=media, lists=lists)


def document_entry(
    document: Document, media: Media, *, lists: Mapping[str, Sequence[Any]] | None = None
) -> dict[str, Any]:
    """A document with its file. Its passages do not travel: they are read from the file."""
    return row_entry(document, always=("title",), references=References, media=media, lists=lists)


def step_entry(step: Step, media: Media) -> dict[str, Any]:
    """A step with the transitions that leave it."""
    always = ("key", "name", "kind")
    entry = row_entry(
        step.state, references=References, media=media, without=STEP_APART, always=always, lists=step.lists
    )
    ways = [transition_entry(one, media) for one in step.transitions]
    return {**entry, "transitions": ways} if ways else entry


def transition_entry(transition: Transition, media: Media) -> dict[str, Any]:
    """A transition with the key of the step that it leads to."""
    entry = row_entry(transition, references=References, media=media, without=TRANSITION_APART, lists={})
    return {"to": transition.target.key, **entry}
