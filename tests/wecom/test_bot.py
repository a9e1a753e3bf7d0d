"""The guide's functions, from the call to what a member receives."""

import inspect
import threading
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.core.files.storage import default_storage
from django.db import connections
from django.utils import timezone

from tests.support import factories
from wecom import bot, services
from wecom.client.handler_context import handling
from wecom.exceptions import AmbiguousError, BusyError, ConfigurationError, ContentError
from wecom.media import uploads
from wecom.models import Application, Outbound, Upload
from wecom.outbox import dispatcher

pytestmark = pytest.mark.django_db(transaction=True)

PNG, MP4 = b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\x18ftypmp42"
AMR = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 50
BYTES = {"image": PNG + bytes(200), "video": MP4 + bytes(2000), "file": b"%PDF-1.7 report", "voice": AMR}
NAMES = {"image": "chart.png", "video": "video.mp4", "file": "报告.pdf", "voice": "hello.amr"}


def call(function, *args, **kwargs):
    return async_to_sync(function)(*args, **kwargs)


def deliver() -> list[Outbound]:
    """What workers would do, until nothing is left that they can."""
    for _ in range(3):
        for upload in Upload.objects.filter(status="queued"):
            uploads.run_upload(upload.pk)
        for outbound in Outbound.objects.filter(status="queued").order_by("pk"):
            dispatcher.deliver(outbound.pk, now=timezone.now())
    return list(Outbound.objects.order_by("pk"))


@pytest.fixture
def files(tmp_path):
    """A file of each kind, outside of the media folder."""
    for kind, name in NAMES.items():
        (tmp_path / name).write_bytes(BYTES[kind])
    return {kind: tmp_path / name for kind, name in NAMES.items()}


@pytest.mark.parametrize("kind", ["image", "video", "file", "voice"])
def test_a_file_is_uploaded_and_sent_and_arrives(connected, person, files, kind):
    media_id = call(getattr(bot, f"upload_{kind}"), str(files[kind]))
    call(getattr(bot, f"send_{kind}_message"), user_id=person.user_id, media_id=media_id)
    assert [row.status for row in deliver()] == ["done"]
    (entry,) = person.received()
    assert entry["msgtype"] == kind
    assert entry["content"]["media_id"] == media_id


def test_no_awaitable_lacks_a_plain_function_in_services():
    awaitables = [name for name in bot.__all__ if inspect.iscoroutinefunction(getattr(bot, name))]
    assert len(awaitables) >= 13
    for name in awaitables:
        names = {name, name.removesuffix("_message"), name.removeprefix("get_")} & set(vars(services))
        assert len(names) == 1, name
        plain = getattr(services, names.pop())
        assert not inspect.iscoroutinefunction(plain)


@pytest.mark.parametrize("kind", ["image", "video", "file", "voice"])
def test_each_awaitable_has_a_plain_function_beside_it(connected, person, files, kind):
    media_id = getattr(services, f"upload_{kind}")(files[kind])
    outbound = getattr(services, f"send_{kind}")(person.user_id, media_id=media_id, application=connected)
    assert (outbound.msgtype, outbound.upload.media_id) == (kind, media_id)


def test_texts_cards_and_videos_take_their_arguments_by_place(connected, person, files):
    media_id = call(bot.upload_video, files["video"])
    call(bot.send_text_message, person.user_id, "Video generation completed")
    call(bot.send_video_message, person.user_id, media_id, "Title", "Description")
    call(bot.send_text_card, person.user_id, "Options", "Choose an action:", "https://example.com/actions", "View")
    deliver()
    text, video, card = person.received()
    assert text["content"]["content"] == "Video generation completed"
    assert (video["content"]["title"], video["content"]["description"]) == ("Title", "Description")
    assert card["msgtype"] == "textcard"
    assert card["content"]["url"] == "https://example.com/actions"
    assert card["content"]["btntxt"] == "View"


def test_the_button_of_a_card_is_cut_as_the_platform_cuts_it(connected, person):
    call(bot.send_text_card, person.user_id, "Options", "Choose:", "https://example.com", "View Options")
    assert [row.content["btntxt"] for row in deliver()] == ["View"]


def test_a_card_needs_no_button_text(connected, person):
    call(bot.send_text_card, person.user_id, "Options", "Choose:", "https://example.com")
    assert [row.status for row in deliver()] == ["done"]


def test_a_videos_long_title_is_cut_and_a_cards_refused(connected, person, files):
    media_id = services.upload_video(files["video"])
    outbound = services.send_video(person.user_id, media_id=media_id, title="长" * 100, description="长" * 300)
    assert len(outbound.content["title"].encode()) <= 128
    assert len(outbound.content["description"].encode()) <= 512
    assert outbound.content["description"].endswith("…")
    with pytest.raises(ContentError) as caught:
        services.send_text_card(person.user_id, title="长" * 100, description="x", url="https://example.com")
    assert caught.value.field == "title"


def test_the_same_bytes_are_uploaded_once(connected, emulator, files, tmp_path):
    first = services.upload_video(files["video"])
    copy = tmp_path / "another name.mp4"
    copy.write_bytes(BYTES["video"])
    assert services.upload_video(copy) == first
    assert emulator.calls("media/upload") == 1


