"""Wait, then go on."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from conversations.machine.edges import Edge
from conversations.machine.effects import Sleep
from conversations.machine.formulas.evaluation import evaluate
from conversations.machine.formulas.values import as_moment
from conversations.machine.nodes.declarations import Drawing, Fault, Shape, gettext_noop, named
from conversations.machine.nodes.node import Line, Node, Walk, Wording
from conversations.machine.nodes.registry import register
from conversations.machine.places import Act, Place

WAKES_AT = time(9)  # of a wait until a day
LONGEST_WAIT = timedelta(days=366)
UNITS = (1440, 60, 1)  # minutes of a day, an hour and a minute


@register
@dataclass(frozen=True, kw_only=True)
class WaitNode(Node):
    """A pause of so many minutes, or until the date or time that a formula gives."""

    kind = "wait"
    does = gettext_noop("wait, then go on")
    order = 70
    drawing = Drawing(
        light="#4d7c0f",
        dark="#a3e635",
        glyph="M6.4 12a5.6 5.6 0 1 0 11.2 0a5.6 5.6 0 1 0 -11.2 0zM12 9v3l2.2 1.6",
        shape=Shape.ROUND,
    )
    rests = True
    lines: ClassVar[tuple[Line, ...]] = (("text",), ("formula",), ("wait_for", "wait_unit"))

    formula: str = field(default="", metadata=named(gettext_noop("formula")))
    wait: int | None = field(default=None, metadata=named(gettext_noop("waits for")))

    def enter(self, walk: Walk, place: Place, *, is_passed: bool) -> tuple[Place, bool]:
        """A wait that is over already, or whose date is not known, is none."""
        self.say(walk, place)
        until = self._wakes_at(walk, place)
        if until is None:
            return place, True
        walk.do(Sleep(until=until))
        return replace(place, wakes_at=until), False

    def take(self, walk: Walk, place: Place, act: Act, text: str) -> Place:
        """Only its end, or the member who resumes or goes back, moves the session."""
        if act in (Act.WAKE, Act.RESUME):
            return walk.enter(replace(place, wakes_at=None, outcome=None), walk.leave(self, place))
        return walk.back(replace(place, wakes_at=None)) if act == Act.BACK and place.path else place

    def _wakes_at(self, walk: Walk, place: Place) -> datetime | None:
        now = walk.context.now
        if self.wait is not None:
            return now + min(timedelta(minutes=self.wait), LONGEST_WAIT)
        value = evaluate(self.formula, walk.answers(place), walk.context)
        until = as_moment(value, walk.context.zone, begins=WAKES_AT)
        return None if until is None or until <= now else min(until, now + LONGEST_WAIT)

    @property
    def expires_after(self) -> int | None:
        return None

    def minutes_of(self, act: Act) -> int | None:
        return self.wait if act == Act.WAKE else None

    def faults(self, others: Sequence[Node], *, flow_minutes: int | None = None) -> Iterator[Fault]:
        if not self.formula and self.wait is None:
            words = gettext_noop("It does not say how long to wait. Write a number, or a formula with a date or time.")
            yield Fault(code="no_wait", words=words)
        if flow_minutes and self.wait and self.wait >= flow_minutes:
            words = gettext_noop("It waits longer than the flow lasts. Let the flow end later, or leave its end empty.")
            yield Fault(code="waits_too_long", words=words)

    def leads_silently(self, silent_flows: Collection[int], *, asking: bool) -> tuple[Edge, ...]:
        return ()

    @property
    def formulas(self) -> tuple[str, ...]:
        return (*([self.formula] if self.formula else ()), *super().formulas)

    def summary(self, wording: Wording) -> str:
        if self.wait is not None:
            return wording.duration(self.wait)
        return wording.translated(gettext_noop("until %s")) % self.formula

    @classmethod
    def of_row(cls, row: Any) -> dict[str, Any]:
        wait = row.wait_for * row.wait_unit if row.wait_for else None
        return {**super().of_row(row), "wait": wait, "formula": "" if wait else row.formula.strip()}

    def to_row(self) -> dict[str, Any]:
        """A wait in the largest unit that divides it."""
        row: dict[str, Any] = {**super().to_row(), "formula": self.formula, "wait_for": None}
        if self.wait is not None:
            unit = next(unit for unit in UNITS if self.wait % unit == 0)
            row |= {"wait_for": self.wait // unit, "wait_unit": unit}
        return row
