"""Videos made smaller: within the limit, labelled, or not at all."""

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from avatars import ffmpeg, fitting, label, mp4, pipeline, services
from avatars.models import Render, Rendition
from avatars.signals import rendition_finished
from tests import factories
from tests.avatars.engines_for_tests import Light, Tone
from tests.avatars.recordings import write_wav
from tests.avatars.rendering_stage import video_of, work_dir  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("work_dir")]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A labelled film that is as large as they get: a portrait full of noise."""
    folder = tmp_path_factory.mktemp("film")
    noise = np.random.default_rng(1).integers(0, 255, (480, 360, 3), np.uint8)
    Image.fromarray(noise).save(folder / "noise.png")
    script = pipeline.Script(
        text="一二三四五六七八", portrait=folder / "noise.png", content_id="c" * 32, provider="OpenUser", voice="a"
    )
    made = pipeline.make(script, folder, speech=Tone(), engine=Light())
    assert made.size > 250_000
    return made.video.read_bytes()


@pytest.fixture
def render(film) -> Render:
    render = factories.make_render(status="done", content_id="c" * 32)
    render.video.save("film.mp4", ContentFile(film), save=True)
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
    fitting.fit(rendition.pk)
    rendition.refresh_from_db()
    return rendition


def test_a_video_becomes_as_small_as_it_must_and_keeps_both_labels(render, news):
    small = after(services.rendition(render, limit=150_000))
    assert (small.status, small.reason) == ("done", "")
    path = video_of(small)
    assert path.stat().st_size == small.size <= 150_000
    assert small.size > 70_000
    label.verify(path, render.content_id)
    before, now = mp4.probe(video_of(render)), mp4.probe(path)
    assert before.video is not None
    assert now.video is not None
    assert (now.video.samples, now.video.width) == (before.video.samples, before.video.width)
    assert path.parent == video_of(render).parent
    assert news == [(small.pk, "done")]


def test_equal_wishes_share_one(render):
    assert services.rendition(render, limit=150_000) == services.rendition(render, limit=150_000)
    assert services.rendition(render, limit=300_000) != services.rendition(render, limit=150_000)


def test_what_would_be_too_poor_is_not_made(render, news):
    small = after(services.rendition(render, limit=40_000))
    assert (small.status, small.reason, small.video.name) == ("failed", "too_long", "")
    assert news == [(small.pk, "failed")]


def test_a_broken_file_is_no_film(render):
    video_of(render).write_bytes(b"no film")
    small = after(services.rendition(render, limit=150_000))
    assert (small.status, small.reason) == ("failed", "mp4_broken")


def test_a_film_without_the_visible_mark_is_refused(render, tmp_path):
    shape = ffmpeg.Shape(width=360, height=480, fps=25, frames=25, limit=10_000_000)
    sound = tmp_path / "sound.wav"
    write_wav(sound, np.sin(np.arange(24_000) * 0.05).astype(np.float32) * 0.3, 24_000)
    with ffmpeg.FrameSink(video_of(render), shape, sound=sound, stamp=lambda frame, number: None) as sink:
        for number in range(25):
            sink.write(np.full((480, 360, 3), 100 + number, np.uint8))
    small = after(services.rendition(render, limit=150_000))
    assert (small.status, small.reason) == ("failed", "unlabelled")


def test_a_cancelled_one_stores_nothing(render):
    small = services.rendition(render, limit=150_000)
    small.cancel()
    fitting.fit(small.pk, now=timezone.now())
    small.refresh_from_db()
    assert small.video.name == ""