def test_a_file_under_another_name_is_uploaded_under_that_name(connected, emulator, person, files, tmp_path):
    services.upload_file(files["file"])
    copy = tmp_path / "final.pdf"
    copy.write_bytes(BYTES["file"])
    services.send_file(person.user_id, media_id=services.upload_file(copy))
    deliver()
    assert emulator.calls("media/upload") == 2
    assert person.received()[0]["content"]["filename"] == "final.pdf"


def test_a_media_id_that_expired_is_healed_though_the_file_was_deleted(connected, emulator, person, files):
    media_id = services.upload_image(files["image"])
    files["image"].unlink()
    Upload.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    services.send_image(person.user_id, media_id=media_id)
    assert [row.status for row in deliver()] == ["done"]
    assert emulator.calls("media/upload") == 2
    assert person.received()[0]["msgtype"] == "image"


def test_a_media_id_that_the_platform_forgot_is_healed(connected, emulator, person, files):
    services.send_image(person.user_id, media_id=services.upload_image(files["image"]))
    emulator.fault("media-expired")
    deliver()
    Outbound.objects.update(due_at=timezone.now())
    assert [row.status for row in deliver()] == ["done"]
    assert len(person.received()) == 1


def test_after_three_days_an_upload_of_the_same_file_is_made_anew(connected, emulator, files):
    first = services.upload_video(files["video"])
    Upload.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    second = services.upload_video(files["video"])
    assert second != first
    assert Upload.objects.get().media_id == second


def test_only_files_outside_the_media_folder_are_copied(connected, files, settings):
    services.upload_file(files["file"])
    upload = Upload.objects.get()
    assert upload.path.startswith("uploads/")
    assert "报告" not in upload.path
    assert upload.filename == "报告.pdf"
    assert default_storage.open(upload.path).read() == BYTES["file"]
    folder = settings.MEDIA_ROOT / "renders"
    folder.mkdir()
    (folder / "made.mp4").write_bytes(BYTES["video"])
    services.upload_video(folder / "made.mp4")
    assert Upload.objects.get(kind="video").path == "renders/made.mp4"


def test_what_the_platform_would_refuse_is_refused_before_any_call(connected, emulator, tmp_path):
    (tmp_path / "empty.mp4").write_bytes(b"")
    for path in (tmp_path / "missing.mp4", tmp_path / "empty.mp4", tmp_path):
        with pytest.raises(ContentError) as caught:
            call(bot.upload_video, str(path))
        assert caught.value.field == "file_path"
    assert emulator.calls("media/upload") == emulator.calls("gettoken") == 0
    assert not Upload.objects.exists()


def test_a_revoked_token_is_renewed_during_an_upload(connected, emulator, files):
    services.upload_image(files["image"])
    emulator.api("DELETE", "tokens")
    assert services.upload_video(files["video"])


@pytest.mark.parametrize(("fault", "error"), [("busy", BusyError), ("reset-before", AmbiguousError)])
def test_a_temporary_upload_failure_succeeds_when_called_again(connected, emulator, files, fault, error):
    emulator.fault(fault, "media/upload")
    with pytest.raises(error):
        services.upload_video(files["video"])
    assert Upload.objects.get().status == "queued"
    assert services.upload_video(files["video"]) == Upload.objects.get().media_id


def test_a_wrong_setting_ends_an_upload_with_its_remedy(connected, emulator, files):
    emulator.fault("untrusted-ip", "media/upload")
    with pytest.raises(ConfigurationError) as caught:
        services.upload_video(files["video"])
    assert "Trusted IP" in caught.value.remedy
    connected.refresh_from_db()
    assert connected.held_reason


def test_two_who_upload_the_same_at_once_share_it(connected, emulator, files):
    start, found = threading.Barrier(2), []

    def upload() -> None:
        start.wait()
        try:
            found.append(services.upload_video(files["video"]))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=upload) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1
    assert emulator.calls("media/upload") == 1


def test_a_media_id_of_another_kind_is_refused_with_words(connected, person, files):
    media_id = services.upload_file(files["file"])
    with pytest.raises(ContentError) as caught:
        services.send_video(person.user_id, media_id=media_id)
    assert caught.value.field == "media_id"
    assert "upload_video" in caught.value.remedy


def test_a_media_id_of_somebody_else_is_sent_as_it_is(connected, emulator, person):
    answer = services.send_image(person.user_id, media_id="MEDIA_ID")
    assert (answer.upload, answer.content) == (None, {"media_id": "MEDIA_ID"})
    assert [row.status for row in deliver()] == ["failed"]


def test_an_empty_media_id_says_what_to_call(connected, person):
    with pytest.raises(ContentError) as caught:
        call(bot.send_image_message, person.user_id, "")
    assert "upload_image" in caught.value.remedy


def test_a_handler_answers_as_the_application_that_got_the_message(connected, person):
    other = factories.make_application(corporation=connected.corporation, agent_id=1000003)
    with handling(factories.make_callback(other)):
        assert services.send_text(person.user_id, content="hello").application == other
    assert services.send_text(person.user_id, content="hello").application == connected


def test_the_token_is_that_of_the_credentials(connected, emulator):
    token = call(bot.get_access_token, connected.corporation.corp_id, connected.secret)
    assert token == call(bot.get_access_token) == services.access_token()
    assert Application.objects.get().access_token == token
    assert emulator.calls("gettoken") == 1
