"""No film without the AI label: what the eye sees and what the file says."""

import json

import ffmpeg as graph
import numpy as np
import pytest

from avatars import ffmpeg, label, mp4
from avatars.exceptions import OutputError
from tests.avatars.test_ffmpeg import RATE, make_sound

pytestmark = pytest.mark.once

ORIGIN = label.Origin(provider="001191610133596325171T12566", content_id="c0ffee")
WIDTH, HEIGHT, FRAMES = 240, 320, 60


def make_background(kind):
    rng = np.random.default_rng(3)
    if kind == "noise":
        return rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    if kind == "stripes":
        return np.broadcast_to(np.arange(WIDTH)[None, :, None] // 9 % 2 * 255, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    return np.full((HEIGHT, WIDTH, 3), int(kind), np.uint8)


def stamped(mark, plain):
    frame = plain.copy()
    mark.draw(frame)
    return frame


def make_film(folder, background="90", mark_until=FRAMES, frames=FRAMES):
    """An encoded film whose frames carry the mark up to a certain one; without metadata."""
    path = folder / "raw.mp4"
    mark = label.Mark(WIDTH, HEIGHT)
    shape = ffmpeg.Shape(width=WIDTH, height=HEIGHT, fps=25, frames=frames, limit=10_000_000)
    sound = make_sound(folder / "sound.wav", frames / 25)
    plain = make_background(background)
    with ffmpeg.FrameSink(path, shape, sound=sound, stamp=lambda frame, number: None) as sink:
        for index in range(frames):
            sink.write(stamped(mark, plain) if index < mark_until else plain)
    return path


def make_labelled(folder, **options):
    to = folder / "film.mp4"
    label.write(make_film(folder, **options), to, ORIGIN)
    return to


def refusal(path, content_id="c0ffee"):
    with pytest.raises(OutputError) as caught:
        label.verify(path, content_id)
    assert caught.value.code == "unlabelled"
    return caught.value.message


@pytest.mark.parametrize("size", [(512, 600), (720, 960), (720, 1280), (240, 320), (1080, 1080), (96, 96)])
def test_the_words_are_at_least_five_per_cent_of_the_shorter_side_and_within_the_frame(size):
    mark = label.Mark(*size)
    assert mark.text_height >= 0.05 * min(size)
    assert mark.x >= 2
    assert mark.x + mark.width <= size[0] - 2
    assert mark.y + mark.height <= size[1] - 2
    assert mark.width < 0.6 * size[0]


@pytest.mark.parametrize("background", ["0", "128", "255", "noise", "stripes"])
def test_the_mark_can_be_read_on_any_background(background):
    mark, plain = label.Mark(WIDTH, HEIGHT), make_background(background)
    place = np.s_[mark.y : mark.y + mark.height, mark.x : mark.x + mark.width]
    assert mark.likeness(stamped(mark, plain).mean(axis=2)[place]) > label.LIKENESS + 0.05
    assert mark.likeness(plain.mean(axis=2)[place]) < 0.2


def test_only_the_patch_of_the_mark_changes():
    mark, plain = label.Mark(WIDTH, HEIGHT), make_background("noise")
    marked = stamped(mark, plain)
    outside = np.ones((HEIGHT, WIDTH), bool)
    outside[mark.y : mark.y + mark.height, mark.x : mark.x + mark.width] = False
    assert np.array_equal(marked[outside], plain[outside])


def test_the_metadata_says_what_the_standard_asks(tmp_path):
    path = make_labelled(tmp_path)
    words = json.loads(mp4.probe(path).tags["AIGC"])
    assert words["Label"] == "1"
    assert words["ContentProducer"] == words["ContentPropagator"] == ORIGIN.provider
    assert words["ProduceID"] == words["PropagateID"] == "c0ffee"
    assert words["ReservedCode1"] == mp4.probe(path).content_sha256
    assert set(words) >= {"ReservedCode2"}
    label.verify(path, "c0ffee")


@pytest.mark.parametrize("background", ["0", "255", "noise", "stripes"])
def test_the_mark_is_found_again_after_encoding(tmp_path, background):
    label.verify(make_labelled(tmp_path, background=background), "c0ffee")


def test_a_film_of_a_single_frame_is_labelled_too(tmp_path):
    label.verify(make_labelled(tmp_path, frames=1), "c0ffee")


def test_labelling_changes_neither_frames_nor_length(tmp_path):
    path = make_labelled(tmp_path)
    before, after = mp4.probe(tmp_path / "raw.mp4"), mp4.probe(path)
    assert before.video == after.video
    assert before.audio == after.audio
    assert np.array_equal(ffmpeg.samples(tmp_path / "raw.mp4", RATE), ffmpeg.samples(path, RATE))


def test_a_film_without_metadata_is_refused(tmp_path):
    assert "metadata is missing" in refusal(make_film(tmp_path))


def test_a_plain_copy_that_dropped_the_metadata_is_refused(tmp_path):
    copy = tmp_path / "copy.mp4"
    ffmpeg.run(graph.output(ffmpeg.source(make_labelled(tmp_path)), str(copy), c="copy"))
    assert "metadata is missing" in refusal(copy)


def test_a_label_of_other_content_is_refused(tmp_path):
    assert "other content" in refusal(make_labelled(tmp_path), content_id="other")


@pytest.mark.parametrize("mark_until", [0, 25])
def test_a_film_whose_mark_is_missing_or_ends_within_two_seconds_is_refused(tmp_path, mark_until):
    assert "visible mark" in refusal(make_labelled(tmp_path, mark_until=mark_until))


def test_a_film_that_was_changed_after_labelling_is_refused(tmp_path):
    path = make_labelled(tmp_path)
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    assert "not what was labelled" in refusal(path)
