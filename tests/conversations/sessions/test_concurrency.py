"""Sessions under several workers: nothing is lost or doubled, in any order."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from avatars.models import Render
from avatars.signals import render_finished
from conversations import services
from conversations.machine.places import Act
from conversations.models import Conversation, Flow, Message, Session, SessionCaller
from conversations.sessions.runner import advance
from conversations.videos.lifecycle import cancel_waiting
from core.exceptions import OpenUserError
from tests.conversations.support.at_once import at_once
from tests.conversations.support.nested_flows import make_contact, make_visit, published
from tests.conversations.support.person import Person
from tests.support import factories
from wecom.bot import bot
from wecom.callbacks import processor
from wecom.callbacks.router import router
from wecom.models import Callback, Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

ROUNDS = 3
TEXT_QUESTION, CARD = "请发送视频文本。", "“欢迎加入！”要多清晰？ | 1. 基础 | 2. 增强 | 3. 高清"


@pytest.fixture
def flow(application) -> Flow:
    flow = factories.make_flow(name="制作视频", command="/制作")
    services.publish(flow)
    flow.refresh_from_db()
    return flow


def together(*acts: Callable[[], object]) -> list[object]:
    """All of them let go at the same moment; what each returned or raised."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait()
        try:
            return act()
        except OpenUserError as error:
            return error

    return at_once(*(lambda act=act: run(act) for act in acts))


def handled(*callbacks: Callback) -> None:
    """Handled by a worker each, at once, and what was put back afterwards by another."""
    assert together(*(lambda pk=row.pk: processor.handle(pk) for row in callbacks)) == [None] * len(callbacks)
    for row in callbacks:
        for later in range(1, 6):
            processor.handle(row.pk, now=timezone.now() + timedelta(minutes=later))
        row.refresh_from_db()
        assert row.status == Callback.Status.DONE, row.reason


def session() -> Session:
    return Session.objects.latest("pk")


def test_two_answers_of_one_member_are_taken_one_after_the_other(person, flow):
    for _ in range(ROUNDS):
        person.says("制作视频")
        handled(person.writes("欢迎加入！"), person.writes("高清"))
        assert len(person.read()) >= 2
        # Either order is right: the text and the quality, or “高清” for the text and an answer that is no quality.
        assert session().slots in ({"text": "欢迎加入！", "quality": "enhanced_talking_head"}, {"text": "高清"})
        Session.objects.all().delete()
        Message.objects.all().delete()


def test_a_tick_beside_an_answer_never_ends_what_was_answered_in_time(person, flow):
    for _ in range(ROUNDS):
        person.says("制作视频")
        answer = person.writes("欢迎加入！")
        Session.objects.active().update(due_at=timezone.now(), asked_at=timezone.now() - timedelta(minutes=20))
        result, ticked = together(lambda pk=answer.pk: processor.handle(pk), services.remind_and_expire)
        assert (result, ticked) == (None, 0)
        assert person.read()[-1] == CARD
        person.says("取消")


def test_many_ticks_remind_once(person, flow):
    person.says("制作视频")
    later = session().asked_at + timedelta(minutes=11)
    assert sum(together(*[lambda: services.remind_and_expire(now=later)] * 4)) == 1
    assert len(person.read()) == 1


def test_a_tap_beside_a_written_answer_makes_one_video(person, flow):
    for _ in range(ROUNDS):
        person.says("制作视频")
        person.says("欢迎加入！")
        handled(person.presses("lipsync"), person.writes("增强"))
        person.read()
        assert session().status == Session.Status.COMPLETED
        assert Message.objects.waiting().count() == 1
        person.says("/取消")


def test_a_double_tap_makes_one_video(person, flow):
    person.says("制作视频")
    person.says("欢迎加入！")
    handled(person.presses("lipsync"), person.presses("lipsync"))
    assert Message.objects.waiting().count() == 1


def test_flows_that_are_started_at_once_leave_one_of_them(person, flow):
    person.says("你好")
    conversation = Conversation.objects.get()
    for _ in range(ROUNDS):
        results = together(*[lambda: services.start_flow(conversation, flow, cid="c1")] * 4)
        assert [type(result) for result in results] == [Session] * 4
        assert Session.objects.active().count() == 1


