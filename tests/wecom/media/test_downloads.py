"""Members' files: downloaded in ranges, checked, stored, and given to code."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from core.exceptions import TemporaryError
from tests.support import factories
from tests.support.emulator import Person
from wecom import bot, services
from wecom.client.handler_context import handling
from wecom.exceptions import ContentError
from wecom.media import downloads
from wecom.media.downloads import delete_old_media
from wecom.models import Application, Download
from wecom.signals import media_downloaded

pytestmark = pytest.mark.django_db(transaction=True)

AMR = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 50
MP4 = b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00" + b"\x00\x00\x00\x08moov" + b"\x00\x00\x04\x08mdat" + bytes(1024)


def picture(form: str = "PNG", side: int = 64) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((side, side), 50).save(file, form)
    return file.getvalue()


def sent(person: Person, kind: str, data: bytes, name: str = "x") -> str:
    """The media ID of what a member sends on the phone."""
    person.sends(kind, name, data)
    entries = person.emulator.api("GET", "chat", params={"member": person.user_id})["entries"]
    return str(entries[-1]["content"]["media_id"])


def requested(application: Application, kind: str, media_id: str) -> Download:
    return services.request_download(application, kind=kind, media_id=media_id, cid="c1d")


def after(download: Download, **options) -> Download:
    downloads.run_download(download.pk, **options)
    download.refresh_from_db()
    return download


@pytest.fixture
def pieces(settings):
    """Small pieces, so that a small file has many."""
    settings.WECOM = {**settings.WECOM, "DOWNLOAD_PIECE": 1024}


@pytest.fixture
def news():
    heard = []

    def hear(download, **_):
        heard.append((download.pk, download.status, download.reason))

    media_downloaded.connect(hear)
    yield heard
    media_downloaded.disconnect(hear)


@pytest.mark.parametrize(
    ("kind", "data", "suffix"),
    [("image", picture(), ".png"), ("image", picture("JPEG"), ".jpg"), ("voice", AMR, ".amr"), ("video", MP4, ".mp4")],
)
def test_what_a_member_sends_is_kept_under_a_name_that_nobody_guesses(
    connected, emulator, person, pieces, news, kind, data, suffix
):
    download = after(requested(connected, kind, sent(person, kind, data, "秘密.exe")))
    assert (download.status, download.reason, download.size, download.progress) == ("done", "", len(data), 100)
    assert Path(default_storage.path(download.path)).read_bytes() == data
    assert download.path.startswith("inbound/")
    assert download.path.endswith(suffix)
    assert len(Path(download.path).stem) == 32
    assert emulator.calls("media/get") == -(-len(data) // 1024)
    assert news == [(download.pk, "done", "")]


@pytest.mark.databases
def test_equal_media_ids_are_fetched_once(connected, emulator, person):
    media_id = sent(person, "image", picture())
    first = after(requested(connected, "image", media_id))
    assert requested(connected, "image", media_id) == first
    after(first)
    assert emulator.calls("media/get") == 1


def test_a_download_that_breaks_off_goes_on_where_it_was(connected, emulator, person, pieces):
    data = picture(side=80)
    download = requested(connected, "image", sent(person, "image", data))
    emulator.fault("reset-after", path="media/get", times=1)
    assert after(download).status == "queued"
    before = emulator.calls("media/get")
    downloads._fetch_pieces(claimed := Download.claim(download.pk, now=timezone.now() + timedelta(minutes=9)))
    half = Path(default_storage.path(claimed.path))
    half.write_bytes(data[:3000])
    calls = emulator.calls("media/get")
    assert calls > before
    downloads._fetch(claimed)
    assert emulator.calls("media/get") - calls == -(-(len(data) - 2992) // 1024)
    claimed.refresh_from_db()
    assert Path(default_storage.path(claimed.path)).read_bytes() == data


def test_media_that_the_platform_forgot_say_so(connected, emulator, person, news):
    media_id = sent(person, "image", picture())
    emulator.api("POST", "clock", json={"advance": 3 * 86400 + 60})
    download = after(requested(connected, "image", media_id))
    assert (download.status, download.reason, download.errcode) == ("failed", "expired", 40007)
    assert news == [(download.pk, "failed", "expired")]
    with pytest.raises(ContentError) as caught:
        services.download_media(media_id, application=connected)
    assert caught.value.code == "expired"
    assert "three days" in caught.value.remedy


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("image", b"\x89PNG\r\n\x1a\n" + bytes(200)),
        ("image", picture()[:-40]),
        ("image", picture("JPEG")[:20]),
        ("video", MP4[:-300]),
        ("video", b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00" + b"<script>alert(1)</script>" * 9),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_not_kept(connected, person, kind, data):
    download = after(requested(connected, kind, sent(person, kind, data)))
    assert (download.status, download.reason, download.path) == ("failed", "format", "")
    assert default_storage.listdir("inbound")[1] == []


def test_a_file_over_our_limit_is_not_fetched_whole(connected, emulator, person, pieces, settings):
    settings.WECOM = {**settings.WECOM, "MAX_DOWNLOAD": 2000}
    download = after(requested(connected, "image", sent(person, "image", picture(side=90))))
    assert (download.status, download.reason) == ("failed", "too_large")
    assert emulator.calls("media/get") == 1


@pytest.mark.parametrize("fault", ["busy", "bad-gateway", "html", "empty", "rate-limited"])
def test_what_passes_is_tried_again(connected, emulator, person, fault):
    download = requested(connected, "image", sent(person, "image", picture()))
    emulator.fault(fault, path="media/get", times=1)
    assert after(download).status == "queued"
    assert after(download, now=timezone.now() + timedelta(minutes=9)).status == "done"


def test_a_wrong_setting_holds_it_and_the_mended_one_lets_it_go(connected, emulator, person):
    download = requested(connected, "image", sent(person, "image", picture()))
    emulator.fault("untrusted-ip", path="media/get", times=1)
    assert (after(download).status, download.reason, download.attempts) == ("queued", "held", 0)
    connected.refresh_from_db()
    services.save_application(connected)
    assert after(download).status == "done"


@pytest.mark.databases
def test_two_companies_do_not_share_what_was_sent(connected, emulator, person):
    download = after(requested(connected, "image", sent(person, "image", picture())))
    other = factories.make_application(api_base_url=emulator.url)
    assert requested(other, "image", download.media_id) != download


def test_code_gets_the_file_and_waits_for_nobody(connected, person):
    data = picture()
    media_id = sent(person, "image", data)
    path = async_to_sync(bot.download_media)(media_id, kind="image")
    assert path.read_bytes() == data
    assert async_to_sync(bot.download_media)(media_id) == path


def test_code_in_a_handler_need_not_name_the_kind(connected, person):
    media_id = sent(person, "voice", AMR)
    callback = factories.make_callback(connected, kind="voice", from_user_id=person.user_id)
    with handling(callback):
        assert services.download_media(media_id).suffix == ".amr"
    with pytest.raises(ContentError, match="kind"):
        services.download_media("unknown", application=connected)


def test_a_temporary_fault_is_raised_to_code_at_once(connected, emulator, person):
    media_id = sent(person, "image", picture())
    emulator.fault("busy", path="media/get", times=1)
    with pytest.raises(TemporaryError):
        services.download_media(media_id, kind="image", application=connected)
    assert services.download_media(media_id, application=connected).exists()


def test_an_expired_download_is_fetched_again_on_demand(connected, person, settings):
    download = after(requested(connected, "image", sent(person, "image", picture())))
    stray = Path(default_storage.path("inbound/stray"))
    stray.write_bytes(b"left by a dead worker")
    assert delete_old_media(now=timezone.now() + timedelta(days=89)) == 0
    assert delete_old_media(now=timezone.now() + timedelta(days=91)) == 1
    download.refresh_from_db()
    assert (download.path, download.reason, download.is_here) == ("", "forgotten", False)
    assert default_storage.listdir("inbound")[1] == []
    assert services.download_media(download.media_id, application=connected).exists()
    download.refresh_from_db()
    assert not services.restart_download(download)
