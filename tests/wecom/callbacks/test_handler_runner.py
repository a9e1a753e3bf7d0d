"""Code handlers of other apps, sync and async, and the state of their callback."""

import asyncio
import logging
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from celery.exceptions import WorkerShutdown
from cryptography.fernet import Fernet
from django.utils import timezone

from conversations.models import Message
from core.exceptions import TemporaryError
from core.logs import LineFormatter
from core.personal_data import retention
from tests.support import factories
from tests.wecom.support.callback_sender import event_xml, text_xml
from tests.wecom.support.handlers import handle, sent
from wecom import services
from wecom.bot import bot
from wecom.callbacks import processor
from wecom.contents import Button, ButtonCard, Image, Markdown, TextCard
from wecom.models import Application, Callback, Member, Outbound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.databases
def test_an_async_handler_may_use_the_database(application, register):
    async def answer(message) -> str:
        member = await Member.objects.acreate(corporation_id=application.corporation_id, user_id="new")
        count = await sync_to_async(Member.objects.count)()
        return f"{member.user_id} {count}"

    register(bot.on_message("text"), answer)
    assert handle(application).status == "done"
    assert sent() == ["new 1"]


@pytest.mark.parametrize("silence", ["", "  \n\u3000"])
def test_a_handler_may_answer_with_silence(application, register, silence):
    register(bot.on_message("text"), lambda message: silence)
    assert handle(application).status == "done"
    assert sent() == []


@pytest.mark.databases
def test_nul_and_half_surrogates_in_an_answer_are_not_stored(application, register):
    register(bot.on_message("text"), lambda message: "a\0b\ud83dc")
    assert handle(application).status == "done"
    assert sent() == ["ab\ufffdc"]
    assert Message.objects.get(direction="out").content.text == "ab\ufffdc"


@pytest.mark.parametrize("nothing", ["\0", "\0\u200b"])
def test_an_answer_of_which_nothing_stays_is_silence(application, register, nothing):
    register(bot.on_message("text"), lambda message: nothing)
    assert handle(application).status == "done"
    assert sent() == []


def test_a_callback_whose_key_is_lost_is_settled(application, settings):
    callback = factories.make_callback(application, body=text_xml(application, text="hello"))
    Application.objects.update(secret="", token="", encoding_aes_key="")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    processor.handle(callback.pk)
    callback.refresh_from_db()
    assert (callback.status, callback.reason) == ("failed", "error")


@pytest.mark.parametrize("odd", [5, {"a": 1}, b"bytes", ["list"]])
def test_an_answer_that_is_no_text_ends_in_a_plain_sentence(application, register, odd):
    register(bot.on_message("text"), lambda message: odd)
    assert handle(application).status == "failed"
    assert len(sent()) == 1
    assert "#" in sent()[0]


@pytest.mark.parametrize(
    ("answer", "msgtype", "kind"),
    [
        (Markdown(content="**好**"), "markdown", "text"),
        (TextCard(title="t", description="d", url="https://example.com"), "textcard", "card"),
        (ButtonCard(title="选择", buttons=(Button(text="是", key="yes"),)), "template_card", "card"),
        (Image(media_id="MEDIA"), "image", "image"),
    ],
)
def test_a_handler_may_answer_with_any_value_of_contents(application, register, answer, msgtype, kind):
    async def reply(message):
        return answer

    register(bot.on_message("text"), reply)
    callback = handle(application)
    assert callback.status == "done"
    outbound = Outbound.objects.get()
    assert (outbound.msgtype, outbound.recipients, outbound.cid) == (msgtype, [callback.from_user_id], callback.cid)
    noted = Message.objects.get(direction="out")
    assert (noted.outbound, noted.content.text, noted.content.kind) == (outbound, answer.words(), kind)


def test_a_file_of_ours_in_an_answer_goes_by_its_upload(application, register):
    upload = factories.make_upload(application, kind="image", media_id="OURS")
    register(bot.on_message("text"), lambda message: Image(media_id="OURS"))
    handle(application)
    assert Outbound.objects.get().upload == upload


