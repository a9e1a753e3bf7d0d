"""Awaitable videos, inside handlers and outside, beside a render worker."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.db import connections

from avatars import services as avatars
from avatars.exceptions import AvatarError, RenderCancelled, ScriptError
from avatars.models import Render
from avatars.rendering import render_worker
from conversations.models import Message
from conversations.videos import awaitables
from core.exceptions import TemporaryError
from tests.avatars.support.rendering import make_human
from tests.conversations.support.handlers import call, handle, sent
from tests.support import factories
from tests.support.emulator import wait_for
from tests.wecom.support.callback_sender import text_xml
from wecom.bot import bot, send_text_message
from wecom.callbacks import processor
from wecom.callbacks.router import router
from wecom.exceptions import ContentError
from wecom.models import Callback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_engines", "work_dir")]


@pytest.fixture
def human():
    return make_human()


@pytest.fixture
def application(human):
    application = factories.make_application(is_default=True)
    factories.make_desk(application, digital_human=human, language="en")
    factories.make_answer("hello", "Hello! How can I help you?")
    return application


@pytest.fixture
def worker() -> Iterator[threading.Thread]:
    """Makes whatever is queued."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.05):
            try:
                render_worker.render_next()
            finally:
                connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield thread
    over.set()
    thread.join()


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    with router.temporary():
        yield


@pytest.mark.usefixtures("worker")
def test_a_video_is_made_and_handed_to_the_outbox(application, human):
    message = call(awaitables.generate_and_send_video, "ZhangSan", human.pk, "Hello!", "lipsync")
    assert (message.state, message.degraded, message.member.user_id) == ("sending", False, "zhangsan")
    assert (message.render.mode, message.render.text) == ("lipsync", "Hello!")
    assert sent() == ["video"]


@pytest.mark.usefixtures("worker")
def test_a_video_that_cannot_be_made_goes_out_as_text(application):
    message = awaitables.send_video_of("zhangsan", digital_human_id=make_human(engine="no_face").pk, text="Hello!")
    assert message.degraded
    assert "Hello!" in sent()[0]


@pytest.mark.usefixtures("worker")
def test_the_path_and_the_link_are_of_the_same_finished_video(application, human, client, settings):
    settings.SITE_URL = "https://example.com"
    path = Path(call(awaitables.generate_digital_human_video, digital_human_id=human.pk, text="Hello!"))
    assert path.read_bytes()[4:8] == b"ftyp"
    url = call(awaitables.generate_video, "Hello!")
    assert url.startswith("https://example.com/media/renders/")
    answer = client.get(url.removeprefix("https://example.com"))
    assert b"".join(answer.streaming_content) == path.read_bytes()
    assert awaitables.video_of(human.pk, text="Hello!") == str(path)
    assert awaitables.video_url_of("Hello!").partition("?")[0] == url.partition("?")[0]
    assert Render.objects.count() == 1


@pytest.mark.usefixtures("worker")
def test_a_video_that_fails_is_an_error_with_code_and_remedy(application):
    with pytest.raises(AvatarError) as caught:
        call(awaitables.generate_digital_human_video, make_human(engine="no_face").pk, "Hello!")
    assert caught.value.code == "no_face"
    assert "photograph" in caught.value.remedy


def test_a_video_that_is_cancelled_is_an_error_of_its_own(application, human):
    async def both() -> None:
        waiting = asyncio.create_task(awaitables.generate_digital_human_video(human.pk, "Hello!"))
        await asyncio.to_thread(cancel)
        await waiting

    def cancel() -> None:
        try:
            wait_for(Render.objects.exists, "the wish")
            avatars.cancel_render(Render.objects.get())
        finally:
            connections.close_all()

    with pytest.raises(RenderCancelled):
        async_to_sync(both)()


