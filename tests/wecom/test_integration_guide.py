"""The integration guide's code, verbatim: from the phone through webhook and worker back to the phone."""

import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
import requests
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib import admin
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from avatars.models import Render
from avatars.rendering import render_worker
from tests.avatars.support.rendering import make_human
from tests.support import factories
from tests.support.emulator import KEYS, Emulator, Person, wait_for
from wecom import services
from wecom.callbacks import processor
from wecom.callbacks.router import router
from wecom.media import uploads
from wecom.models import Callback, Outbound, Upload
from wecom.outbox import dispatcher

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("small_engines", "work_dir", "workers"),
]

APP = "tests.guide_app"
WEBHOOK = "/api/v1/integrations/wechat/webhook"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture(autouse=True)
def desk(connected, emulator: Emulator, live_server) -> Iterator[None]:
    """The guide's digital human 1, who answers; what people do reaches the webhook over HTTP."""
    human = make_human(pk=1)
    factories.make_desk(connected, digital_human=human, language="en", greeting="I am the desk.")
    factories.make_answer("what is openuser", "Digital humans for WeChat Work.")
    before = emulator.api("GET", "apps")["apps"][0]["callback"]
    listen(emulator, live_server.url + WEBHOOK)
    yield
    listen(emulator, before)


def listen(emulator: Emulator, url: str) -> None:
    emulator.api("POST", "apps", json={"agentid": int(KEYS["AGENT_ID"]), "callback": url})


@pytest.fixture
def workers() -> Iterator[None]:
    """Do what the workers of an installation do: one handles callbacks, one sends, one makes videos."""
    over = threading.Event()

    def work(turn: Callable[[], None]) -> None:
        try:
            while not over.wait(0.05):
                turn()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(turn,)) for turn in (handle, deliver, render_worker.render_next)]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()


def handle() -> None:
    for callback in Callback.objects.filter(status="queued").order_by("pk"):
        processor.handle(callback.pk)


def deliver() -> None:
    for upload in Upload.objects.filter(status="queued"):
        uploads.run_upload(upload.pk)
    for outbound in Outbound.objects.filter(status="queued", due_at__lte=timezone.now()).order_by("pk"):
        dispatcher.deliver(outbound.pk)


@pytest.fixture
def installed() -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module of the guide's app, as if it had just been pasted; its handlers go with the test."""
    with router.temporary():

        def load(name: str) -> ModuleType:
            sys.modules.pop(f"{APP}.{name}", None)
            return importlib.import_module(f"{APP}.{name}")

        yield load


def employ(emulator: Emulator, user_id: str) -> Person:
    """The member that the guide names. They stay from test to test: what arrived before does not count."""
    known = {member["userid"] for member in emulator.api("GET", "members")["members"]}
    if user_id not in known:
        emulator.api("POST", "members", json={"userid": user_id, "name": user_id})
    person = Person(emulator, user_id)
    entries = person.received()
    person._seen = entries[-1]["id"] if entries else 0
    return person


@pytest.fixture
def guide_app(installed) -> Iterator[None]:
    """The guide's app among the installed ones.

    Unfold puts an empty site in place of the admin's whenever the list of apps changes: both when it comes and goes.
    Addresses that are read meanwhile would be those of the empty one, for the rest of the run.
    """
    importlib.import_module(settings.ROOT_URLCONF)
    sites = admin.site, admin.sites.site
    sys.modules.pop(f"{APP}.handlers", None)
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, f"{APP}.apps.GuideConfig"]):
        yield
    admin.site, admin.sites.site = sites


def test_an_installed_app_is_found_by_its_handlers_module(guide_app, person):
    person.does("enter_agent")
    assert person.reads_text() == "Welcome to OpenUser! How can I help you today?"


def test_advanced_configuration(installed, person):
    installed("handlers")
    person.does("enter_agent")
    assert person.reads_text() == "Welcome to OpenUser! How can I help you today?"
    person.writes("What is OpenUser?")
    assert person.reads_text() == "Digital humans for WeChat Work."
    person.sends("image", "cat.png", PNG)
    assert person.reads_text() == "Image received and processed"


