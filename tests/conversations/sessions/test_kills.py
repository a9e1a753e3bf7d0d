"""A process that dies at any statement of any turn changes nothing that a member reads, with a call, a hand-off and a
sub-flow."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from conversations import services
from conversations.models import Errand, Flow, Session, State, Ticket, Transition
from tests.conversations.support import web_service
from tests.conversations.support.nested_flows import make_contact
from tests.conversations.support.person import Person
from tests.support import factories
from wecom.callbacks import processor
from wecom.models import Callback, Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
INSIDE = ("13800138000", "返回", "13900139000", "李雷")  # the sub-flow
BEFORE = ("请假", "随便", "帮助", "3", "返回", "5", "你好", "返回", "你好", *INSIDE, "病了")
AFTER = ("对吗？", "重来", "4", "事假", *INSIDE)
END = ("不对", "请假", "2", "取消")


class Killed(BaseException):
    """The process is dead."""


@contextmanager
def death(after: int) -> Iterator[None]:
    """Dies at the statement with this number; survives if there are fewer."""
    left = [after]

    def wrapper(execute: Callable[..., Any], *args: Any) -> Any:
        left[0] -= 1
        if left[0] <= 0:
            raise Killed  # and whatever it would do then dies too, but for the rollback, which is the database's
        return execute(*args)

    with connection.execute_wrapper(wrapper):
        yield


class Life:
    """A member whose turns are handled by processes that die, up to twice a turn, or that never do."""

    def __init__(self, person: Person, dice: random.Random | None) -> None:
        self.person, self.dice = person, dice
        self.deaths = 0

    def _survive(self, work: Callable[[], object]) -> None:
        for _number in range(2 if self.dice else 0):
            assert self.dice is not None
            try:
                with death(self.dice.randint(1, 30)):
                    work()
            except Killed:
                self.deaths += 1
                long_ago = timezone.now() - timedelta(days=1)
                for rows in (Callback.objects, Errand.objects):
                    rows.filter(status="running").update(lease_until=long_ago)
        work()

    def says(self, text: str) -> None:
        callback = self.person.writes(text)
        self._survive(lambda: processor.handle(callback.pk))

    def called(self) -> None:
        errand = Errand.objects.filter(conversation__member__user_id=self.person.user_id).latest("pk")
        self._survive(lambda: services.run_errand(errand.pk))

    def handed_back(self) -> None:
        ticket = Ticket.objects.unfinished().get(conversation__member__user_id=self.person.user_id)
        self._survive(lambda: services.hand_back(ticket))

    def goes_through_it(self) -> list[object]:
        for text in BEFORE:
            self.says(text)
        self.called()
        self.handed_back()
        for text in AFTER:
            self.says(text)
        self.called()
        self.handed_back()
        for text in END:
            self.says(text)
        sessions = Session.objects.filter(conversation__member__user_id=self.person.user_id).order_by("pk")
        return [*self.person.read(), *sessions.values_list("status", "state", "slots", "path", "depth")]


@pytest.fixture
def flow(application, settings) -> Iterator[Flow]:
    """Asks, runs another flow, calls a service, passes on to a person, and asks whether all is right."""
    operator = factories.make_operator(application, "wanggong", name="王工")
    factories.make_operator_group(application, operator, name="人事")
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 1_000}
    with web_service.running() as service:
        settings.CONVERSATIONS = {**settings.CONVERSATIONS, "CALL_NETWORKS": ["127.0.0.0/8"]}
        flow = Flow.objects.create(name="请假", triggers="请假")
        rows: tuple[dict[str, Any], ...] = (
            {"key": "days", "name": "天数", "text": "几天？", "slot": "days", "slot_type": "number"},
            {"key": "why", "name": "原因", "text": "为什么？", "slot": "why"},
            {"key": "contact", "kind": "subflow", "subflow": make_contact(), "taken": "phone = phone\nwho = name"},
            {"key": "call", "name": "提交", "kind": "call", "url": service.url, "results": "number = data.id"},
            {"key": "person", "name": "人事", "kind": "handoff", "text": "单号 {{number}}，转人事。"},
            {"key": "right", "name": "对吗", "text": "对吗？", "slot": "right", "slot_type": "yes_no"},
            {"key": "bye", "name": "结束", "kind": "end", "text": "好的。"},
        )
        steps = {row["key"]: State.objects.create(flow=flow, position=n, **row) for n, row in enumerate(rows)}
        Transition.objects.create(state=steps["call"], when="failed", target=steps["bye"])
        services.publish(flow)
        yield flow


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.thorough)])
def test_deaths_between_and_within_turns_change_nothing(application, flow, seed):
    calm = Life(Person(application, "lisi"), None).goes_through_it()
    troubled = Life(Person(application, "zhangsan"), random.Random(seed))
    assert troubled.goes_through_it() == calm
    assert troubled.deaths > 10
    assert Outbound.objects.filter(recipients=["lisi"]).count() == len(calm) - 2
