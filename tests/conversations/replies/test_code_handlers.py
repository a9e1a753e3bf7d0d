"""Code of a company answers members before the digital human does, and may say something of its own accord."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Conversation, Message
from conversations.videos.lifecycle import fall_back
from core.exceptions import TemporaryError
from wecom import services as wecom
from wecom.bot import bot, send_text_card, send_text_message
from wecom.callbacks import processor
from wecom.callbacks.router import router
from wecom.models import Callback, Outbound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def handler():
    registered = []

    def register(function, *, kind: str = "text"):
        bot.on_message(kind)(function)
        registered.append(function)

    yield register
    for function in registered:
        router.remove(function)


def test_a_code_handler_answers_before_the_table_and_is_recorded(person, handler):
    async def greet(message):
        return "from code" if message.content == "你好" else None

    handler(greet)
    assert person.says("你好") == ["from code"]
    assert set(Message.objects.values_list("direction", "content__text")) == {("in", "你好"), ("out", "from code")}
    assert person.says("/help") != ["from code"]


def test_a_handler_that_fails_gives_a_plain_sentence_with_a_number(person, handler, caplog):
    def broken(message):
        raise KeyError("internal detail")

    handler(broken)
    (answer,) = person.says("geheimnis")
    callback = Callback.objects.get()
    assert callback.cid[:4].upper() in answer
    assert "internal" not in answer
    assert (callback.status, callback.reason) == ("failed", "error")
    assert "geheimnis" not in caplog.text


def test_a_handler_that_fails_after_a_send_still_apologises(person, handler):
    def broken(message):
        wecom.send_text(message.from_user_id, content="Generating…")
        raise ValueError("half way")

    handler(broken)
    answers = person.says("你好")
    assert answers[0] == "Generating…"
    assert Callback.objects.get().cid[:4].upper() in answers[1]


def test_what_code_sends_of_its_own_accord_is_in_the_conversation_once(person):
    tries = []

    @bot.on_command("/weather")
    async def weather(message):
        await send_text_message(message.from_user_id, "正在看天气……")
        await send_text_card(message.from_user_id, "天气", "晴", "https://example.com/weather")
        tries.append(message)
        if len(tries) == 1:
            raise TemporaryError("The forecast is away.")
        return "今天晴。"

    try:
        callback = person.writes("/weather")
        processor.handle(callback.pk)
        processor.handle(callback.pk, now=timezone.now() + timedelta(minutes=1))
    finally:
        router.remove(weather)
    rows = Conversation.objects.get().messages().order_by("created_at", "pk")
    said = [(row.direction, row.content.kind, row.content.text) for row in rows]
    assert said == [
        ("in", "text", "/weather"),
        ("out", "text", "正在看天气……"),
        ("out", "card", "天气\n晴"),
        ("out", "text", "今天晴。"),
    ]


def test_a_refused_video_of_code_sends_no_words_of_ours(person):
    outbound = wecom.send_video("zhangsan", media_id="MEDIA", title="周报", application=person.application)
    Outbound.objects.filter(pk=outbound.pk).update(status=Outbound.Status.FAILED, reason=Outbound.Reason.REFUSED)
    outbound.refresh_from_db()
    fall_back(outbound)
    assert Outbound.objects.count() == 1