def test_waiting_ends_and_says_what_to_look_at(application, human, settings):
    settings.AVATARS = {**settings.AVATARS, "TIME_LIMIT": 0.1}
    with pytest.raises(AvatarError) as caught:
        call(awaitables.generate_and_send_video, "zhangsan", human.pk, "Hello!")
    assert caught.value.code == "time_limit"
    assert "render worker" in caught.value.remedy
    assert Message.objects.get().state == "waiting"


@pytest.mark.parametrize("number", [0, 999_999, -1, "x", None])
def test_an_unknown_digital_human_is_an_error_that_names_those_there_are(application, human, number):
    with pytest.raises(ScriptError) as caught:
        call(awaitables.generate_and_send_video, "zhangsan", number, "Hello!")
    assert (caught.value.code, caught.value.field) == ("no_digital_human", "digital_human_id")
    assert human.name in caught.value.remedy
    assert not Message.objects.exists()


def test_what_is_wrong_is_named_before_anything_is_made(application, human):
    for user_id, text, mode, kind, field in (
        ("@all", "Hello!", "", ContentError, "to"),
        ("zhangsan", " ", "", ScriptError, "text"),
        ("zhangsan", "Hello!", "hologram", ScriptError, "mode"),
    ):
        with pytest.raises(kind) as caught:
            call(awaitables.generate_and_send_video, user_id, human.pk, text, mode)
        assert caught.value.field == field
    application.desk.delete()
    with pytest.raises(ScriptError) as caught:
        call(awaitables.generate_video, "Hello!")
    assert caught.value.code == "no_desk"
    assert not Render.objects.exists()


@pytest.mark.usefixtures("worker")
def test_a_handler_that_is_asked_again_makes_and_sends_one_video(application, human):
    runs = []

    async def make_video(message):
        await awaitables.generate_and_send_video(message.from_user_id, human.pk, "Hello!")
        runs.append(1)
        if len(runs) == 1:
            raise TemporaryError("After the video.")
        return "Video generated and sent!"

    callback = handle(application, make_video)
    assert callback.status == "queued"
    Callback.objects.update(due_at=callback.created_at)
    processor.handle(callback.pk)
    assert len(runs) == 2
    assert sent() == ["video", "Video generated and sent!"]
    assert Message.objects.filter(render__isnull=False).count() == 1
    assert set(Message.objects.values_list("cid", flat=True)) == {callback.cid}


@pytest.mark.usefixtures("worker")
def test_a_video_that_is_there_already_takes_no_number_of_the_handler(application, human):
    awaitables.video_of(human.pk, text="Hello!")
    runs = []

    async def make_video(message):
        await awaitables.generate_and_send_video(message.from_user_id, human.pk, "Hello!")
        runs.append(1)
        if len(runs) == 1:
            raise TemporaryError("Once more.")
        await send_text_message(message.from_user_id, "after the video")

    callback = handle(application, make_video)
    Callback.objects.update(due_at=callback.created_at)
    processor.handle(callback.pk)
    assert sent()[:2] == ["video", "after the video"]


def test_chatting_goes_on_while_a_handler_awaits_a_video(application, human):
    started = threading.Event()

    async def make_video(message):
        if message.content != "video":
            return None
        started.set()
        await awaitables.generate_and_send_video(message.from_user_id, human.pk, "Hello!")
        return "Video generated and sent!"

    bot.on_message("text")(make_video)
    key = f"{application.pk}:zhangsan"
    first, second = (
        factories.make_callback(application, body=text_xml(application, text=text), order_key=key)
        for text in ("video", "hello")
    )

    def work() -> None:
        try:
            processor.handle(first.pk)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(20)
    wait_for(lambda: Callback.objects.filter(pk=first.pk, gave_way=True).exists(), "the handler to wait")
    processor.handle(second.pk)
    assert sent() == ["Hello! How can I help you?"]
    render_worker.render_next()
    thread.join(timeout=60)
    assert sent()[1:] == ["video", "Video generated and sent!"]
