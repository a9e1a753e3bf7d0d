"""A service that is busy, slow or hangs, and workers that die with its question: one notice, one answer."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.models import Errand
from core.work import sweeper
from tests.conversations.support.chat_server import Reaction, error
from tests.conversations.support.errands import ANSWER, QUESTION, expire, fallbacks, patience, run
from tests.support.emulator import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_busy_service_is_asked_again_and_the_person_told_once(person, server):
    server.script = [error(429, Retry_After="6"), error(503), Reaction(text=ANSWER)]
    person.says(QUESTION)
    errand = run()
    assert (errand.status, errand.reason) == ("queued", "busy")
    assert timedelta(seconds=4) < errand.due_at - timezone.now() <= timedelta(seconds=6)
    assert errand.question == QUESTION
    assert person.read() == [fallbacks()["wait"]]
    assert run().attempts == 1
    errand = run(now=errand.due_at)
    assert (errand.status, errand.attempts) == ("queued", 2)
    assert run(now=errand.due_at).status == "done"
    assert person.read() == [ANSWER]


def test_who_must_wait_beyond_the_deadline_is_told_at_once(person, server):
    server.script = [error(429, Retry_After="120")]
    person.says(QUESTION)
    errand = run()
    assert (errand.status, errand.reason, errand.question) == ("failed", "late", "")
    assert "429" in errand.detail
    assert person.read() == [fallbacks()["late"]]


@pytest.mark.databases
def test_after_the_deadline_nobody_is_asked(person, server):
    person.says(QUESTION)
    errand = run(now=timezone.now() + timedelta(seconds=50))
    assert (errand.status, errand.reason) == ("failed", "late")
    assert person.read() == [fallbacks()["late"]]
    assert server.asked == []


def test_somebody_who_waits_is_told_once_and_the_worker_is_free(person, server, settings):
    patience(settings, 0.2)
    answering = threading.Event()
    server.script = [Reaction(text=ANSWER, after=answering)]
    person.says(QUESTION)
    assert run().status == "running"
    assert person.read() == [fallbacks()["wait"]]
    answering.set()
    wait_for(lambda: Errand.objects.get().status == "done", "the answer")
    assert person.read() == [ANSWER]
    assert Errand.objects.get().told_at is not None


def test_no_waiting_notice_is_sent_right_before_the_answer(person, server):
    person.says(QUESTION)
    assert run(now=timezone.now() + timedelta(seconds=20)).status == "done"
    assert person.read() == ["好的。"]


def test_of_two_questions_that_wait_one_is_enough_to_tell(person, server, settings):
    patience(settings, 0.0)
    answering = threading.Event()
    server.usual = lambda asked: Reaction(text=ANSWER, after=answering)
    person.says("一楼有什么？")
    person.says("二楼有什么？")
    run(0)
    assert person.read() == [fallbacks()["wait"]]
    answering.set()
    wait_for(lambda: Errand.objects.order_by("pk")[0].status == "done", "the first answer")
    run(1)
    wait_for(lambda: Errand.objects.order_by("pk")[1].status == "done", "the second answer")
    assert [text.endswith(ANSWER) for text in person.read()] == [True, True]


def test_a_service_that_hangs_is_given_up_at_the_deadline(person, server, settings):
    patience(settings, 0.0)
    settings.CONVERSATIONS = {**settings.CONVERSATIONS, "REPLY_TIMEOUT": 1.0}
    server.script = [Reaction(text=ANSWER, after=server.over)]
    person.says(QUESTION)
    run()
    wait_for(lambda: Errand.objects.get().is_finished, "the deadline")
    assert person.read() == [fallbacks()["wait"], fallbacks()["late"]]
    server.over.set()


@pytest.mark.databases
def test_a_lease_is_kept_while_the_service_thinks(person, server, settings):
    patience(settings, 0.0)
    settings.WORK_LEASE_SCALE = 0.05
    answering = threading.Event()
    server.script = [Reaction(text=ANSWER, after=answering)]
    person.says(QUESTION)
    first = run().lease_until
    wait_for(lambda: Errand.objects.get().lease_until > first + timedelta(seconds=0.5), "the lease to be extended")
    answering.set()
    wait_for(lambda: Errand.objects.get().status == "done", "the answer")
    assert person.read()[-1] == ANSWER


def test_a_cancelled_errand_says_nothing(person, server, settings):
    patience(settings, 0.0)
    answering = threading.Event()
    server.script = [Reaction(text=ANSWER, after=answering)]
    person.says(QUESTION)
    run()
    assert Errand.objects.get().cancel()
    answering.set()
    no_thread = lambda: not any(thread.name == "errand" for thread in threading.enumerate())  # noqa: E731
    wait_for(no_thread, "the thread to end")
    assert person.read() == [fallbacks()["wait"]]


@pytest.mark.databases
def test_an_errand_whose_worker_died_is_run_by_another(person, server):
    person.says(QUESTION)
    assert Errand.claim(Errand.objects.get().pk)
    assert run().status == "running"
    expire()
    assert sweeper.sweep() == 1
    assert (run().status, person.read()) == ("done", ["好的。"])


@pytest.mark.databases
def test_who_asked_what_kills_its_workers_gets_words_once(person, server):
    person.says(QUESTION)
    for _ in range(Errand.max_attempts):
        assert Errand.claim(Errand.objects.get().pk)
        expire()
    errand = run()
    assert (errand.status, errand.reason, errand.question) == ("failed", "attempts", "")
    assert person.read() == [fallbacks()["late"]]
    run()
    assert person.read() == []
    assert server.asked == []


@pytest.mark.databases
def test_a_doubled_wake_answers_once(person, server):
    person.says(QUESTION)
    pk = Errand.objects.get().pk
    threads = [threading.Thread(target=services.run_errand, args=(pk,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert person.read() == ["好的。"]
    assert len(server.asked) == 1
