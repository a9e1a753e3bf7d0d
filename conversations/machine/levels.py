"""Flows in flows: a session is in a stack of them, and an input moves the innermost one. Pure.

A flow that a step runs begins with the version that is live at that moment, and keeps it. When it ends, the step that
runs it leads on, by how it ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from conversations.machine.calls import Returned, Way
from conversations.machine.effects import Effect, Notify, Step
from conversations.machine.formulas.values import Context
from conversations.machine.notices import Notice
from conversations.machine.places import Act, Outcome, Place
from conversations.machine.spoken import spoken_in
from conversations.machine.step import step
from conversations.machine.subflows import MOST_LEVELS, Enter
from conversations.machine.values import Machine

WAYS = {
    Outcome.COMPLETED: Way.NEXT,
    Outcome.GAVE_UP: Way.RETRIES,
    Outcome.EXPIRED: Way.EXPIRED,
    Outcome.FAILED: Way.FAILED,
}
CLOSING = (Notice.DONE, Notice.KEPT, Notice.GAVE_UP, Notice.EXPIRED, Notice.FAILED)  # said only if nothing follows
MOST_LEGS = 50  # more are flows that run each other without asking


@dataclass(frozen=True, kw_only=True)
class Published:
    """A version of a flow that can run; `version` is its key."""

    version: int
    machine: Machine


@dataclass(frozen=True, kw_only=True)
class Level:
    """A flow that a session is in, and where. It is over at `ends_at`, with or without an answer."""

    version: int
    machine: Machine
    place: Place = Place()  # noqa: RUF009  a frozen value
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One step in one flow. `levels` are the flows after it, the one that took it last; it was at `was` before."""

    levels: tuple[Level, ...]
    was: Place
    act: Act
    step: Step

    @property
    def level(self) -> Level:
        return self.levels[-1]

    @property
    def depth(self) -> int:
        return len(self.levels) - 1

    @property
    def machine(self) -> Machine:
        return self.level.machine


@dataclass(frozen=True, kw_only=True)
class Walk:
    """The outcome of an input: the flows that the session is in now, the outermost first, each step on the way, and
    how the session has ended, if it has. Where it ended is kept, so that it can be taken up again."""

    levels: tuple[Level, ...]
    legs: tuple[Leg, ...]
    outcome: Outcome | None = None

    @property
    def place(self) -> Place:
        """Where the innermost flow is."""
        return self.levels[-1].place

    @property
    def effects(self) -> tuple[Effect, ...]:
        return tuple(effect for leg in self.legs for effect in leg.step.effects)


def advance(
    levels: Sequence[Level],
    act: Act,
    text: str = "",
    *,
    flows: Mapping[int, Published],
    today: date,
    now: datetime,
    context: Context,
) -> Walk:
    """Take an input; `flows` are those that steps can run, by their keys. Other arguments are those of `step`."""
    walker = _Walker(levels, flows, today, now, context)
    walker.take(act, text)
    return Walk(levels=tuple(walker.levels), legs=tuple(walker.legs), outcome=walker.outcome)


def renewed(levels: Iterable[Level], now: datetime) -> tuple[Level, ...]:
    """The flows with their full time from now on, as they are taken up again."""
    found: list[Level] = []
    for level in levels:
        around = found[-1].ends_at if found else None
        found.append(replace(level, ends_at=end_of(level.machine, now, around=around)))
    return tuple(found)


def end_of(machine: Machine, begun_at: datetime, *, around: datetime | None = None) -> datetime | None:
    """When a flow that begins is over; not later than the flow `around` it."""
    own = begun_at + timedelta(minutes=machine.expire_after) if machine.expire_after else None
    return min(filter(None, (own, around)), default=None)


def speaking(flows: Mapping[int, Published], language: str) -> dict[int, Published]:
    """The flows as they speak a language."""
    return {flow: replace(one, machine=spoken_in(one.machine, language)) for flow, one in flows.items()}


