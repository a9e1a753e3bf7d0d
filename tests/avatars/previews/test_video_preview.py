"""A video's preview: its waveform and its contact sheet, computed once."""

import io

import numpy as np
import pytest
from PIL import Image

from avatars import services
from avatars.ai_label import image_label, video_label
from avatars.exceptions import AvatarError, OutputError
from avatars.media import ffmpeg
from avatars.previews import video_preview
from tests.avatars.support.recordings import write_wav
from tests.support import factories

SECONDS, FPS, SIDE = 4, 12, 64


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    """Silent and dark for two seconds, then loud and bright."""
    folder = tmp_path_factory.mktemp("video")
    path, sound, bare = folder / "video.mp4", folder / "sound.wav", folder / "bare.mp4"
    time = np.arange(SECONDS * 16_000) / 16_000
    write_wav(sound, np.sin(2 * np.pi * 440 * time) * 0.5 * (time >= 2), 16_000)
    shape = ffmpeg.Shape(width=SIDE, height=SIDE, fps=FPS, frames=SECONDS * FPS, limit=1_000_000)
    with ffmpeg.FrameSink(bare, shape, stamp=lambda _frame, _number: None, sound=sound) as sink:
        for number in range(shape.frames):
            sink.write(np.full((SIDE, SIDE, 3), 30 if number < shape.frames // 2 else 220, np.uint8))
    video_label.write(bare, path, video_label.Origin(provider="OpenUser", content_id="c0ffee"))
    return path


def test_its_bars_follow_the_loudness(video):
    bars = video_preview.make(video, SECONDS).bars
    assert len(bars) == video_preview.BARS
    assert max(bars[: video_preview.BARS // 2 - 4]) <= 5
    # The root of one half of full scale is about 70.
    assert min(bars[video_preview.BARS // 2 + 4 : -4]) >= 60


def test_its_pictures_are_laid_in_rows_in_their_order(video):
    found = video_preview.make(video, SECONDS)
    sheet = np.asarray(Image.open(io.BytesIO(found.sheet)).convert("L"), dtype=float)
    assert found.times[0] == 0
    assert found.times[-1] < SECONDS
    height, width = sheet.shape[0] // video_preview.ROWS, sheet.shape[1] // video_preview.COLUMNS
    assert sheet[:height].mean() < 60  # the first half of the video
    assert sheet[height:].mean() > 190
    assert (width, height) == (180, 180)


def test_its_pictures_carry_the_label_of_the_video(video, tmp_path):
    sheet = tmp_path / "sheet.jpg"
    sheet.write_bytes(video_preview.make(video, SECONDS).sheet)
    image_label.verify(sheet, "c0ffee")
    with pytest.raises(OutputError) as refused:
        video_preview.make(video.with_name("bare.mp4"), SECONDS)
    assert refused.value.code == "unlabelled"


def test_it_is_taken_once(video, tmp_path):
    kept = video_preview.VideoPreviewCache(tmp_path)
    assert kept.get("a") is None
    taken = video_preview.make(video, SECONDS)
    kept.put("a", taken)
    assert video_preview.VideoPreviewCache(tmp_path).get("a") == taken
    kept.forget("a")
    assert kept.get("a") is None


@pytest.mark.django_db
def test_a_render_without_a_video_is_refused_by_name():
    render = factories.make_render()
    with pytest.raises(AvatarError) as refused:
        services.preview_video(render)
    assert refused.value.code == "no_file"
