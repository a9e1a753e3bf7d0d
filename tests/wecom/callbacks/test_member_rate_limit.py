"""One member who writes too much: limited, told once, nothing lost, and no other member affected."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone, translation

from conversations.models import Conversation
from conversations.wording import chat_texts
from tests.support import factories
from tests.wecom.support.callback_sender import Envelope, event_xml, text_xml
from wecom import services
from wecom.bot import bot
from wecom.callbacks import processor
from wecom.callbacks.router import router
from wecom.models import Callback, Outbound
from wecom.signals import member_limited

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


@pytest.fixture(autouse=True)
def echo() -> Iterator[None]:
    with router.temporary():
        bot.on_message("text")(lambda message: f"echo {message.content}")
        bot.on_event("click")(lambda event: f"echo {event.event_key}")
        yield


def write(client, application, user: str, count: int, *, first: int = 0) -> None:
    for number in range(first, first + count):
        xml = text_xml(application, text=str(number), user=user, msg_id=number + 1)
        assert Envelope(application, xml).post(client).status_code == 200


def handle_all() -> None:
    while rows := list(Callback.objects.filter(status="queued").order_by("pk")):
        for row in rows:
            processor.handle(row.pk)


def told(user: str) -> list[str]:
    return [row.content["content"] for row in Outbound.objects.order_by("pk") if row.recipients == [user]]


def states(user: str) -> Counter:
    return Counter(Callback.objects.filter(from_user_id=user).values_list("status", "reason"))


@pytest.mark.databases
def test_a_hundred_messages_are_limited_with_one_notice(client, application):
    write(client, application, "spammer", 50)
    write(client, application, "other", 5)
    write(client, application, "spammer", 50, first=50)
    handle_all()
    heard = told("spammer")
    assert [text for text in heard if text.startswith("echo")] == [f"echo {number}" for number in range(20)]
    assert len(heard) == 21
    assert states("spammer") == {("done", ""): 20, ("cancelled", "limited"): 80}
    assert all("<Content>" in row.body for row in Callback.objects.filter(reason="limited"))
    assert told("other") == [f"echo {number}" for number in range(5)]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_notice_is_in_the_persons_language(client, application, settings, language):
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 1}
    write(client, application, "zhangsan", 1)
    handle_all()
    Conversation.objects.update(language=language)
    write(client, application, "zhangsan", 1, first=1)
    handle_all()
    with translation.override(language):
        assert told("zhangsan")[-1] == chat_texts.too_much()


def test_the_limit_of_a_person_ends_after_a_minute(client, application, settings):
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 2}
    write(client, application, "zhangsan", 4)
    handle_all()
    Callback.objects.update(created_at=timezone.now() - timedelta(seconds=61))
    write(client, application, "zhangsan", 4, first=4)
    handle_all()
    assert [text for text in told("zhangsan") if text.startswith("echo")] == ["echo 0", "echo 1", "echo 4", "echo 5"]
    assert len(told("zhangsan")) == 6


def test_what_was_limited_does_not_extend_the_limit(client, application, settings):
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 2}
    write(client, application, "zhangsan", 6)
    handle_all()
    Callback.objects.filter(reason="").update(created_at=timezone.now() - timedelta(seconds=61))
    write(client, application, "zhangsan", 1, first=6)
    handle_all()
    assert told("zhangsan")[-1] == "echo 6"


@pytest.mark.databases
def test_two_concurrent_messages_make_one_notice(application):
    for _ in range(2):
        factories.make_callback(application, reason="limited", order_key="1:zhangsan", body=text_xml(application))
    handle_all()
    assert len(told("zhangsan")) == 1
    assert states("zhangsan") == {("cancelled", "limited"): 2}


@pytest.mark.databases
def test_a_callback_whose_worker_died_is_limited_all_the_same(client, application, settings):
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 1}
    write(client, application, "zhangsan", 2)
    first, second = Callback.objects.order_by("pk")
    processor.handle(first.pk)
    assert Callback.claim(second.pk) is not None
    Callback.objects.filter(pk=second.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    processor.handle(second.pk)
    assert states("zhangsan") == {("done", ""): 1, ("cancelled", "limited"): 1}


def test_an_administrator_can_have_what_was_kept_handled_after_all(client, application, settings):
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 1}
    write(client, application, "zhangsan", 3)
    handle_all()
    for row in Callback.objects.filter(reason="limited"):
        assert services.replay_callback(row)
    handle_all()
    assert [text for text in told("zhangsan") if text.startswith("echo")] == ["echo 0", "echo 1", "echo 2"]
    assert states("zhangsan") == {("done", ""): 3}


def test_presses_count_and_state_events_do_not(client, application, settings):
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 2}
    at = int(time.time())
    for event, key in [
        ("enter_agent", ""),
        ("view", "u"),
        ("click", "a"),
        ("click", "b"),
        ("click", "c"),
        ("view", "v"),
    ]:
        Envelope(application, event_xml(application, event, key=key, at=at)).post(client)
    handle_all()
    kept = Callback.objects.filter(reason="limited")
    assert [row.event for row in kept] == ["click"]


def test_the_platform_itself_and_a_limit_of_nought_know_no_limit(client, application, settings):
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 1}
    for number in range(5):
        Envelope(application, event_xml(application, "change_contact", key=str(number), user="sys")).post(client)
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 0}
    write(client, application, "zhangsan", 40)
    handle_all()
    assert not Callback.objects.filter(reason="limited").exists()


@pytest.mark.databases
def test_a_repeat_of_what_was_kept_back_changes_nothing(client, application, settings):
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 1}
    write(client, application, "zhangsan", 1)
    envelope = Envelope(application, text_xml(application, msg_id=9))
    for _ in range(3):
        assert envelope.post(client).status_code == 200
    handle_all()
    assert states("zhangsan") == {("done", ""): 1, ("cancelled", "limited"): 1}
    assert len(told("zhangsan")) == 2


def test_a_notice_that_failed_is_written_later(application):
    callback = factories.make_callback(application, reason="limited", body=text_xml(application))

    def busy(**_) -> None:
        raise OperationalError

    member_limited.connect(busy)
    try:
        processor.handle(callback.pk)
    finally:
        member_limited.disconnect(busy)
    callback.refresh_from_db()
    assert (callback.status, callback.reason) == ("queued", "limited")
    processor.handle(callback.pk, now=timezone.now() + timedelta(minutes=1))
    assert states("zhangsan") == {("cancelled", "limited"): 1}
    assert len(told("zhangsan")) == 1
