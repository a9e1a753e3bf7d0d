"""No order of answers, time, hand-offs, publications and roll-backs leaves a session stuck, in two minds, or poorer."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.exceptions import FlowError
from conversations.flows import publication
from conversations.models import Flow, FlowVersion, MoveBatch, Session, SessionMove, SessionPlan, State, Ticket
from conversations.services import StateChoice
from conversations.sessions import moves, plans
from conversations.sessions.plans import Impact
from tests.conversations.support.nested_flows import make_contact, make_visit, published
from tests.conversations.support.person import Person
from tests.support import factories

pytestmark = pytest.mark.django_db
STEPS = 20
Choice = SessionPlan.Choice
ANSWERS = ("访客登记", "王芳", "13800138000", "李雷", "是")
WORDS = (*ANSWERS, *ANSWERS, "返回", "重来", "取消", "继续", "你好", "人工", "/bot")
TAKES_AWAY = ("返回", "重来", "访客登记", "继续")  # what members give up themselves


class Town:
    """A member in a flow with a sub-flow, people to talk with, editors who publish, and a clock."""

    def __init__(self, person: Person, flows: tuple[Flow, Flow], dice: random.Random) -> None:
        self.person, self.flows, self.dice = person, flows, dice
        self.now = timezone.now()

    def step(self) -> None:
        acts = (self.member, self.member, self.member, self.people, self.time, self.publish, self.roll_back)
        before, silent, act = self.answers(), self.is_silent(), self.dice.choice(acts)
        place = self.places()
        said = act()
        self.check_places()
        self.check_answers(before, said)
        if silent and said in ANSWERS and said != "访客登记":
            assert self.places() == place  # a person talks with them, and the bot does not listen

    def member(self) -> str:
        text = self.fitting() if self.dice.random() < 0.6 else self.dice.choice(WORDS)
        self.person.says(text)
        return text

    def fitting(self) -> str:
        """What leads on from where they are."""
        session = Session.objects.active().first()
        if session is None:
            return "访客登记"
        return {"phone": "13800138000", "right": "是"}.get(session.state.partition("_")[0], "李雷")

    def people(self) -> None:
        ticket = Ticket.objects.unfinished().first()
        if ticket is not None:
            self.dice.choice((services.hand_back, services.close_ticket))(ticket)

    def time(self) -> None:
        self.now += timedelta(minutes=self.dice.choice((1, 7, 70)))
        services.remind_and_expire(now=self.now)
        services.follow_tickets(now=self.now)
        self.move()

    def publish(self) -> None:
        flow = self.dice.choice(self.flows)
        state = self.dice.choice(list(State.objects.filter(flow=flow, kind="ask")))
        state.text += "！"
        if self.dice.random() < 0.5:
            state.key = f"{state.key[:30]}_{self.dice.randint(1, 99)}"
        state.save()
        found = plans.impacts(flow, publication.draft(flow))
        with suppress(FlowError):
            services.publish_planned(flow, plan=list(self.plan(found)), now=self.now)
        self.move()

    def roll_back(self) -> None:
        version = self.dice.choice(list(FlowVersion.objects.select_related("flow")))
        found = plans.impacts(version.flow, publication.live_machine(version), version=version)
        with suppress(FlowError):
            services.roll_back(version, plan=list(self.plan(found)), now=self.now)
        self.move()

    def plan(self, found: list[Impact]) -> Iterator[StateChoice]:
        for one in found:
            choice = self.dice.choice(list(Choice))
            target = self.dice.choice(one.targets)[0] if choice == Choice.MOVE and one.targets else ""
            if choice == Choice.MOVE and not target:
                choice = Choice.PIN
            until = self.now + timedelta(minutes=5) if choice == Choice.FINISH else None
            yield StateChoice(state=one.state, choice=choice, target=target, finish_by=until)

    def move(self) -> None:
        for pk in MoveBatch.objects.filter(status="queued").values_list("pk", flat=True):
            moves.move_sessions(pk, now=self.now)

    def check_places(self) -> None:
        """Each flow of a session is at a state of the version that it keeps."""
        assert Session.objects.active().count() <= 1
        assert Ticket.objects.unfinished().count() <= 1
        for session in Session.objects.unfinished():
            callers = list(session.callers.order_by("depth"))
            assert [one.depth for one in callers] == list(range(session.depth))
            node = publication.live_machine(session.version).node(session.state)
            assert node is not None
            assert node.rests
            for caller in callers:
                around = publication.live_machine(caller.version).node(caller.state)
                assert around is not None
                assert around.subflow is not None

    def check_answers(self, before: dict[int, set[str]], said: str | None) -> None:
        """What was answered in the flow that a session began with stays, or is named as lost."""
        if said in TAKES_AWAY:
            return
        for pk, names in self.answers().items():
            named = SessionMove.objects.filter(session=pk).values_list("lost", flat=True)
            assert before.get(pk, set()) - names <= {name for lost in named for name in lost}

    def answers(self) -> dict[int, set[str]]:
        found = {}
        for session in Session.objects.all():
            around = session.callers.order_by("depth").first() if session.depth else None
            found[session.pk] = set((around or session).slots)
        return found

    def places(self) -> list[object]:
        return list(Session.objects.active().values_list("pk", "version", "state", "depth"))

    def is_silent(self) -> bool:
        return Ticket.objects.silencing().exists()


@pytest.fixture
def town(application, person, settings) -> Callable[[int], Town]:
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 1_000}
    operator = factories.make_operator(application, "wanggong", name="王工")
    factories.make_operator_group(application, operator, name="前台")
    contact = make_contact()
    State.objects.create(flow=contact, key="pause", name="等等", kind="wait", wait_for=5)  # after the first question
    visit = make_visit(published(contact))
    State.objects.create(flow=visit, key="desk", name="前台", kind="handoff", text="转前台。", position=2)
    State.objects.filter(flow=visit, key__in=("right", "bye", "sorry")).update(position=5)
    return lambda seed: Town(person, (contact, published(visit)), random.Random(seed))


@pytest.mark.parametrize("seed", [12, 21, *(pytest.param(one, marks=pytest.mark.thorough) for one in range(12))])
def test_any_publication_keeps_sessions_whole_and_leaves_a_way_out(town, seed):
    place = town(seed)
    for _number in range(STEPS):
        place.step()
    for word in ("取消", "/bot", "取消"):
        place.person.says(word)
    assert not Session.objects.active().exists()
    assert place.person.says("你好") == ["你好！今天想了解什么？"]
