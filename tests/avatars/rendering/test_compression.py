"""Compressed videos: within the limit and labelled, or not at all."""

import hashlib
import os
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections
from django.utils import timezone

from avatars import services
from avatars.ai_label import video_label
from avatars.media import ffmpeg, mp4
from avatars.models import Render, Rendition
from avatars.rendering import compression
from avatars.signals import rendition_finished
from tests.avatars.support.child_processes import wait_until
from tests.avatars.support.recordings import write_wav
from tests.avatars.support.rendering import video_of
from tests.support import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("work_dir")]


@pytest.fixture
def render(large_video) -> Render:
    render = factories.make_render(status="done", content_id="c" * 32)
    render.video.save("video.mp4", ContentFile(large_video), save=True)
    return render


@pytest.fixture
def news():
    heard = []

    def hear(rendition, **_):
        heard.append((rendition.pk, rendition.status))

    rendition_finished.connect(hear)
    yield heard
    rendition_finished.disconnect(hear)


def after(rendition: Rendition) -> Rendition:
    compression.compress(rendition.pk)
    rendition.refresh_from_db()
    return rendition


def test_a_video_becomes_as_small_as_it_must_and_keeps_both_labels(render, news):
    small = after(services.request_rendition(render, limit=150_000))
    assert (small.status, small.reason) == ("done", "")
    path = video_of(small)
    assert path.stat().st_size == small.size <= 150_000
    assert small.size > 70_000
    video_label.verify(path, render.content_id)
    before, now = mp4.probe(video_of(render)), mp4.probe(path)
    assert before.video is not None
    assert now.video is not None
    assert (now.video.samples, now.video.width) == (before.video.samples, before.video.width)
    assert path.parent == video_of(render).parent
    assert news == [(small.pk, "done")]


def test_equal_wishes_share_one(render):
    assert services.request_rendition(render, limit=150_000) == services.request_rendition(render, limit=150_000)
    assert services.request_rendition(render, limit=300_000) != services.request_rendition(render, limit=150_000)


def test_what_would_be_too_poor_is_not_made(render, news):
    small = after(services.request_rendition(render, limit=40_000))
    assert (small.status, small.reason, small.video.name) == ("failed", "too_long", "")
    assert news == [(small.pk, "failed")]


def test_a_broken_file_is_no_video(render):
    video_of(render).write_bytes(b"no video")
    small = after(services.request_rendition(render, limit=150_000))
    assert (small.status, small.reason) == ("failed", "mp4_broken")


def test_a_video_without_the_visible_mark_is_refused(render, tmp_path):
    shape = ffmpeg.Shape(width=360, height=480, fps=25, frames=25, limit=10_000_000)
    sound = tmp_path / "sound.wav"
    write_wav(sound, np.sin(np.arange(24_000) * 0.05).astype(np.float32) * 0.3, 24_000)
    with ffmpeg.FrameSink(video_of(render), shape, sound=sound, stamp=lambda frame, number: None) as sink:
        for number in range(25):
            sink.write(np.full((480, 360, 3), 100 + number, np.uint8))
    small = after(services.request_rendition(render, limit=150_000))
    assert (small.status, small.reason) == ("failed", "unlabelled")


def test_a_cancelled_one_stores_nothing(render):
    small = services.request_rendition(render, limit=150_000)
    small.cancel()
    compression.compress(small.pk, now=timezone.now())
    small.refresh_from_db()
    assert small.video.name == ""


@pytest.fixture
def recorded(phone_video):
    """Two seconds from a phone."""
    return partial(phone_video, seconds=2)


def brought(data: bytes, *, limit: int = 75_000) -> Rendition:
    name = default_storage.save("uploads/brought.mp4", ContentFile(data))
    digest = hashlib.sha256(data).hexdigest()
    return after(services.request_file_rendition(name, sha256=digest, limit=limit))


def test_a_video_that_somebody_brought_becomes_as_small_as_it_must(recorded, news):
    data = recorded("plain")
    small = brought(data)
    assert (small.status, small.reason) == ("done", "")
    found = mp4.probe(video_of(small))
    assert found.size == small.size <= 75_000 < len(data)
    assert found.video is not None
    assert found.audio is not None
    assert (found.video.codec, found.video.pixels, found.audio.codec) == ("h264", "yuv420p", "aac")
    assert found.video.seconds == pytest.approx(2, abs=0.2)
    assert found.video.fps == pytest.approx(30, abs=1)
    assert found.video.width < 640
    assert found.video.width / found.video.height == pytest.approx(16 / 9, rel=0.03)
    assert (small.video.name.split("/")[0], small.render) == ("renditions", None)
    assert news == [(small.pk, "done")]


def test_a_silent_video_stays_silent(recorded):
    found = mp4.probe(video_of(brought(recorded("silent", sound=False))))
    assert found.audio is None


def test_what_is_not_ours_keeps_its_label_and_gets_none_of_ours(recorded):
    said = '{"Label":"1","ContentProducer":"Somebody","ProduceID":"42"}'
    tagged = recorded("tagged", "-movflags", "use_metadata_tags", "-metadata", f"AIGC={said}")
    assert mp4.probe(video_of(brought(tagged))).tags["AIGC"] == said
    assert "AIGC" not in mp4.probe(video_of(brought(recorded("plain")))).tags


def test_one_of_ours_that_comes_back_as_a_file_is_labelled_anew(large_video):
    small = brought(large_video, limit=150_000)
    assert (small.status, small.render) == ("done", None)
    video_label.verify(video_of(small), "c" * 32)


def test_equal_files_share_one_and_a_lost_one_is_made_again(recorded):
    first = brought(recorded("plain"))
    assert brought(recorded("plain")) == first
    attempts = first.attempts
    default_storage.delete(first.video.name)
    again = brought(recorded("plain"))
    assert (again.pk, again.attempts, again.status) == (first.pk, attempts, "done")
    assert default_storage.exists(again.video.name)


def test_a_file_that_is_no_video_says_so(recorded):
    small = brought(b"\0\0\0\x18ftypmp42" + bytes(1000))
    assert (small.status, small.reason) == ("failed", "mp4_broken")
    assert brought(recorded("plain"), limit=10_000).reason == "too_long"


def test_a_copy_that_nobody_waits_for_any_more_ends_with_its_ffmpeg(render, work_dir, news):
    small = services.request_rendition(render, limit=150_000)
    worker = threading.Thread(target=compress_beside, args=(small.pk,))
    worker.start()
    wait_until(lambda: encoders(os.getpid()))
    assert services.end_unwanted(Render.objects.get(pk=render.pk))
    worker.join(timeout=60)
    assert not worker.is_alive()
    assert encoders(os.getpid()) == []
    assert os.listdir(work_dir) == []
    assert Rendition.objects.get().status == "cancelled"
    assert services.request_rendition(render, limit=150_000).status == "queued", "somebody waits again"


def encoders(pid):
    """The processes of ffmpeg that a process has started."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    children = [child for one in listed for child in one.read_text().split()]
    return [child for child in children if b"ffmpeg" in Path(f"/proc/{child}/cmdline").read_bytes()]


def compress_beside(pk):
    try:
        compression.compress(pk)
    finally:
        connections.close_all()