class _Walker:
    """Collects the steps of an input."""

    def __init__(
        self,
        levels: Sequence[Level],
        flows: Mapping[int, Published],
        today: date,
        now: datetime,
        context: Context,
    ) -> None:
        self.levels, self.legs = list(levels), list[Leg]()
        self.outcome: Outcome | None = None
        self.flows, self.today, self.now, self.context = flows, today, now, context

    def take(self, act: Act, text: str) -> None:
        depth = self._depth_of(act)
        if act != Act.TIME_OUT:
            del self.levels[depth + 1 :]
        taken: Step | None = self._step(depth, act, text)
        for _turn in range(MOST_LEGS):
            if taken is None:
                return
            if taken.enters is not None:
                taken = self._step(*self._entering(taken.enters))
            elif taken.place.outcome is not None:
                taken = self._return(self.legs[-1].depth)
            else:
                return
        self._fail()

    def _depth_of(self, act: Act) -> int:
        """Which flow an act is for: the outermost, the one whose question is asked again, or the innermost."""
        last = len(self.levels) - 1
        if act in (Act.START, Act.RESTART):
            return 0
        if act == Act.BACK:
            return next((depth for depth in range(last, -1, -1) if self.levels[depth].place.path), last)
        if act == Act.TIME_OUT:
            ends = enumerate(level.ends_at for level in self.levels)
            return next((depth for depth, at in ends if at is not None and at <= self.now), 0)
        return last

    def _step(self, depth: int, act: Act, text: str) -> Step:
        self.levels[depth], leg = self._stepped(depth, act, text)
        self.legs.append(leg)
        return leg.step

    def _stepped(self, depth: int, act: Act, text: str) -> tuple[Level, Leg]:
        around, level = self.levels[:depth], self.levels[depth]
        taken = step(level.machine, level.place, act, text, today=self.today, now=self.now, context=self.context)
        moved = replace(level, place=taken.place)
        return moved, Leg(levels=(*around, moved), was=level.place, act=act, step=taken)

    def _entering(self, enters: Enter) -> tuple[int, Act, str]:
        """Go into a flow; returns the next act, there or at the step whose flow could not be entered."""
        flow, depth = self.flows.get(enters.flow) if enters.flow else None, len(self.levels)
        if flow is None or depth >= MOST_LEVELS:
            return depth - 1, Act.RETURN, Returned(way=Way.FAILED).to_text()
        given = self._fitting(flow.machine, enters.given)
        labels = {name: label for name, label in enters.labels.items() if given.get(name) == enters.given[name]}
        place = Place(given=given, slots=given, labels=labels)
        ends_at = end_of(flow.machine, self.now, around=self.levels[-1].ends_at)
        self.levels.append(Level(version=flow.version, machine=flow.machine, place=place, ends_at=ends_at))
        return depth, Act.START, ""

    def _fitting(self, machine: Machine, given: Mapping[str, str]) -> dict[str, str]:
        """The answers as their slots keep them. Those that do not fit are asked for."""
        slots, kept = machine.slots, dict[str, str]()
        for name, written in given.items():
            value = slots[name].parse(written, today=self.today, now=self.now) if name in slots else None
            if value is not None:
                kept[name] = value
        return kept

    def _return(self, depth: int) -> Step | None:
        """Lead on in the flow around the one that ended; None if the session ends with it."""
        inner = self.levels[depth]
        while depth and inner.place.outcome in WAYS:
            depth -= 1
            waiting = self.levels[depth]
            caller, leg = self._stepped(depth, Act.RETURN, _returned(waiting, inner))
            goes_on = caller.place.outcome in (None, Outcome.COMPLETED) or caller.place.at != waiting.place.at
            if goes_on or _words(leg.step):
                ended = self.legs[-1]
                self.legs[-1:] = [replace(ended, step=replace(ended.step, effects=_words(ended.step))), leg]
            if goes_on:
                self.levels[depth:] = [caller]
            if caller.place.outcome is None:
                return leg.step
            inner = caller
        self.outcome = inner.place.outcome
        return None

    def _fail(self) -> None:
        """End flows that run each other for ever."""
        ended = self.legs[-1]
        said = (*ended.step.effects, Notify(notice=Notice.FAILED))
        self.legs[-1] = replace(ended, step=replace(ended.step, effects=said))
        self.outcome = Outcome.FAILED


def _returned(caller: Level, inner: Level) -> str:
    """How the inner flow ended, and the answers that the step of the outer one takes over."""
    node = caller.machine.node(caller.place.at)
    assert inner.place.outcome is not None
    answers = inner.machine.answers(inner.place.known)
    wanted = node.subflow.results if node is not None and node.subflow is not None else ()
    kept = {name: answers[theirs] for name, theirs in wanted if theirs in answers}
    labels = {name: answers.get(f"{theirs}.label", "") for name, theirs in wanted}
    labels = {name: label for name, label in labels.items() if label and label != kept.get(name)}
    return Returned(way=WAYS[inner.place.outcome], kept=kept, labels=labels).to_text()


def _words(taken: Step) -> tuple[Effect, ...]:
    """The effects of a step, without the notice that a flow is over."""
    last = taken.effects[-1:]
    is_over = any(isinstance(one, Notify) and one.notice in CLOSING for one in last)
    return taken.effects[:-1] if is_over else taken.effects
