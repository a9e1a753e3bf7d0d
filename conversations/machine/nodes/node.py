"""A state of a flow as a value. Each kind of step is a subclass in a module of `kinds`, with all that is its own.

Flows are walked, checked, drawn, edited and exchanged by asking the class; nothing else knows a kind by its name.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any, ClassVar, Protocol, Self

from conversations.machine.calls import Call
from conversations.machine.edges import Edge, On, Operator
from conversations.machine.effects import Effect, Form, MakeVideo, Say
from conversations.machine.formulas.values import Context
from conversations.machine.nodes.declarations import Column, Drawing, Fault, gettext_noop, named
from conversations.machine.notices import Notice
from conversations.machine.places import Act, Outcome, Place
from conversations.machine.subflows import Enter, Subflow
from conversations.machine.words import NodeWords
from core.text.slot_values import Slot

SPOKEN = ("text", "title", "link", "picture_url", "file", "reminder")  # what another language may have of a node
FOR_A_RESULT = 60  # minutes that a call is waited for
Line = tuple[str | Column, ...]


class Wording(Protocol):
    """Words of the active language, for the summary of a step by its kind."""

    def translated(self, words: str) -> str: ...

    def duration(self, minutes: int) -> str: ...

    def validator(self, name: str) -> str: ...


class Walk(Protocol):
    """The walk that a node is a part of; see `step`."""

    context: Context
    today: date
    now: datetime | None
    enters: Enter | None
    facts: Mapping[str, str]

    @property
    def slots(self) -> Mapping[str, Slot]: ...

    def do(self, effect: Effect) -> None: ...

    def fill(self, text: str, place: Place) -> str: ...

    def value(self, formula: str, place: Place) -> str: ...

    def answers(self, place: Place) -> dict[str, str]: ...

    def enter(self, place: Place, key: str | None) -> Place: ...

    def leave(self, node: "Node", place: Place, on: On = On.NEXT) -> str | None: ...

    def way_out(self, node: "Node", place: Place, on: On, notice: Notice, outcome: Outcome) -> Place: ...

    def back(self, place: Place) -> Place: ...

    def tell(self, text: str, place: Place, otherwise: Notice) -> None: ...

    def fail(self, place: Place) -> Place: ...


@dataclass(frozen=True, kw_only=True)
class Node:
    """A state. It says its text when a session enters it, or asks it."""

    kind: ClassVar[str]
    does: ClassVar[str]
    """What it does, in a list of kinds."""
    order: ClassVar[int] = 50
    """Its place in that list."""
    drawing: ClassVar[Drawing]

    rests: ClassVar[bool] = False
    """A session stays in it until something happens."""
    asks: ClassVar[bool] = False
    """It waits for an answer of the member."""
    keeps: ClassVar[bool] = False
    """The row has the name of an answer that it keeps."""
    leads_on: ClassVar[bool] = True
    is_timed: ClassVar[bool] = True
    """A session that is in it may come to the end of its time."""
    asks_again: ClassVar[bool] = False
    """A member without an answer in time may come back to it."""
    ways: ClassVar[tuple[On, ...]] = (On.NEXT,)
    """When an edge may leave it."""
    brings: ClassVar[str] = ""
    """How its `results` came, in the explanation of a message."""
    forms: ClassVar[tuple[Form, ...]] = (Form.TEXT,)
    lines: ClassVar[tuple[Line, ...]] = (("text",),)
    """The lines of its form: fields of the row."""

    key: str
    name: str = field(metadata=named(gettext_noop("name")))
    text: str = field(default="", metadata=named(gettext_noop("text")))
    edges: tuple[Edge, ...] = field(default=(), metadata=named(gettext_noop("transitions"), Edge.all_from_json))
    translations: tuple[NodeWords, ...] = field(default=(), metadata={"read": NodeWords.all_from_json})

    # What some kinds have.

    @property
    def slot(self) -> Slot | None:
        """The answer that it keeps."""
        return None

    @property
    def form(self) -> str:
        """The form of message in which it says its words."""
        return Form.TEXT.value

    @property
    def as_card(self) -> bool:
        """Whether its choices are shown as buttons."""
        return True

    @property
    def call(self) -> Call | None:
        return None

    @property
    def video(self) -> MakeVideo | None:
        """The video that it makes, with placeholders."""
        return None

    @property
    def subflow(self) -> Subflow | None:
        return None

    @property
    def results(self) -> tuple[tuple[str, str], ...]:
        """The answers that come from a call or a sub-flow, each with its source there."""
        return ()

    @property
    def validator(self) -> str:
        """The name of a check in code."""
        return ""

    @property
    def file_types(self) -> str:
        return ""

    @property
    def file(self) -> str:
        """The storage name of the file that it sends."""
        return ""

    # How a session walks.

    def enter(self, walk: Walk, place: Place, *, is_passed: bool) -> tuple[Place, bool]:
        """Do the act of its kind; returns whether the walk goes on. `is_passed` if it came through here before."""
        self.say(walk, place)
        return place, True

    def take(self, walk: Walk, place: Place, act: Act, text: str) -> Place:
        """An input while a session rests in it."""
        return walk.fail(place)

    def resume(self, walk: Walk, place: Place) -> Place:
        """The member has come back to it."""
        return walk.fail(place)

    def say(self, walk: Walk, place: Place) -> None:
        text = walk.fill(self.text, place)
        if text.strip():
            walk.do(Say(text=text))

    @property
    def takes_input(self) -> bool:
        return self.rests

    @property
    def closing(self) -> Notice | None:
        """The notice if the flow ends behind it, where no other text is sent."""
        return None

    def due_after(self, *, reminded: bool) -> int | None:
        """The minutes until something happens by itself; None for never, or for a moment of the place."""
        return self.expires_after

    @property
    def expires_after(self) -> int | None:
        """The minutes until it is left without a result; None for never."""
        return FOR_A_RESULT

    def minutes_of(self, act: Act) -> int | None:
        """The time that it gave for this to happen, as the explanation of a message tells it."""
        return self.expires_after if act == Act.EXPIRE else None

    # What checks ask.

    def said(self) -> Say:
        """Its message, with placeholders."""
        return Say(text=self.text, form=Form(self.form))

    def faults(self, others: Sequence["Node"], *, flow_minutes: int | None = None) -> Iterator[Fault]:
        """Its faults among these steps of a flow that lasts so long."""
        yield from ()

    @property
    def lacks_text(self) -> bool:
        """Whether it says nothing although it should."""
        return False

    def leads_silently(self, silent_flows: Collection[int], *, asking: bool) -> tuple[Edge, ...]:
        """The edges that are taken without an answer; with `asking` also where none came in time."""
        return self.leaving(On.NEXT)

    @property
    def formulas(self) -> tuple[str, ...]:
        """All its formulas."""
        guards = (edge.guard for edge in self.edges if edge.guard)
        return tuple(guard.value for guard in guards if guard.operator == Operator.FORMULA)

    @property
    def said_text(self) -> str:
        """Its text, if members read or hear it."""
        return self.text

    @property
    def messages(self) -> tuple[str, ...]:
        """The texts that it may send, each as a message."""
        return (self.said_text,)

    @property
    def shown_texts(self) -> tuple[str, ...]:
        """The texts that members read or hear."""
        return self.messages

    @property
    def filled_texts(self) -> tuple[str, ...]:
        """All texts in which answers may stand."""
        return self.shown_texts

    @property
    def sent_texts(self) -> tuple[str, ...]:
        """The texts that a service gets."""
        return ()

    def leaving(self, on: On) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.on == on)

    # How it is shown and translated.

    def summary(self, wording: Wording) -> str:
        """Its act beside its text, in its box of the drawing."""
        return ""

    @property
    def shown_answer(self) -> str:
        """The answer that its box names."""
        return ""

    def own_texts(self) -> dict[str, str]:
        """The texts that may be translated, by the name of the field."""
        return {"text": self.text}

    def spoken(self, language: str) -> Self:
        """The node with its texts in a language; its own where there are none."""
        words = next((one for one in self.translations if one.language == language), None)
        if words is None:
            return self
        have = {one.name for one in fields(self)}.intersection(SPOKEN)
        said: dict[str, Any] = {name: text for name in have if (text := getattr(words, name))}
        return replace(self, **said)

    # Rows and JSON.

    @classmethod
    def columns(cls) -> list[Column]:
        """The fields of its form."""
        return [one if isinstance(one, Column) else Column(name=one) for line in cls.lines for one in line]

    @classmethod
    def of_row(cls, row: Any) -> dict[str, Any]:
        """The own fields of a node from the row of a draft."""
        return {}

    def to_row(self) -> dict[str, Any]:
        """The columns that only a row of this kind fills."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """Plain values, with defaults."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The node of a `to_json` result; fields of other kinds are left out."""
        known = [one for one in fields(cls) if one.name in data]
        return cls(**{one.name: one.metadata.get("read", _same)(data[one.name]) for one in known})


def _same(value: Any) -> Any:
    return value
