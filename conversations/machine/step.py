"""One pure function that steps through a machine.

It has no clock and no network: the same arguments always give the same answer, so a crash between two answers changes
nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time

from conversations.machine.edges import Edge, On
from conversations.machine.effects import Effect, Notify, Say, Step
from conversations.machine.formulas.evaluation import evaluate
from conversations.machine.formulas.values import Context, stored
from conversations.machine.nodes.node import Node
from conversations.machine.notices import Notice
from conversations.machine.places import Act, Outcome, Place
from conversations.machine.shown_facts import fact_values
from conversations.machine.subflows import Enter
from conversations.machine.trace import Checked, Entered
from conversations.machine.values import Machine
from core.text.slot_values import Slot

LONGEST_ANSWER = 2_000  # characters of a value that is set


def step(
    machine: Machine,
    place: Place,
    act: Act,
    text: str = "",
    *,
    today: date,
    now: datetime | None = None,
    context: Context | None = None,
) -> Step:
    """One step. `text` is the message, or the value of the pressed button. Dates like “tomorrow” count from `today`,
    moments like “in two hours” from `now`, in the member's zone. `context` has the facts that formulas know beside the
    answers; by default only the time. After a call or a sub-flow `text` is its `Returned`, of an answer that was looked
    up its `Resolution`.
    """
    context = context or Context(now=now or datetime.combine(today, time(), tzinfo=UTC))
    walk = _Walk(machine, today, now, context)
    place = walk.take(place, act, text)
    return Step(place=place, effects=tuple(walk.effects), trace=tuple(walk.trace), enters=walk.enters)


class _Walk:
    """Collects the effects between one question and the next. The nodes do the acts of their kinds."""

    def __init__(self, machine: Machine, today: date, now: datetime | None, context: Context) -> None:
        self.machine = machine
        self.today = today
        self.now = now
        self.context = context
        self.facts = fact_values(context)
        self.effects: list[Effect] = []
        self.trace: list[Entered | Checked] = []
        self.enters: Enter | None = None

    def take(self, place: Place, act: Act, text: str) -> Place:
        if act in (Act.START, Act.RESTART):
            return self.enter(place.begun(), self.machine.start)
        self._note_state(place.at)
        node = self.machine.node(place.at)
        if node is None or not node.takes_input:
            return self.fail(place)
        if act == Act.CANCEL:
            return self._end(place, Notice.CANCELLED, Outcome.CANCELLED)
        if act == Act.TIME_OUT:
            self.tell(self.machine.expire_text, place, Notice.EXPIRED)
            return replace(place, outcome=Outcome.EXPIRED)
        return node.take(self, place, act, text)

    def enter(self, place: Place, key: str | None) -> Place:
        """Walk to the next node where the session rests, or to the end."""
        passed: set[str] = set()
        for _ in range((1 + len(self.machine.nodes)) ** 2):  # more steps are a loop
            node = self.machine.node(key) if key else None
            if node is None:
                return self.fail(place) if key else self._completed(place)
            place = replace(place, at=node.key, offered=())
            self._note_state(node.key)
            place, goes_on = node.enter(self, place, is_passed=node.key in passed)
            if not goes_on:
                return place
            passed.add(node.key)
            key = self.leave(node, place) if node.leads_on else None
        return self.fail(place)

    def leave(self, node: Node, place: Place, on: On = On.NEXT) -> str | None:
        """The target of the first edge that fits."""
        answers = self.answers(place) if any(edge.guard for edge in node.edges) else {}
        edges = (edge for edge in enumerate(node.edges) if edge[1].on == on)
        return next((edge.to for number, edge in edges if self._fits(node, number, edge, answers)), None)

    def way_out(self, node: Node, place: Place, on: On, notice: Notice, outcome: Outcome) -> Place:
        """By the edge for this case; if there is none, the flow ends.

        A way out that only says goodbye keeps the place of the question, so that the session can be resumed.
        """
        key = self.leave(node, place, on)
        if key is None:
            return self._end(place, notice, outcome)
        entered = self.enter(replace(place, reminded=False), key)
        if entered.outcome != Outcome.COMPLETED:
            return entered
        return self._end(replace(place, reminded=False), Notice.KEPT, outcome)

    def back(self, place: Place) -> Place:
        """To the question before."""
        before = self.machine.node(place.path[-1])
        if before is None or not before.takes_input:
            return self.fail(place)
        self._note_state(before.key)
        return before.resume(self, replace(place, at=before.key, path=place.path[:-1], tries=0, reminded=False))

    def do(self, effect: Effect) -> None:
        """Add an effect."""
        self.effects.append(effect)

    def tell(self, text: str, place: Place, otherwise: Notice) -> None:
        """Say a text; without one, its notice."""
        self.do(Say(text=self.fill(text, place)) if text.strip() else Notify(notice=otherwise))

    def fail(self, place: Place) -> Place:
        return self._end(place, Notice.FAILED, Outcome.FAILED)

    @property
    def slots(self) -> Mapping[str, Slot]:
        return self.machine.slots

    def answers(self, place: Place) -> dict[str, str]:
        """The answers as formulas name them."""
        return self.machine.answers(place.known)

    def value(self, formula: str, place: Place) -> str:
        """The value of a formula, as an answer is kept."""
        return stored(evaluate(formula, self.answers(place), self.context))[:LONGEST_ANSWER]

    def fill(self, text: str, place: Place) -> str:
        """A text with answers and facts in it."""
        return self.machine.fill(text, {**place.known, **self.facts})

    def _completed(self, place: Place) -> Place:
        node = self.machine.node(place.at)
        if node is not None and node.closing is not None:
            self.do(Notify(notice=node.closing))
        return replace(place, outcome=Outcome.COMPLETED)

    def _fits(self, node: Node, number: int, edge: Edge, answers: Mapping[str, str]) -> bool:
        """Whether the guard of an edge holds, which is noted."""
        holds = edge.guard is None or edge.guard.holds(answers, self.context)
        have = edge.guard.met(answers, self.context) if edge.guard else ""
        checked = Checked(state=node.key, edge=number, to=edge.to, holds=holds, have=have, effects=len(self.effects))
        self.trace.append(checked)
        return holds

    def _note_state(self, key: str) -> None:
        self.trace.append(Entered(state=key, effects=len(self.effects)))

    def _end(self, place: Place, notice: Notice, outcome: Outcome) -> Place:
        self.do(Notify(notice=notice))
        return replace(place, outcome=outcome)
