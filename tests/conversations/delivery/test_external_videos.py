"""Videos of code or the API that are too large arrive smaller, as a file, or as a link."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from avatars.models import Rendition
from avatars.rendering import compression
from conversations import services as conversations
from conversations.models import Message, WatchLink
from tests.support.emulator import Emulator, Person, wait_for
from tests.support.factories import make_api
from wecom import bot, services
from wecom.contents import Video
from wecom.exceptions import BusyError, ContentError
from wecom.media import uploads
from wecom.models import Outbound, Upload
from wecom.outbox import dispatcher, group_messages
from wecom.signals import video_too_large

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("work_dir")]
UPLOADS, MESSAGES = "/api/v1/uploads/", "/api/v1/messages/"


@pytest.fixture
def person(emulator: Emulator) -> Person:
    """A member of the emulated company, in place of this folder's."""
    return emulator.hire()


@pytest.fixture
def video_data(phone_video):
    return phone_video("short", seconds=2, rate=25)


@pytest.fixture
def path(video_data, tmp_path):
    """Megabytes of noise to send."""
    path = tmp_path / "年会.mp4"
    path.write_bytes(video_data)
    return path


@pytest.fixture
def most(settings, connected, person):
    """What the platform takes, in bytes."""
    settings.SITE_URL = "https://example.com"

    def choose(*, video: int, file: int) -> None:
        settings.WECOM = {**settings.WECOM, "MEDIA_LIMITS": {"video": video, "file": file}}

    return choose


def work() -> None:
    """What the workers do until nothing is left to do."""
    while True:
        waiting = 0
        for kind, do in (
            (Rendition, compression.compress),
            (Upload, uploads.run_upload),
            (Outbound, dispatcher.deliver),
        ):
            for row in kind.objects.filter(status="queued", due_at__lte=timezone.now()).order_by("pk"):
                waiting += 1
                do(row.pk)
        if not waiting:
            return


def post(path, person, **fields):
    """Upload a video and send it, over REST."""
    api = make_api("messages:read", "messages:write")
    file = SimpleUploadedFile(path.name, path.read_bytes())
    upload = api.post(UPLOADS, {"kind": "video", "file": file}, format="multipart")
    assert upload.status_code == 202, upload.content
    wish = {"to": person.user_id, "kind": "video", "upload": upload.json()["id"], **fields}
    message = api.post(MESSAGES, wish)
    assert message.status_code == 202, message.content
    return api, upload["Location"], message["Location"]


def test_the_apis_video_is_compressed_and_arrives_as_a_video(most, path, person):
    most(video=75_000, file=20_000_000)
    api, upload, message = post(path, person, title="年会")
    uploads.run_upload(Upload.objects.get().pk)
    assert (api.get(upload).json()["status"], api.get(upload).json()["reason"]) == ("queued", "fitting")
    work()
    (entry,) = person.received()
    assert (entry["msgtype"], entry["content"]["title"]) == ("video", "年会")
    found = api.get(upload).json()
    assert (found["status"], found["form"], found["reason"]) == ("done", "", "")
    assert found["size"] <= 75_000
    assert api.get(message).json()["outcome"]["status"] == "sent"


def test_one_that_would_be_too_poor_arrives_as_a_file(most, path, person):
    most(video=40_000, file=20_000_000)
    api, upload, message = post(path, person, title="年会")
    work()
    assert [entry["msgtype"] for entry in person.received()] == ["file"]
    assert Upload.objects.get().filename == "年会.mp4"
    assert api.get(upload).json()["form"] == "file"
    assert api.get(message).json()["outcome"]["status"] == "sent"


def test_one_too_large_for_a_file_arrives_as_a_private_link(most, path, person, client):
    most(video=40_000, file=50_000)
    api, upload, _message = post(path, person, title="年会", description="今年的")
    work()
    (entry,) = person.received()
    link = WatchLink.objects.get()
    assert entry["msgtype"] == "textcard"
    shown = {name: entry["content"][name] for name in ("title", "description", "url")}
    assert shown == {"title": "年会", "description": "今年的", "url": f"https://example.com/watch/{link.name}/"}
    assert link.member is not None
    assert (link.member.user_id, link.file("video")) == (person.user_id, Upload.objects.get().path)
    assert (api.get(upload).json()["form"], api.get(upload).json()["status"]) == ("link", "done")
    assert client.get(f"/watch/{link.name}/video").status_code == 403


def test_the_same_large_video_twice_arrives_twice_and_is_made_once(most, path, person):
    for limits in ((75_000, 20_000_000), (40_000, 20_000_000), (40_000, 50_000)):
        most(video=limits[0], file=limits[1])
        before = len(person.received())
        Upload.objects.update(form="", media_id="", expires_at=None, status="queued", due_at=timezone.now())
        for _ in range(2):
            post(path, person)
        work()
        assert len(person.received()) == before + 2
    assert Upload.objects.count() == 1
    assert Rendition.objects.count() == 2


