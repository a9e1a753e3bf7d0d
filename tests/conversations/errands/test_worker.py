"""Questions to a service, from a member's message to the answer, over HTTP with a local service."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.errands import worker
from conversations.models import Conversation, Desk, Errand, Message
from conversations.providers.base import RemoteProvider
from conversations.videos import awaitables
from core import backends
from tests.conversations.support.chat_server import KEY, Reaction, error
from tests.conversations.support.errands import ANSWER, QUESTION, fallbacks, run
from tests.conversations.support.person import Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.databases
def test_a_question_waits_as_a_row_and_is_answered_by_its_worker(person, server):
    server.script = [Reaction(text=ANSWER)]
    assert person.says(QUESTION) == []
    errand = Errand.objects.get()
    assert (errand.status, errand.provider, errand.question) == ("queued", "chat", QUESTION)
    assert timedelta(seconds=40) < errand.deadline_at - timezone.now() <= timedelta(seconds=45)
    assert server.asked == []
    errand = run()
    assert person.read() == [ANSWER]
    assert (errand.status, errand.reason, errand.question) == ("done", "", "")
    assert {message.cid for message in Message.objects.all()} == {errand.cid}


@pytest.mark.databases
def test_the_question_is_stored_encrypted_and_cleared(person, server, django_db_blocker):
    person.says(QUESTION)
    stored = Errand.objects.extra(select={"raw": "question"}).values_list("raw", flat=True)[0]
    assert stored
    assert QUESTION not in str(Errand.objects.values_list("question").query)
    run()
    assert not Errand.objects.exclude(question="").exists()


def test_the_table_answers_before_the_service(person, server):
    assert person.says("你好") == ["你好！今天想了解什么？"]
    assert not Errand.objects.exists()


def test_without_a_service_nothing_changes(person, settings):
    assert list(settings.REPLY_PROVIDERS) == ["small_talk", "knowledge", "documents"]
    assert person.says(QUESTION)[:1] == [fallbacks()["unknown"]]
    assert not Errand.objects.exists()


@pytest.mark.databases
def test_two_questions_are_answered_in_their_order(person, server):
    server.usual = lambda asked: Reaction(text=f"答{asked['messages'][-1]['content']}")
    person.says("一楼有什么？")
    person.says("二楼有什么？")
    assert run(1).status == "queued"
    assert person.read() == []
    run(0)
    run(1)
    first, second = person.read()
    assert "一楼有什么？" in first
    assert first.endswith("\n答一楼有什么？")
    assert second == "答二楼有什么？"
    assert server.questions() == ["一楼有什么？", "二楼有什么？"]
    assert "答一楼有什么？" in server.asked[1]["messages"][-2]["content"]


@pytest.mark.databases
def test_two_people_do_not_wait_for_each_other(person, application, server):
    person.says("一楼有什么？")
    other = Person(application, "lisi")
    other.says("二楼有什么？")
    run(1)
    assert (person.read(), other.read()) == ([], ["好的。"])


@pytest.mark.parametrize(
    ("reaction", "reason", "detail"),
    [
        (error(401, "invalid_api_key"), "refused", "OPENUSER_CHAT_API_KEY"),
        (error(400, "content_filter"), "refused", "content_filter"),
        (Reaction(text=""), "empty", ""),
    ],
)
def test_a_refusal_is_polite_to_the_person_and_plain_to_the_operator(person, server, reaction, reason, detail):
    server.script = [reaction]
    person.says(QUESTION)
    errand = run()
    assert (errand.status, errand.reason) == ("failed", reason)
    assert detail in errand.detail
    assert person.read()[:1] == [fallbacks()["unknown"]]


def test_a_second_question_without_an_answer_says_whom_to_turn_to(person, server):
    server.script = [Reaction(text=""), Reaction(text="")]
    Desk.objects.update(contact="人事 8001")
    person.says(QUESTION)
    run()
    assert person.read()[:1] == [fallbacks()["unknown"]]
    person.says(f"{QUESTION}2")
    run(1)
    second = person.read()[0]
    assert "人事 8001" in second
    assert fallbacks()["unknown"] not in second


def test_a_service_that_is_configured_no_more_is_a_reason_too(person, server, settings):
    person.says(QUESTION)
    settings.REPLY_PROVIDERS = {"knowledge": settings.REPLY_PROVIDERS["knowledge"]}
    backends.backend.cache_clear()
    assert run().reason == "unknown_service"
    assert person.read()[:1] == [fallbacks()["unknown"]]


class Broken(RemoteProvider):
    """A provider with a fault of its own."""

    def answer(self, conversation, text, *, language):
        raise KeyError(text)


def test_a_fault_in_a_provider_is_logged_without_words_and_tried_again(person, settings, caplog):
    settings.REPLY_PROVIDERS = {"broken": {"class": f"{__name__}.Broken", "options": {}}}
    person.says(QUESTION)
    errand = run()
    assert (errand.status, errand.reason) == ("queued", "busy")
    assert "see the log" in errand.detail
    assert "A source of answers failed." in caplog.text


def test_who_has_left_is_not_answered(person, server):
    person.says(QUESTION)
    person.does("unsubscribe")
    assert (run().status, server.asked) == ("cancelled", [])
    assert person.read() == []


def test_neither_key_nor_words_are_logged(person, server, caplog):
    caplog.set_level(logging.DEBUG)
    server.script = [Reaction(text=ANSWER), error(401, "bad", KEY), error(500), Reaction(body=b"<html>")]
    for number in range(4):
        person.says(f"{QUESTION}{number}")
        run(number)
    lines = "\n".join(
        f"{record.getMessage()} {record.__dict__}" for record in caplog.records if record.name != "django.db.backends"
    )
    assert "An errand ended." in lines
    assert KEY not in lines
    assert QUESTION not in lines
    assert ANSWER not in lines


def test_code_gets_an_answer_of_the_service_at_once(person, server):
    server.script = [Reaction(text=ANSWER), error(401), error(500)]
    assert awaitables.reply_to(QUESTION) == ANSWER
    assert awaitables.reply_to(QUESTION) == fallbacks()["unknown"]
    assert awaitables.reply_to(QUESTION) == fallbacks()["late"]
    conversation = Conversation(application=person.application, language="zh-hans")
    assert worker.ask_now(conversation, "chat", QUESTION, language="zh-hans") == "好的。"
    assert not Errand.objects.exists()
