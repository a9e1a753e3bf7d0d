"""One pure function that steps through a machine.

It has no clock and no network: the same arguments always give the same answer, so a crash between two answers changes
nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from conversations.machine.calls import Call, Request, Returned, Way, request_of
from conversations.machine.edges import Edge, On
from conversations.machine.effects import Ask, CallService, Effect, HandOff, MakeVideo, Notify, Say, Sleep, Step
from conversations.machine.formulas.evaluation import evaluate
from conversations.machine.formulas.values import Context, as_moment, stored
from conversations.machine.notices import MISSES, UNFINISHED
from conversations.machine.places import Place
from conversations.machine.resolution import Resolution, resolve
from conversations.machine.shown_facts import fact_values
from conversations.machine.subflows import Enter, Subflow, entering
from conversations.machine.trace import Checked, Entered
from conversations.machine.values import Act, Form, Machine, Node, NodeKind, Notice, Outcome

WAKES_AT = time(9)  # of a wait until a day
LONGEST_WAIT = timedelta(days=366)
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
    moments like “in two hours” from `now`, in the member's zone. `context` is what formulas know beside the answers;
    by default only the time. After a call or a sub-flow `text` is what it `Returned`, of an answer that was looked up
    its `Resolution`."""
    context = context or Context(now=now or datetime.combine(today, time(), tzinfo=UTC))
    walk = _Walk(machine, today, now, context)
    place = walk.take(place, act, text)
    return Step(place=place, effects=tuple(walk.effects), trace=tuple(walk.trace), enters=walk.enters)