def test_the_guides_upload_waits_while_a_render_worker_makes_it_smaller(most, path, person):
    most(video=75_000, file=20_000_000)

    async def script() -> Outbound:
        media_id = await bot.upload_video(path)
        return await bot.send_video_message(person.user_id, media_id, title="年会")

    async def both() -> Outbound:
        async def render_worker() -> None:
            row = await asyncio.to_thread(wait_for, Rendition.objects.first, "a video to fit")
            await asyncio.to_thread(compression.compress, row.pk)

        outbound, _ = await asyncio.gather(script(), render_worker())
        return outbound

    dispatcher.deliver(async_to_sync(both)().pk)
    assert [(entry["msgtype"], entry["content"]["title"]) for entry in person.received()] == [("video", "年会")]
    assert Message.objects.get().content.kind == "video"


@pytest.mark.parametrize(
    ("limits", "msgtype"), [((40_000, 20_000_000), "file"), ((40_000, 50_000), "textcard")], ids=["file", "link"]
)
def test_the_guides_upload_gives_something_to_send_whatever_became_of_it(most, path, person, limits, msgtype):
    most(video=limits[0], file=limits[1])
    worker = threading.Thread(target=fit_next)
    worker.start()
    media_id = services.upload_video(path)
    worker.join()
    assert services.upload_video(path) == media_id
    services.send_video(person.user_id, media_id=media_id, title="年会")
    work()
    assert [entry["msgtype"] for entry in person.received()] == [msgtype]


def fit_next() -> None:
    compression.compress(wait_for(Rendition.objects.first, "a video to fit").pk)
    connection.close()


def test_who_waits_too_long_is_told_what_to_look_at(most, path, settings):
    most(video=75_000, file=20_000_000)
    settings.WECOM = {**settings.WECOM, "VIDEO_COMPRESS_TIMEOUT": 0.5}
    with pytest.raises(BusyError) as caught:
        async_to_sync(bot.upload_video)(path)
    assert caught.value.code == "fitting_timeout"
    assert "render worker" in caught.value.remedy


def test_a_group_chat_gets_it_in_the_form_that_fits(most, path, person):
    most(video=40_000, file=50_000)
    chat = services.create_chat("项目群", [person.user_id, "lisi"])
    upload = services.accept_upload(chat.application, kind="video", file=SimpleUploadedFile("a.mp4", path.read_bytes()))
    work()
    message = services.send_to_chat(chat, Video(), upload=upload)
    group_messages.deliver_to_chat(message.pk)
    assert [entry["msgtype"] for entry in person.received()] == ["textcard"]
    assert WatchLink.objects.get().member is None


def test_one_link_goes_to_many_and_any_of_the_company_may_watch(most, path, person, emulator):
    most(video=40_000, file=50_000)
    other = emulator.hire()
    application = services.current_application()
    upload = services.accept_upload(application, kind="video", file=SimpleUploadedFile("a.mp4", path.read_bytes()))
    services.enqueue_message(application, Video(), to=[person.user_id, other.user_id], upload=upload)
    work()
    assert [entry["msgtype"] for one in (person, other) for entry in one.received()] == ["textcard"] * 2
    assert WatchLink.objects.get().member is None


def test_what_nothing_can_be_done_with_is_refused_with_words(most, path, settings):
    most(video=40_000, file=50_000)
    settings.WECOM = {**settings.WECOM, "VIDEO_COMPRESS_MAX": 11 * 2**20}
    large = path.with_name("large.mp4")
    with large.open("wb") as file:
        file.write(path.read_bytes()[:100])
        file.truncate(12 * 2**20)
    with pytest.raises(ContentError) as caught:
        services.upload_video(large)
    assert caught.value.code == "too_large"
    assert "11 MB" in caught.value.message


def test_without_anybody_who_can_it_is_refused_as_the_platform_would(most, path):
    listeners, video_too_large.receivers = video_too_large.receivers, []
    video_too_large.sender_receivers_cache.clear()
    try:
        with path.open("r+b") as file:
            file.truncate(11 * 2**20)
        with pytest.raises(ContentError) as caught:
            services.upload_video(path)
    finally:
        video_too_large.receivers = listeners
        video_too_large.sender_receivers_cache.clear()
    assert caught.value.code == "too_large"
    assert "10 MB" in caught.value.message


def test_a_page_that_nobody_can_make_fails_with_the_reason(most, path, person):
    assert conversations.show_on_page(Outbound(content={}, upload=None)) is None
