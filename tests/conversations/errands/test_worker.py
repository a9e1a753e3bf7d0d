"""Questions to a service, from a member's message to the answer, over HTTP with a local service."""

import logging
import threading
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from conversations import services
from conversations.errands import worker
from conversations.models import Conversation, Desk, Errand, Message, Session
from conversations.providers.base import RemoteProvider
from conversations.videos import awaitables
from conversations.wording import chat_texts
from core import backends
from core.work import sweeper
from tests.conversations.support import chat_server
from tests.conversations.support.chat_server import KEY, Reaction, error
from tests.conversations.support.person import Person
from tests.support import factories
from tests.support.emulator import wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

QUESTION, ANSWER = "食堂几点开门？", "早上七点。"


def use_chat(settings, url: str, **options) -> None:
    """Let the chat come after the table, as the environment does."""
    given = {"base_url": url, "model": "qwen3", "api_key": KEY, "timeout": 10.0} | options
    entry = {"class": "conversations.providers.chat.Chat", "options": given}
    settings.REPLY_PROVIDERS = {**settings.REPLY_PROVIDERS, "chat": entry}
    backends.backend.cache_clear()


@pytest.fixture
def server(settings):
    with chat_server.running() as server:
        use_chat(settings, server.url)
        yield server
    backends.backend.cache_clear()


@pytest.fixture(autouse=True)
def no_thread_is_left():
    """What a test left behind would write into the next one."""
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("errand"):
            thread.join(20)


def patience(settings, seconds: float) -> None:
    settings.CONVERSATIONS = {**settings.CONVERSATIONS, "REPLY_NOTICE_SECONDS": seconds}


def fallbacks() -> dict[str, str]:
    with translation.override("zh-hans"):
        return {
            "late": chat_texts.no_answer_in_time(),
            "unknown": chat_texts.not_understood(),
            "wait": chat_texts.looking_up(),
        }


def run(number: int = 0, **when) -> Errand:
    """Do what a worker does with an errand; as it is afterwards."""
    errand = Errand.objects.order_by("pk")[number]
    services.run_errand(errand.pk, **when)
    errand.refresh_from_db()
    return errand


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
    assert list(settings.REPLY_PROVIDERS) == ["small_talk", "knowledge"]
    assert person.says(QUESTION) == [fallbacks()["unknown"]]
    assert not Errand.objects.exists()


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


def test_two_people_do_not_wait_for_each_other(person, application, server):
    person.says("一楼有什么？")
    other = Person(application, "lisi")
    other.says("二楼有什么？")
    run(1)
    assert (person.read(), other.read()) == ([], ["好的。"])


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


def test_after_the_deadline_nobody_is_asked(person, server):
    person.says(QUESTION)
    errand = run(now=timezone.now() + timedelta(seconds=50))
    assert (errand.status, errand.reason) == ("failed", "late")
    assert person.read() == [fallbacks()["late"]]
    assert server.asked == []


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
    assert person.read() == [fallbacks()["unknown"]]


def test_a_second_question_without_an_answer_says_whom_to_turn_to(person, server):
    server.script = [Reaction(text=""), Reaction(text="")]
    Desk.objects.update(contact="人事 8001")
    person.says(QUESTION)
    run()
    assert person.read() == [fallbacks()["unknown"]]
    person.says(f"{QUESTION}2")
    run(1)
    (second,) = person.read()
    assert "人事 8001" in second
    assert fallbacks()["unknown"] not in second


def test_a_service_that_is_configured_no_more_is_a_reason_too(person, server, settings):
    person.says(QUESTION)
    settings.REPLY_PROVIDERS = {"knowledge": settings.REPLY_PROVIDERS["knowledge"]}
    backends.backend.cache_clear()
    assert run().reason == "unknown_service"
    assert person.read() == [fallbacks()["unknown"]]


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


def expire() -> None:
    Errand.objects.update(lease_until=timezone.now() - timedelta(days=1))


def test_an_errand_whose_worker_died_is_run_by_another(person, server):
    person.says(QUESTION)
    assert Errand.claim(Errand.objects.get().pk)
    assert run().status == "running"
    expire()
    assert sweeper.sweep() == 1
    assert (run().status, person.read()) == ("done", ["好的。"])


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


def test_who_has_left_is_not_answered(person, server):
    person.says(QUESTION)
    person.does("unsubscribe")
    assert (run().status, server.asked) == ("cancelled", [])
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