def test_features_1_to_3_send_texts_media_and_cards(installed, emulator):
    features, person = installed("features"), employ(emulator, "UserID")
    async_to_sync(features.text_message)()
    assert person.reads_text() == "Hello from OpenUser!"
    async_to_sync(features.interactive_card)()
    (card,) = person.reads()
    assert card["msgtype"] == "textcard"
    assert card["content"]["title"] == "Digital Human Options"
    assert card["content"]["url"] == "https://your-domain.com/actions"
    async_to_sync(features.rich_media)()
    rows = Outbound.objects.filter(msgtype__in=["image", "video", "file"]).order_by("pk")
    assert [row.content["media_id"] for row in rows] == ["MEDIA_ID", "VIDEO_MEDIA_ID", "FILE_MEDIA_ID"]
    assert rows[1].content["title"] == "Generated Video"
    # The platform has no such files.
    wait_for(lambda: {row.status for row in rows.all()} == {"failed"}, "the platform's refusal")


def test_feature_4_sends_a_video_of_a_digital_human(installed, emulator):
    features, person = installed("features"), employ(emulator, "UserID")
    async_to_sync(features.digital_human)()
    (video,) = person.reads()
    assert video["msgtype"] == "video"
    assert video["content"]["title"] == "Hello! This is a message from your digital human."


def test_feature_5_commands(installed, person, settings, live_server):
    settings.SITE_URL = live_server.url
    installed("handlers")
    person.writes("/help")
    assert person.reads_text().strip().startswith("Available commands:")
    person.writes("/video Welcome!")
    answer = person.reads_text()
    assert answer.startswith("Video generated: http")
    download = requests.get(answer.removeprefix("Video generated: "), timeout=60)
    assert download.headers["Content-Type"] == "video/mp4"
    assert download.content[4:8] == b"ftyp"


def test_feature_6_events(installed, person):
    installed("handlers")
    person.does("subscribe")
    assert person.reads_text() == "Thank you for subscribing to OpenUser!"
    person.does("click", key="GENERATE_VIDEO")
    assert person.reads_text() == "Please send me the text for video generation"
    person.does("unsubscribe")
    wait_for(lambda: Callback.objects.filter(event="unsubscribe", status="done").exists(), "the event")
    assert len(person.received()) == 2


def test_example_1_simple_text_response(installed, person):
    installed("greeting")
    person.writes("Hello")
    assert person.reads_text() == "Hello! I'm your AI digital human assistant. How can I help you today?"
    person.writes("What is OpenUser?")
    assert person.reads_text() == "Digital humans for WeChat Work."


def test_example_2_video_generation_workflow(installed, person):
    installed("video")
    person.writes("/video")
    assert person.reads_text() == "Please provide text for the video. Usage: /video <your text>"
    person.writes("/video Tell me about OpenUser")
    assert person.reads_text() == "Generating video... This may take a moment."
    video, done = person.reads(2)
    assert video["msgtype"] == "video"
    assert video["content"]["title"] == "Your Digital Human Video"
    assert video["content"]["description"] == "Tell me about OpenUser"
    assert done["content"]["content"] == "Video sent successfully!"


@pytest.mark.parametrize(("choice", "mode"), [("1", "lipsync"), ("3", "enhanced_talking_head")])
def test_example_4_interactive_workflow(installed, person, choice, mode):
    installed("workflow")
    person.writes("hm")
    assert person.reads_text() == "I'm not sure what you mean. Type 'help' for assistance."
    person.writes("create video")
    assert person.reads_text() == "Great! Please send me the text for your video."
    person.writes("Welcome to the company.")
    assert person.reads_text() == "Choose video quality:\n1. Basic\n2. Enhanced\n3. High Quality"
    person.writes(choice)
    video, done = person.reads(2)
    assert (video["msgtype"], video["content"]["title"]) == ("video", "Welcome to the company.")
    assert done["content"]["content"] == "Video generated and sent!"
    assert Render.objects.get().mode == mode


def test_troubleshooting_a_fresh_token_and_an_upload_that_fails(installed, connected, person, tmp_path):
    help_ = installed("troubleshooting")
    token = async_to_sync(help_.refresh_token)(connected.corporation.corp_id, connected.secret)
    assert token == services.access_token()
    async_to_sync(help_.upload_or_apologise)(person.user_id, str(tmp_path / "missing.mp4"))
    assert person.reads_text() == "Video generation completed but upload failed"
