"""Set an answer and go on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from conversations.machine.nodes.declarations import Drawing, Fault, Shape, gettext_noop, named
from conversations.machine.nodes.node import Line, Node, Walk, Wording
from conversations.machine.nodes.registry import register
from conversations.machine.places import Place
from conversations.machine.words import slot_of
from core.text.slot_values import Slot


@register
@dataclass(frozen=True, kw_only=True)
class SetNode(Node):
    """An answer that a formula gives."""

    kind = "set"
    does = gettext_noop("set an answer and go on")
    order = 60
    drawing = Drawing(light="#0369a1", dark="#38bdf8", glyph="M7 10h10M7 14h10", shape=Shape.SQUARE)
    keeps = True
    lines: ClassVar[tuple[Line, ...]] = (("text",), ("slot",), ("formula",))

    slot: Slot | None = field(default=None, metadata=named(gettext_noop("answer"), slot_of))
    formula: str = field(default="", metadata=named(gettext_noop("formula")))

    def enter(self, walk: Walk, place: Place, *, is_passed: bool) -> tuple[Place, bool]:
        assert self.slot is not None
        self.say(walk, place)
        return place.keeping({self.slot.name: walk.value(self.formula, place)}), True

    def faults(self, others: Sequence[Node], *, flow_minutes: int | None = None) -> Iterator[Fault]:
        if self.slot is None or not self.slot.name:
            words = gettext_noop("It sets an answer without a name. Fill in “keeps the answer as”.")
            yield Fault(code="no_slot", words=words)
        if not self.formula:
            yield Fault(code="no_formula", words=gettext_noop("It sets an answer to nothing. Write a formula."))

    @property
    def formulas(self) -> tuple[str, ...]:
        return (*([self.formula] if self.formula else ()), *super().formulas)

    def summary(self, wording: Wording) -> str:
        return f"{self.slot.name if self.slot else ''} = {self.formula}"

    @classmethod
    def of_row(cls, row: Any) -> dict[str, Any]:
        return {**super().of_row(row), "slot": Slot(name=row.slot), "formula": row.formula.strip()}

    def to_row(self) -> dict[str, Any]:
        return {**super().to_row(), "slot": self.slot.name if self.slot else "", "formula": self.formula}
