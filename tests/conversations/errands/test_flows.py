"""Answers that come during a flow or after it."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.models import Errand, Session
from tests.conversations.support.chat_server import Reaction
from tests.conversations.support.errands import ANSWER, QUESTION, expire, fallbacks, patience, run
from tests.support import factories
from tests.support.emulator import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def flow():
    flow = factories.make_flow()
    services.publish(flow)
    return flow


@pytest.mark.usefixtures("flow")
def test_what_was_asked_before_a_flow_is_answered_after_it(person, server):
    person.says(QUESTION)
    person.says("制作视频")
    errand = run()
    assert (errand.status, errand.reason, errand.attempts) == ("queued", "in_flow", 0)
    assert errand.due_at > timezone.now() + timedelta(minutes=5)
    assert server.asked == []
    assert run().reason == "in_flow"
    person.says("取消")
    errand = run()
    assert (errand.status, errand.reason, errand.question) == ("done", "", "")
    (answer,) = person.read()
    assert QUESTION in answer
    assert answer.endswith("好的。")


@pytest.mark.usefixtures("flow")
def test_a_flow_that_begins_while_the_service_thinks_is_not_disturbed(person, server, settings):
    patience(settings, 0.0)
    answering = threading.Event()
    server.script = [Reaction(text=ANSWER, after=answering)]
    server.usual = lambda asked: Reaction(text=ANSWER)
    person.says(QUESTION)
    run()
    assert person.read() == [fallbacks()["wait"]]
    person.says("制作视频")
    answering.set()
    wait_for(lambda: Errand.objects.get().reason == "in_flow", "the answer")
    assert person.read() == []
    assert Errand.objects.get().question == QUESTION
    Session.objects.update(asked_at=timezone.now() - timedelta(hours=2), due_at=timezone.now())
    assert services.remind_and_expire() == 1
    person.read()
    run()
    wait_for(lambda: Errand.objects.get().status == "done", "the answer")
    assert [text.endswith(ANSWER) for text in person.read()] == [True]


@pytest.mark.usefixtures("flow")
def test_an_operator_who_ends_a_flow_lets_the_answer_through(person, server):
    person.says(QUESTION)
    person.says("制作视频")
    run()
    assert services.stop_session(Session.objects.get())
    assert run().status == "done"
    assert len(person.read()) == 1


@pytest.mark.usefixtures("flow")
def test_one_flow_after_another_holds_the_answer_but_not_for_ever(person, server):
    person.says(QUESTION)
    person.says("制作视频")
    run()
    person.says("/制作")
    assert run().reason == "in_flow"
    Errand.objects.update(created_at=timezone.now() - timedelta(days=2))
    errand = run(now=timezone.now() + timedelta(minutes=20))
    assert (errand.status, errand.reason, errand.question) == ("cancelled", "overtaken", "")
    assert server.asked == []


@pytest.mark.usefixtures("flow")
def test_who_asked_what_kills_its_workers_gets_words_after_the_flow(person, server):
    person.says(QUESTION)
    for _ in range(Errand.max_attempts):
        assert Errand.claim(Errand.objects.get().pk)
        expire()
    person.says("制作视频")
    assert run().reason == "attempts"
    assert person.read() == []
    person.says("取消")
    run()
    (words,) = person.read()
    assert words.endswith(fallbacks()["late"])
    run()
    assert person.read() == []


@pytest.mark.usefixtures("flow")
def test_a_flow_that_has_ended_meanwhile_is_no_hindrance(person, server):
    person.says(QUESTION)
    person.says("制作视频")
    person.says("取消")
    assert run().status == "done"
    (answer,) = person.read()
    assert QUESTION in answer
    assert answer.endswith("好的。")
