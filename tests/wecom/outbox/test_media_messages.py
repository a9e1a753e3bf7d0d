"""Messages with a file: they wait for its upload and survive the loss of it."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from tests.wecom.support.deliveries import deliver
from wecom import services
from wecom.contents import Video
from wecom.media import uploads
from wecom.models import Application, Outbound, Upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def video_file(settings):
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    path = settings.MEDIA_ROOT / "video.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(2000))
    return path


def send_video(application: Application, user_id: str, video_file) -> Outbound:
    upload = services.ensure_upload(
        application, kind="video", path=video_file, name=video_file.name, filename="林晓.mp4"
    )
    return services.enqueue_message(application, Video(title="你好"), to=[user_id], upload=upload)


def upload_of(outbound: Outbound):
    assert outbound.upload is not None
    uploads.run_upload(outbound.upload.pk)
    outbound.upload.refresh_from_db()
    return outbound.upload


@pytest.mark.databases
def test_a_video_waits_for_its_upload_and_two_people_share_one(connected, emulator, person, video_file):
    outbound = deliver(send_video(connected, person.user_id, video_file))
    assert (outbound.status, outbound.reason, outbound.attempts) == ("queued", "uploading", 0)
    assert upload_of(outbound).status == "done"
    assert deliver(outbound).status == "done"
    other = emulator.hire()
    assert deliver(send_video(connected, other.user_id, video_file)).status == "done"
    assert emulator.calls("media/upload") == 1
    (entry,) = person.received()
    assert (entry["msgtype"], entry["content"]["title"]) == ("video", "你好")


def test_the_same_video_again_arrives_again(connected, person, video_file):
    for _ in range(2):
        outbound = send_video(connected, person.user_id, video_file)
        upload_of(outbound)
        assert deliver(outbound).status == "done"
    assert len(person.received()) == 2


def test_media_that_the_platform_forgot_are_uploaded_again(connected, emulator, person, video_file):
    outbound = send_video(connected, person.user_id, video_file)
    upload_of(outbound)
    emulator.fault("media-expired")
    outbound = deliver(outbound)
    assert (outbound.status, outbound.reason) == ("queued", "uploading")
    upload_of(outbound)
    assert deliver(outbound).status == "done"
    assert emulator.calls("media/upload") == 2
    assert len(person.received()) == 1


def test_after_three_days_media_are_uploaded_again(connected, emulator, person, video_file):
    outbound = send_video(connected, person.user_id, video_file)
    upload = upload_of(outbound)
    type(upload).objects.update(expires_at=timezone.now() - timedelta(hours=1))
    outbound = deliver(outbound)
    assert outbound.reason == "uploading"
    upload_of(outbound)
    assert deliver(outbound).status == "done"


def test_an_upload_that_is_refused_ends_the_messages_that_wait_for_it(connected, person, settings):
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    tiny = settings.MEDIA_ROOT / "tiny.mp4"
    tiny.write_bytes(b"abc")
    outbound = send_video(connected, person.user_id, tiny)
    assert upload_of(outbound).status == "failed"
    deliver(outbound)
    assert (outbound.status, outbound.reason) == ("cancelled", "upload_failed")


def test_an_upload_that_breaks_off_is_tried_again(connected, emulator, person, video_file):
    emulator.fault("reset-after", path="media/upload")
    outbound = send_video(connected, person.user_id, video_file)
    upload = upload_of(outbound)
    assert upload.status == "queued"
    type(upload).objects.update(due_at=timezone.now())
    assert upload_of(outbound).status == "done"


def test_an_upload_that_ends_early_is_not_missed(connected, person, video_file):
    outbound = send_video(connected, person.user_id, video_file)
    uploading = []

    def upload() -> None:
        try:
            uploads.run_upload(outbound.upload_id)
        finally:
            connections.close_all()

    def upload_at_this_moment(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and Outbound.Reason.UPLOADING in params and not uploading:
            uploading.append(pool.submit(upload))
            wait(uploading, timeout=0.7)
        return execute(sql, params, many, context)

    with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(upload_at_this_moment):
        deliver(outbound)
    uploading[0].result()
    outbound.refresh_from_db()
    assert outbound.due_at <= timezone.now()
    assert deliver(outbound).status == "done"


@pytest.mark.databases
def test_an_upload_that_takes_long_lets_later_messages_go_first(connected, emulator, person, video_file):
    video = deliver(send_video(connected, person.user_id, video_file))
    text = services.send_text(person.user_id, content="先说一句")
    assert deliver(text).status == "queued"
    emulator.fault("busy", path="media/upload", times=3)
    for _ in range(3):
        upload_of(video)
        Upload.objects.update(due_at=timezone.now())
    assert deliver(text).status == "done"
    assert upload_of(video).status == "done"
    assert deliver(video).status == "done"


def test_a_wrong_setting_found_by_an_upload_holds_the_application(connected, emulator, person, video_file):
    emulator.fault("untrusted-ip", path="media/upload")
    video = send_video(connected, person.user_id, video_file)
    assert (upload_of(video).status, upload_of(video).reason) == ("queued", "held")
    connected.refresh_from_db()
    assert connected.held_until
    assert "企业可信IP" in connected.held_reason
    assert emulator.calls("media/upload") == 1


def test_an_upload_whose_file_is_gone_ends_its_message(connected, person, video_file):
    video = send_video(connected, person.user_id, video_file)
    video_file.unlink()
    assert (upload_of(video).status, upload_of(video).reason) == ("failed", "file_unreadable")
    assert deliver(video).reason == "upload_failed"


@pytest.mark.databases
def test_an_upload_whose_workers_died_ends_its_message(connected, person, video_file):
    video = deliver(send_video(connected, person.user_id, video_file))
    Upload.objects.update(attempts=Upload.max_attempts)
    assert upload_of(video).status == "failed"
    assert deliver(video).reason == "upload_failed"


def test_a_revoked_token_is_replaced_and_a_wrong_secret_held(connected, emulator, person):
    deliver(services.send_text(person.user_id, content="热身"))
    emulator.fault("wrong-secret")
    assert deliver(services.send_text(person.user_id, content="还在")).status == "done"
    emulator.fault("wrong-secret")
    emulator.fault("wrong-secret", path="gettoken")
    assert deliver(services.send_text(person.user_id, content="不行")).reason == "held"
    connected.refresh_from_db()
    assert connected.held_until > timezone.now() + timedelta(minutes=50)


def test_media_forgotten_after_a_lost_answer_await_a_decision(connected, emulator, person, video_file):
    outbound = send_video(connected, person.user_id, video_file)
    upload_of(outbound)
    emulator.fault("reset-after")
    frozen = bytes(deliver(outbound).body)
    emulator.fault("media-expired")
    outbound = deliver(outbound)
    assert (outbound.status, outbound.reason, outbound.errcode) == ("failed", "unknown", 40007)
    assert bytes(outbound.body) == frozen
    assert emulator.calls("media/upload") == 1
    assert outbound.results() == {person.user_id: "unknown"}
    assert len(person.received()) == 1


def test_an_ambiguous_send_keeps_its_bytes_though_the_media_id_changed(connected, emulator, person, video_file):
    outbound = send_video(connected, person.user_id, video_file)
    upload_of(outbound)
    emulator.fault("reset-after")
    frozen = bytes(deliver(outbound).body)
    Upload.objects.update(media_id="another", expires_at=timezone.now() - timedelta(hours=1))
    outbound = deliver(outbound)
    assert (outbound.status, bytes(outbound.body)) == ("done", frozen)
    assert len(person.received()) == 1


def test_a_media_id_is_used_for_seventy_hours(connected, person, video_file):
    before = timezone.now()
    upload = upload_of(send_video(connected, person.user_id, video_file))
    assert before <= upload.expires_at - timedelta(hours=70) <= timezone.now()
    assert upload.is_usable(upload.expires_at - timedelta(seconds=1))
    assert not upload.is_usable(upload.expires_at)