def test_an_async_handler_that_takes_too_long_by_its_own_measure_fails(application, register):
    async def slow(message) -> str:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(5)
        return "never"

    register(bot.on_message("text"), slow)
    assert handle(application).status == "failed"
    assert len(sent()) == 1


@pytest.mark.parametrize("sort", ["sync", "async"])
@pytest.mark.parametrize("end", [SystemExit, asyncio.CancelledError, GeneratorExit])
def test_a_handler_that_would_end_its_process_has_failed(application, register, end, sort):
    def leave(message) -> str:
        raise end

    async def leave_later(message) -> str:
        await asyncio.sleep(0)
        raise end

    register(bot.on_message("text"), leave if sort == "sync" else leave_later)
    callback = factories.make_callback(application, body=text_xml(application, text="hello"))
    processor.handle_detached(callback.pk)
    callback.refresh_from_db()
    assert (callback.status, callback.reason, callback.attempts) == ("failed", "error", 1)
    assert len(sent()) == 1


@pytest.mark.parametrize("end", [KeyboardInterrupt, WorkerShutdown])
def test_the_end_of_the_process_is_no_failed_handler(application, register, end):
    def leave(message) -> str:
        raise end

    register(bot.on_message("text"), leave)
    callback = factories.make_callback(application, body=text_xml(application, text="hello"))
    with pytest.raises(end):
        processor.handle_detached(callback.pk)
    callback.refresh_from_db()
    assert (callback.status, sent()) == ("running", [])


def test_a_handler_that_cannot_now_is_asked_again(application, register):
    def busy(message) -> str:
        raise TemporaryError("Later.")

    register(bot.on_message("text"), busy)
    assert handle(application).status == "queued"
    assert sent() == []


def test_a_long_answer_is_sent_in_parts(application, register):
    register(bot.on_message("text"), lambda message: "字" * 1500)
    handle(application)
    assert "".join(part.split("\n", 1)[1] for part in sent()) == "字" * 1500
    assert len(sent()) == 3


def test_a_command_of_another_app_comes_before_ours(application, register):
    register(bot.on_command("/help"), lambda message: "theirs")
    handle(application, text_xml(application, text="/help"))
    assert sent() == ["theirs"]


def test_a_handler_may_answer_an_event(application, register):
    register(bot.on_event("click"), lambda event: f"clicked {event.event_key}")
    handle(application, event_xml(application, "click", key="menu"))
    assert sent() == ["clicked menu"]


def test_a_callback_that_a_person_replays_is_answered_again(application):
    callback = handle(application)
    assert len(sent()) == 1
    services.replay_callback(callback)
    processor.handle(callback.pk)
    assert len(sent()) == 2


@pytest.mark.databases
def test_callbacks_are_forgotten_after_thirty_days_unless_they_wait_to_be_handled(application):
    old = timezone.now() - timedelta(days=31)
    factories.make_callback(application, created_at=old, status="done")
    waiting = factories.make_callback(application, created_at=old)
    young = factories.make_callback(application, created_at=old + timedelta(days=2), status="done")
    retention.expire(Callback, now=timezone.now())
    assert set(Callback.objects.all()) == {waiting, young}


def test_a_callback_stays_for_all_of_thirty_days(application):
    callback = factories.make_callback(application, status="done")
    retention.expire(Callback, now=callback.created_at + timedelta(days=30))
    assert Callback.objects.exists()
    retention.expire(Callback, now=callback.created_at + timedelta(days=30, seconds=1))
    assert not Callback.objects.exists()


def test_what_a_handler_was_told_stays_out_of_the_log(application, register, caplog):
    def fail(message) -> str:
        raise ValueError(f"Cannot read {message.content!r}")

    register(bot.on_message("text"), fail)
    handle(application, text_xml(application, text="canary-text"))
    lines = [LineFormatter().format(record) for record in caplog.records if record.levelno >= logging.ERROR]
    assert any("ValueError" in line and "in fail" in line for line in lines)
    assert not any("canary" in line for line in lines)