def test_a_flow_started_by_a_program_beside_an_answer_loses_neither(person, flow):
    other = factories.make_flow(name="另一个", triggers="")
    services.publish(other)
    other.refresh_from_db()
    for _ in range(ROUNDS):
        person.says("制作视频")
        answer, conversation = person.writes("欢迎加入！"), Conversation.objects.get()
        started, handling = together(
            lambda: services.start_flow(conversation, other, cid="c1"),  # noqa: B023
            lambda: processor.handle(answer.pk),  # noqa: B023
        )
        assert isinstance(started, Session)
        assert handling is None
        answer.refresh_from_db()
        assert answer.status == Callback.Status.DONE
        assert Session.objects.active().count() == 1


def test_an_operator_who_stops_a_session_wins_over_an_answer(person, flow):
    for _ in range(ROUNDS):
        person.says("制作视频")
        answer, running = person.writes("欢迎加入！"), session()
        stopped, handling = together(lambda: services.stop_session(running), lambda: processor.handle(answer.pk))  # noqa: B023
        assert (stopped, handling) == (True, None)
        assert session().status == Session.Status.STOPPED
        answer.refresh_from_db()
        assert answer.status == Callback.Status.DONE


def test_a_render_ends_while_a_session_asks_for_the_same_video(person, flow):
    other = Person(person.application, "lisi")
    for number in range(ROUNDS):
        for who in (person, other):
            who.says("制作视频")
        person.says(f"欢迎{number}！")
        person.says("基础")
        other.says(f"欢迎{number}！")
        answer, render = other.writes("基础"), Render.claim(Render.objects.latest("pk").pk)

        def settle(render: Render = render) -> None:
            render.settle(Render.Status.FAILED, "no_face")
            render_finished.send(Render, render=render)
            services.release(render)

        assert together(settle, lambda pk=answer.pk: processor.handle(pk)) == [None, None]
        answer.refresh_from_db()
        assert answer.status == Callback.Status.DONE
        assert not Message.objects.waiting_for(render).exists()
        cancel_waiting(services.conversation_with("lisi", application=person.application))


def test_who_lost_the_lease_takes_back_what_it_said(person, flow):
    """A worker that slept answers the same callback a second time; only the one that settles has said anything."""
    person.says("制作视频")
    answer = person.writes("欢迎加入！")
    slept = []

    with router.temporary():

        @bot.on_message("text")
        def sleeps(message):
            if not slept:
                slept.append(message)
                Callback.objects.filter(pk=answer.pk).update(lease_until=timezone.now() - timedelta(minutes=1))
                at_once(lambda: processor.handle(answer.pk))

        processor.handle(answer.pk)
    answer.refresh_from_db()
    assert (answer.status, answer.attempts) == (Callback.Status.DONE, 2)
    assert person.read() == [CARD]
    assert Outbound.objects.filter(cid=answer.cid).count() == 1


def test_a_step_that_fails_half_way_says_nothing(person, flow):
    person.says("制作视频")
    mine, theirs = session(), session()
    advance(mine, Act.SAY, "欢迎加入！", cid="c1")
    said = Outbound.objects.count()
    (error,) = together(lambda: advance(theirs, Act.HELP, cid="c2"))
    assert type(error).__name__ == "SessionMoved"
    assert Outbound.objects.count() == said


def test_two_answers_in_a_sub_flow_are_taken_one_after_the_other(person):
    published(make_visit(make_contact()))
    for _ in range(ROUNDS):
        person.says("访客登记")
        person.says("王芳")
        handled(person.writes("13800138000"), person.writes("13900139000"))
        # Whichever came first is the number, and the other one the name.
        slots = session().slots
        assert {slots["phone"], slots["who"]} == {"13800138000", "13900139000"}
        assert (session().state, SessionCaller.objects.count()) == ("right", 0)
        person.says("取消")


def test_a_tick_and_a_publication_beside_an_answer_keep_one_stack(person):
    contact = make_contact()
    published(make_visit(contact))
    for _ in range(ROUNDS):
        person.says("访客登记")
        person.says("王芳")
        Session.objects.active().update(due_at=timezone.now(), asked_at=timezone.now() - timedelta(minutes=20))
        answer = person.writes("13800138000")
        together(
            lambda pk=answer.pk: processor.handle(pk), services.remind_and_expire, lambda: services.publish(contact)
        )
        handled(answer)
        assert (session().state, session().depth, SessionCaller.objects.count()) == ("name", 1, 1)
        person.says("取消")
        SessionCaller.objects.all().delete()