class _Walk:
    """Collects the effects between one question and the next."""

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
            return self._enter(place.begun(), self.machine.start)
        self._note_state(place.at)
        node = self.machine.node(place.at)
        if node is None or not node.rests or (node.kind == NodeKind.ASK and node.slot is None):
            return self._fail(place)
        if act == Act.CANCEL:
            return self._end(place, Notice.CANCELLED, Outcome.CANCELLED)
        if act == Act.TIME_OUT:
            self.effects.append(self._words(self.machine.expire_text, place, Notice.EXPIRED))
            return replace(place, outcome=Outcome.EXPIRED)
        if node.kind == NodeKind.HANDOFF:
            return self._enter(place, self._next(node, place, On.NEXT))
        if node.kind == NodeKind.WAIT:
            return self._asleep(node, place, act)
        if node.kind in (NodeKind.CALL, NodeKind.SUBFLOW):
            return self._called(node, place, act, text)
        return self._act(node, place, act, text)

    def _asleep(self, node: Node, place: Place, act: Act) -> Place:
        """In a wait only its end, or the member who resumes or goes back, moves the session."""
        if act in (Act.WAKE, Act.RESUME):
            return self._enter(replace(place, wakes_at=None, outcome=None), self._next(node, place, On.NEXT))
        return self._back(node, replace(place, wakes_at=None)) if act == Act.BACK and place.path else place

    def _called(self, node: Node, place: Place, act: Act, text: str) -> Place:
        """The call or sub-flow has returned, or the member goes back. A time-out without a way leads where a failure
        does, and a sub-flow that is not entered is entered."""
        if act == Act.BACK and place.path:
            return self._back(node, place)
        if act == Act.RESUME and node.kind == NodeKind.SUBFLOW:
            return self._enter(place, node.key)
        if act not in (Act.RETURN, Act.EXPIRE):
            return place
        returned = Returned.from_text(text) if act == Act.RETURN else Returned(way=Way.TIMEOUT)
        place, on = place.keeping(returned.kept, returned.labels), On(returned.way)
        if on in UNFINISHED:
            return self._way_out(node, place, on, *UNFINISHED[on])
        key = self._next(node, place, on)
        if key is None and on == On.TIMEOUT:
            key = self._next(node, place, On.FAILED)
        return self._fail(place) if key is None and on != On.NEXT else self._enter(place, key)

    def _act(self, node: Node, place: Place, act: Act, text: str) -> Place:
        match act:
            case Act.SAY | Act.CHOOSE | Act.ANSWER:
                assert node.slot is not None
                resolution = resolve(node.slot, place.offered, act, text, today=self.today, now=self.now)
                settle = self._missed if resolution.value is None else self._answered
                return settle(node, place, resolution)
            case Act.BACK:
                return self._back(node, place)
            case Act.HELP:
                return self._tell_and_ask(node, place, Notice.HELP)
            case Act.REMIND:
                self.effects.append(self._words(node.reminder, place, Notice.REMINDER))
                return replace(place, reminded=True)
            case Act.EXPIRE:
                return self._way_out(node, place, On.EXPIRED, Notice.EXPIRED, Outcome.EXPIRED)
        return self._ask(node, replace(place, reminded=False, outcome=None))

    def _answered(self, node: Node, place: Place, found: Resolution) -> Place:
        assert node.slot is not None
        assert found.value is not None
        name = node.slot.name
        place = place.keeping({name: found.value}, {name: found.label} if found.label else None)
        place = replace(place, path=(*place.path, node.key), tries=0, reminded=False)
        return self._enter(place, self._next(node, place, On.NEXT))

    def _missed(self, node: Node, place: Place, found: Resolution) -> Place:
        """Ask which of several is meant, which is no miss the first time; or ask again."""
        assert node.slot is not None
        is_miss = not found.offered or bool(place.offered)
        place = replace(place, tries=place.tries + is_miss, reminded=False, offered=found.offered)
        if place.tries > node.slot.retries:
            return self._way_out(node, replace(place, tries=0), On.RETRIES, Notice.GAVE_UP, Outcome.GAVE_UP)
        if found.offered:
            choices = tuple(one.choice for one in found.offered)
            self.effects.append(Ask(text=found.words, choices=choices, as_card=node.as_card))
            return place
        if found.words:
            self.effects.append(Say(text=found.words))
            return self._ask(node, place)
        self.effects.append(self._words(node.slot.retry_text, place, MISSES.get(node.slot.type, Notice.NOT_VALID)))
        # A retry text repeats the question in its own way; choices are shown again all the same.
        return self._ask(node, place) if node.slot.choices or not node.slot.retry_text else place

    def _way_out(self, node: Node, place: Place, on: On, notice: Notice, outcome: Outcome) -> Place:
        """By the edge for this case; if there is none, the flow ends.

        A way out that only says goodbye keeps the place of the question, so that the session can be resumed.
        """
        key = self._next(node, place, on)
        if key is None:
            return self._end(place, notice, outcome)
        entered = self._enter(replace(place, reminded=False), key)
        if entered.outcome != Outcome.COMPLETED:
            return entered
        return self._end(replace(place, reminded=False), Notice.KEPT, outcome)

    def _back(self, node: Node, place: Place) -> Place:
        if not place.path:
            return self._tell_and_ask(node, place, Notice.AT_START)
        before = self.machine.node(place.path[-1])
        if before is None or before.slot is None:
            return self._fail(place)
        place = place.without(before.slot.name)
        self._note_state(before.key)
        return self._ask(before, replace(place, at=before.key, path=place.path[:-1], tries=0, reminded=False))

    def _enter(self, place: Place, key: str | None) -> Place:
        """Walk to the next question or the end. A question that is answered by `given` is skipped once."""
        passed: set[str] = set()
        for _ in range((1 + len(self.machine.nodes)) ** 2):  # more steps are a loop
            node = self.machine.node(key) if key else None
            if node is None:
                return self._fail(place) if key else self._completed(place)
            place = replace(place, at=node.key, offered=())
            self._note_state(node.key)
            if node.kind == NodeKind.ASK:
                if node.key in passed or not self._is_given(node, place):
                    if node.file:  # a picture or file goes before its question, once
                        self.effects.append(self._saying(node, place, ""))
                    return self._ask(node, place)
                passed.add(node.key)
            self._do(node, place)
            if node.kind == NodeKind.HANDOFF:
                self.effects.append(HandOff(topic=node.topic))
                return place
            if node.kind == NodeKind.WAIT and (until := self._wakes_at(node, place)) is not None:
                self.effects.append(Sleep(until=until))
                return replace(place, wakes_at=until)
            if node.kind == NodeKind.CALL and node.call is not None:
                self.effects.append(CallService(request=self._request(node.call, place)))
                return place
            if node.kind == NodeKind.SUBFLOW and node.subflow is not None:
                self.enters = self._entering(node.subflow, place)
                return place
            if node.kind == NodeKind.SET:
                place = self._set(node, place)
            key = self._next(node, place, On.NEXT) if node.kind != NodeKind.END else None
        return self._fail(place)

    def _completed(self, place: Place) -> Place:
        """Ended. A last question is thanked for, since nothing else is said after it."""
        node = self.machine.node(place.at)
        if node is not None and node.kind == NodeKind.ASK:
            self.effects.append(Notify(notice=Notice.DONE))
        return replace(place, outcome=Outcome.COMPLETED)

    def _next(self, node: Node, place: Place, on: On) -> str | None:
        """The target of the first edge that fits."""
        answers = self.machine.answers(place.known) if any(edge.guard for edge in node.edges) else {}
        edges = (edge for edge in enumerate(node.edges) if edge[1].on == on)
        return next((edge.to for number, edge in edges if self._fits(node, number, edge, answers)), None)

    def _fits(self, node: Node, number: int, edge: Edge, answers: Mapping[str, str]) -> bool:
        """Whether the guard of an edge holds, which is noted."""
        holds = edge.guard is None or edge.guard.holds(answers, self.context)
        have = edge.guard.met(answers, self.context) if edge.guard else ""
        checked = Checked(state=node.key, edge=number, to=edge.to, holds=holds, have=have, effects=len(self.effects))
        self.trace.append(checked)
        return holds

    def _note_state(self, key: str) -> None:
        self.trace.append(Entered(state=key, effects=len(self.effects)))

    def _request(self, call: Call, place: Place) -> Request:
        return request_of(call, lambda text: self._fill(text, place), self.machine.slots)

    def _set(self, node: Node, place: Place) -> Place:
        assert node.slot is not None
        return place.keeping({node.slot.name: self._value(node.formula, place)})

    def _entering(self, subflow: Subflow, place: Place) -> Enter:
        return entering(subflow, lambda formula: self._value(formula, place), self.machine.answers(place.known))

    def _value(self, formula: str, place: Place) -> str:
        return stored(evaluate(formula, self.machine.answers(place.known), self.context))[:LONGEST_ANSWER]

    def _wakes_at(self, node: Node, place: Place) -> datetime | None:
        """When a wait ends; None if it is over already, or its date is not known."""
        now = self.context.now
        if node.wait is not None:
            return now + min(timedelta(minutes=node.wait), LONGEST_WAIT)
        value = evaluate(node.formula, self.machine.answers(place.known), self.context)
        until = as_moment(value, self.context.zone, begins=WAKES_AT)
        return None if until is None or until <= now else min(until, now + LONGEST_WAIT)

    def _do(self, node: Node, place: Place) -> None:
        text = self._fill(node.text, place)
        if node.kind == NodeKind.VIDEO:
            mode = self._fill(node.mode, place)
            video = MakeVideo(text=text, mode=mode, digital_human=node.digital_human)
            if node.template is not None or node.presentation is not None:
                video = replace(video, template=node.template, presentation=node.presentation)
                video = replace(video, values=dict(node.values), slots={**place.known, **self.facts})
            self.effects.append(video)
        elif node.kind != NodeKind.ASK and (text.strip() or node.form != Form.TEXT):
            self.effects.append(self._saying(node, place, text))

    def _saying(self, node: Node, place: Place, text: str) -> Say:
        title, link = self._fill(node.title, place), self._fill(node.link, place)
        form = Form(node.form)
        return Say(text=text, form=form, title=title, link=link, picture_url=node.picture_url, file=node.file)

    def _is_given(self, node: Node, place: Place) -> bool:
        """Whether the session was started with a valid answer to it."""
        slot = node.slot
        if slot is None or slot.name not in place.given or place.slots.get(slot.name) != place.given[slot.name]:
            return False
        return slot.parse(place.given[slot.name], today=self.today, now=self.now) == place.given[slot.name]

    def _ask(self, node: Node, place: Place) -> Place:
        choices = node.slot.choices if node.slot else ()
        markdown = node.form == Form.MARKDOWN
        text = self._fill(node.text, place)
        self.effects.append(Ask(text=text, choices=choices, as_card=node.as_card, markdown=markdown))
        return replace(place, offered=())

    def _tell_and_ask(self, node: Node, place: Place, notice: Notice) -> Place:
        self.effects.append(Notify(notice=notice))
        return self._ask(node, place)

    def _words(self, text: str, place: Place, otherwise: Notice) -> Say | Notify:
        return Say(text=self._fill(text, place)) if text.strip() else Notify(notice=otherwise)

    def _end(self, place: Place, notice: Notice, outcome: Outcome) -> Place:
        self.effects.append(Notify(notice=notice))
        return replace(place, outcome=outcome)

    def _fail(self, place: Place) -> Place:
        return self._end(place, Notice.FAILED, Outcome.FAILED)

    def _fill(self, text: str, place: Place) -> str:
        return self.machine.fill(text, {**place.known, **self.facts})
