"""Expired files are deleted; their rows stay, say why, and can be rendered again."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone, translation

from avatars import services
from avatars.exceptions import MediaError
from avatars.models import Narration, Render
from tests.avatars.support.rendering import make_old
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)
FOLDER = "renders/" + "a" * 32


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    work = tmp_path / "work"
    days = {"KEEP_VIDEOS_DAYS": 90, "KEEP_NARRATIONS_DAYS": 30, "KEEP_WORK_FILES_DAYS": 1.0}
    settings.AVATARS = {**settings.AVATARS, **days, "WORK_DIR": work}
    work.mkdir()
    return work


FILES = ("video", "captions", "translated_captions")


@pytest.fixture
def video():
    """A finished video with its files."""
    human = factories.make_digital_human()
    render = Render.claim(services.request_render(human, "欢迎加入公司。").pk)
    names = {kind: default_storage.save(f"{FOLDER}/{kind}.bin", ContentFile(b"x")) for kind in FILES}
    render.settle(Render.Status.DONE, size=1, **names)
    return render


def in_days(count):
    return timezone.now() + timedelta(days=count)


@pytest.mark.databases
def test_a_video_is_kept_for_its_days_and_then_expires(video):
    services.clean_up(now=in_days(89))
    assert default_storage.exists(video.video.name)
    services.clean_up(now=in_days(91))
    gone = Render.objects.get(pk=video.pk)
    assert (gone.status, gone.reason, *(getattr(gone, kind).name for kind in FILES)) == ("done", "expired", "", "", "")
    assert not default_storage.exists(FOLDER)
    with translation.override("en"):
        assert "removed" in gone.reason_words
        assert "again" in gone.advice


@pytest.mark.databases
@pytest.mark.parametrize("again", ["asked for", "made again"])
def test_an_expired_video_is_made_anew_in_its_own_row(video, again):
    services.clean_up(now=in_days(91))
    if again == "asked for":
        render = services.request_render(video.digital_human, video.text, requester="member:1")
        assert (render.pk, render.requester) == (video.pk, "member:1")
    else:
        assert services.retry_render(Render.objects.get(pk=video.pk))
    render = Render.objects.get(pk=video.pk)
    assert (render.status, render.reason, render.stages, render.content_hash) == ("queued", "", [], video.content_hash)


def test_nothing_expires_where_files_are_kept_for_ever(video, settings):
    settings.AVATARS = {**settings.AVATARS, "KEEP_VIDEOS_DAYS": 0}
    services.clean_up(now=in_days(5000))
    assert default_storage.exists(video.video.name)


def test_a_video_that_is_withheld_is_not_ours_to_remove(video):
    name = default_storage.save("withheld/a/video.mp4", ContentFile(b"x"))
    Render.objects.filter(pk=video.pk).update(video=name)
    services.clean_up(now=in_days(91))
    assert default_storage.exists(name)


@pytest.fixture
def narration():
    """A finished narration with its file."""
    row = Narration.claim(services.request_narration(factories.make_digital_human(), "你好。").pk)
    name = default_storage.save(f"narrations/{'b' * 32}/1.amr", ContentFile(b"#!AMR"))
    row.settle(Narration.Status.DONE, parts=[name])
    return row


def test_narrations_stay_where_they_are_kept_for_ever(narration, settings):
    settings.AVATARS = {**settings.AVATARS, "KEEP_NARRATIONS_DAYS": 0}
    services.clean_up(now=in_days(5000))
    assert default_storage.exists(narration.parts[0])


@pytest.mark.databases
def test_narrations_expire_by_their_own_days_and_are_spoken_anew(narration):
    (name,) = narration.parts
    services.clean_up(now=in_days(29))
    assert default_storage.exists(name)
    services.clean_up(now=in_days(31))
    narration.refresh_from_db()
    assert (narration.status, narration.reason, narration.parts) == ("done", "expired", [])
    assert not default_storage.exists(name)
    again = services.request_narration(narration.digital_human, "你好。")
    assert (again.pk, again.status, again.reason) == (narration.pk, "queued", "")


SOUND = services.Recording(data=b"#!AMR of a voice", suffix=".amr", sha256="c" * 64, seconds=2.0)


@pytest.fixture
def spoken():
    """A video that was asked for with a recording, and never became one."""
    render = Render.claim(services.request_render(factories.make_digital_human(), recording=SOUND).pk)
    render.settle(Render.Status.FAILED, "disk")
    return render


@pytest.mark.parametrize("status", ["failed", "cancelled", "done"])
def test_a_recording_is_kept_as_long_as_videos(spoken, video, status):
    name = video.video.name if status == "done" else ""
    Render.objects.filter(pk=video.pk).update(video="")
    Render.objects.filter(pk=spoken.pk).update(status=status, video=name)
    services.clean_up(now=in_days(89))
    assert default_storage.exists(spoken.recording.name)
    services.clean_up(now=in_days(91))
    gone = Render.objects.get(pk=spoken.pk)
    assert (gone.status, gone.recording.name) == (status, "")
    assert not default_storage.exists(spoken.recording.name)
    with translation.override("en"):
        assert "recording" in gone.advice


@pytest.mark.databases
@pytest.mark.parametrize("state", ["queued", "another row's too", "kept for ever"])
def test_a_recording_that_is_needed_stays(spoken, settings, state):
    if state == "queued":
        assert services.retry_render(Render.objects.get(pk=spoken.pk))
    elif state == "kept for ever":
        settings.AVATARS = {**settings.AVATARS, "KEEP_VIDEOS_DAYS": 0}
    else:
        Render.objects.create(
            digital_human=spoken.digital_human, text="", mode=spoken.mode, recording=spoken.recording.name
        )
    services.clean_up(now=in_days(5000))
    assert default_storage.exists(spoken.recording.name)


def test_an_expired_recorded_video_needs_the_same_recording(spoken):
    Render.objects.filter(pk=spoken.pk).update(status="done", text="heard words", reason="expired")
    services.clean_up(now=in_days(91))
    # Else its words would be spoken by the digital human's own voice.
    with pytest.raises(MediaError) as refused:
        services.retry_render(Render.objects.get(pk=spoken.pk))
    assert refused.value.code == "recording_gone"
    again = services.request_render(spoken.digital_human, recording=SOUND)
    row = Render.objects.get(pk=spoken.pk)
    assert (again.pk, row.status) == (spoken.pk, "queued")
    assert default_storage.open(row.recording.name).read() == SOUND.data


@pytest.mark.databases
def test_recordings_of_no_row_go_after_a_day_and_other_files_stay(spoken):
    stray = default_storage.save(f"recordings/{'d' * 32}.wav", ContentFile(b"RIFF"))
    other = default_storage.save("recordings/readme.txt", ContentFile(b"of another program"))
    for name in (stray, other):
        make_old(Path(default_storage.path(name)))
    services.clean_up(now=in_days(0.9))
    assert default_storage.exists(stray)
    services.clean_up(now=in_days(1.1))
    assert not default_storage.exists(stray)
    assert default_storage.exists(other)
    assert default_storage.exists(spoken.recording.name)


def test_an_administrator_reads_why_a_video_is_not_made_again(spoken, client, admin_user):
    services.clean_up(now=in_days(91))
    client.force_login(admin_user)
    client.cookies["django_language"] = "en"
    wish = {"action": "again", "_selected_action": [spoken.pk]}
    page = client.post(reverse("admin:avatars_render_changelist"), wish, follow=True)
    assert "Its recording was removed" in page.content.decode()
    assert Render.objects.get(pk=spoken.pk).status == "failed"


def test_what_dead_workers_left_goes_after_a_day(place):
    for name in ("render-1-x", "narration-2-y"):
        (place / name).mkdir()
        make_old(place / name)
    services.tidy_disk(now=in_days(0.9))
    assert len(os.listdir(place)) == 2
    services.tidy_disk(now=in_days(1.1))
    assert os.listdir(place) == []
