"""No video without the AI label, neither in the picture nor in the metadata."""

import io
import json

import ffmpeg as graph
import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from avatars.ai_label import audio_label, image_label, video_label
from avatars.exceptions import OutputError
from avatars.media import ffmpeg, mp4
from tests.avatars.media.test_ffmpeg import RATE, make_sound

ORIGIN = video_label.Origin(provider="001191610133596325171T12566", content_id="c0ffee")
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


def make_video(folder, background="90", mark_until=FRAMES, frames=FRAMES):
    """An encoded video whose frames carry the mark up to a certain one; without metadata."""
    path = folder / "raw.mp4"
    mark = video_label.Mark(WIDTH, HEIGHT)
    shape = ffmpeg.Shape(width=WIDTH, height=HEIGHT, fps=25, frames=frames, limit=10_000_000)
    sound = make_sound(folder / "sound.wav", frames / 25)
    plain = make_background(background)
    with ffmpeg.FrameSink(path, shape, sound=sound, stamp=lambda frame, number: None) as sink:
        for index in range(frames):
            sink.write(stamped(mark, plain) if index < mark_until else plain)
    return path


def make_labelled(folder, **options):
    to = folder / "video.mp4"
    video_label.write(make_video(folder, **options), to, ORIGIN)
    return to


def refusal(path, content_id="c0ffee"):
    with pytest.raises(OutputError) as caught:
        video_label.verify(path, content_id)
    assert caught.value.code == "unlabelled"
    return caught.value.message


@pytest.mark.parametrize("size", [(512, 600), (720, 960), (720, 1280), (240, 320), (1080, 1080), (96, 96)])
def test_the_label_has_five_per_cent_of_the_shorter_side(size):
    mark = video_label.Mark(*size)
    assert mark.text_height >= 0.05 * min(size)
    assert mark.x >= 2
    assert mark.x + mark.width <= size[0] - 2
    assert mark.y + mark.height <= size[1] - 2
    assert mark.width < 0.6 * size[0]


@pytest.mark.parametrize("background", ["0", "128", "255", "noise", "stripes"])
def test_the_mark_can_be_read_on_any_background(background):
    mark, plain = video_label.Mark(WIDTH, HEIGHT), make_background(background)
    place = np.s_[mark.y : mark.y + mark.height, mark.x : mark.x + mark.width]
    assert mark.likeness(stamped(mark, plain).mean(axis=2)[place]) > video_label.LIKENESS + 0.05
    assert mark.likeness(plain.mean(axis=2)[place]) < 0.2


def test_only_the_patch_of_the_mark_changes():
    mark, plain = video_label.Mark(WIDTH, HEIGHT), make_background("noise")
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
    video_label.verify(path, "c0ffee")


@pytest.mark.parametrize(
    "background", ["255", "noise", *(pytest.param(name, marks=pytest.mark.thorough) for name in ("0", "stripes"))]
)
def test_the_mark_is_found_again_after_encoding(tmp_path, background):
    path = make_labelled(tmp_path, background=background)
    assert not video_label.examine(path, "c0ffee").faults
    video_label.verify(path, "c0ffee")


def test_a_video_of_a_single_frame_is_labelled_too(tmp_path):
    path = make_labelled(tmp_path, frames=1)
    assert not video_label.examine(path, "c0ffee").faults
    video_label.verify(path, "c0ffee")


def test_labelling_changes_neither_frames_nor_length(tmp_path):
    path = make_labelled(tmp_path)
    before, after = mp4.probe(tmp_path / "raw.mp4"), mp4.probe(path)
    assert before.video == after.video
    assert before.audio == after.audio
    assert np.array_equal(ffmpeg.samples(tmp_path / "raw.mp4", RATE), ffmpeg.samples(path, RATE))


def test_a_video_without_metadata_is_refused(tmp_path):
    assert "metadata is missing" in refusal(make_video(tmp_path))


def test_a_plain_copy_that_dropped_the_metadata_is_refused(tmp_path):
    copy = tmp_path / "copy.mp4"
    ffmpeg.run(graph.output(ffmpeg.source(make_labelled(tmp_path)), str(copy), c="copy"))
    assert "metadata is missing" in refusal(copy)


def test_a_label_of_other_content_is_refused(tmp_path):
    assert "other content" in refusal(make_labelled(tmp_path), content_id="other")


@pytest.mark.parametrize(
    "mark_until", [0, *(pytest.param(frame, marks=pytest.mark.thorough) for frame in (1, 25)), FRAMES - 1]
)
def test_a_video_without_its_mark_on_any_frame_is_refused(tmp_path, mark_until):
    words = refusal(make_labelled(tmp_path, mark_until=mark_until))
    assert f"the visible mark is missing at {mark_until / 25:.2f} s" in words


def test_the_label_of_a_video_can_be_read_from_outside(tmp_path):
    proof = video_label.examine(make_labelled(tmp_path))
    assert (proof.origin, proof.faults, proof.frames) == (ORIGIN, (), FRAMES)
    bare = video_label.examine(make_video(tmp_path, mark_until=10))
    assert bare.origin is None
    assert len(bare.faults) == 2


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("", "missing"),
        ("no json", "missing"),
        ("[1]", "missing"),
        ('{"Label":"1"}', "missing"),
        ('{"Label":"2","ContentProducer":"p","ProduceID":"c","ReservedCode1":"h"}', "incomplete"),
        ('{"Label":"1","ContentProducer":"","ProduceID":"c","ReservedCode1":"h"}', "incomplete"),
        ('{"Label":"1","ContentProducer":"p","ProduceID":"d","ReservedCode1":"h"}', "other content"),
        ('{"Label":"1","ContentProducer":"p","ProduceID":"c","ReservedCode1":"i"}', "not what was labelled"),
        ('{"Label":"1","ContentProducer":"p","ProduceID":"c","ReservedCode1":"h"}', ""),
    ],
)
def test_each_fault_of_the_attribute_has_its_words(words, fault):
    found = video_label.tag_fault(words, "h", "c")
    assert fault in found
    assert bool(found) == bool(fault)


def make_poster(folder):
    ffmpeg.poster(make_labelled(folder), folder / "poster.jpg")
    image_label.write(folder / "poster.jpg", ORIGIN)
    return folder / "poster.jpg"


def test_a_poster_carries_both_labels_and_still_opens(tmp_path):
    path = make_poster(tmp_path)
    image_label.verify(path, "c0ffee")
    with Image.open(path) as picture:
        assert picture.size == (WIDTH, HEIGHT)
        assert "c0ffee" in str(picture.info["xmp"])
    assert "other content" in " ".join(image_label.examine(path, "other").faults)


def test_a_poster_that_lost_its_label_is_refused(tmp_path):
    path = make_poster(tmp_path)
    with Image.open(path) as picture:
        picture.save(tmp_path / "again.jpg", quality=90)
        picture.paste((90, 90, 90), (0, 0, WIDTH, HEIGHT // 3))
        picture.save(tmp_path / "bare.jpg", quality=90)
    assert image_label.examine(tmp_path / "again.jpg").faults == ("the AIGC metadata is missing",)
    assert len(image_label.examine(tmp_path / "bare.jpg").faults) == 2
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    assert "not what was labelled" in image_label.examine(path).faults[0]


def make_sound_file(folder):
    """One without the label, and one with it."""
    make_sound(folder / "sound.wav", 1.0)
    bare, labelled = folder / "bare.m4a", folder / "labelled.m4a"
    ffmpeg.run(graph.output(ffmpeg.source(folder / "sound.wav").audio, str(bare), acodec="aac"))
    video_label.write(bare, labelled, ORIGIN)
    return bare, labelled


def test_sound_without_a_picture_carries_the_metadata(tmp_path):
    bare, labelled = make_sound_file(tmp_path)
    audio_label.verify(labelled, "c0ffee")
    assert "other content" in " ".join(audio_label.examine(labelled, "other").faults)
    assert audio_label.examine(bare).faults == ("the AIGC metadata is missing",)
    ffmpeg.run(graph.output(ffmpeg.source(labelled).audio, str(tmp_path / "again.m4a"), acodec="aac"))
    assert audio_label.examine(tmp_path / "again.m4a").faults
    with pytest.raises(OutputError) as refused:
        audio_label.verify(bare, "c0ffee")
    assert refused.value.code == "unlabelled"


def test_what_is_no_sound_is_refused(tmp_path):
    (tmp_path / "a.m4a").write_bytes(b"no sound")
    with pytest.raises(OutputError):
        audio_label.examine(tmp_path / "a.m4a")


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(OutputError):
        image_label.verify(tmp_path / "a.jpg", "c")
    with pytest.raises(OutputError):
        image_label.write(tmp_path / "a.jpg", ORIGIN)


def check(*files, **options):
    """What the command says, and its exit code."""
    told = io.StringIO()
    try:
        call_command("verify", *(str(file) for file in files), stdout=told, **options)
    except CommandError as error:
        return told.getvalue().splitlines(), error.returncode
    return told.getvalue().splitlines(), 0


def test_the_command_says_of_each_file_whether_both_labels_are_there(tmp_path):
    video, poster = make_labelled(tmp_path), make_poster(tmp_path)
    lines, code = check(video, poster)
    assert code == 0
    assert f"the mark in all {FRAMES} frames" in lines[0]
    assert all("labelled" in line and "c0ffee" in line and ORIGIN.provider in line for line in lines)
    (tmp_path / "cut.mp4").write_bytes(video.read_bytes()[:3000])
    files = [video, tmp_path / "raw.mp4", tmp_path / "cut.mp4", tmp_path / "none.mp4"]
    lines, code = check(*files)
    assert code == 1
    assert [line.split(": ")[1] for line in lines] == ["labelled", "NOT LABELLED", "UNREADABLE", "UNREADABLE"]
    bare, labelled = make_sound_file(tmp_path)
    (tmp_path / "voice.amr").write_bytes(b"#!AMR\n")
    lines, code = check(labelled, bare, tmp_path / "voice.amr")
    assert code == 1
    assert [line.split(": ")[1] for line in lines] == ["labelled", "NOT LABELLED", "NOT LABELLED"]
    assert "the mark" not in lines[0]
    assert "say beside it" in lines[2]
    assert check(video, content_id="c0ffee")[1] == 0
    assert check(video, content_id="other")[1] == 1


def test_a_video_that_was_changed_after_labelling_is_refused(tmp_path):
    path = make_labelled(tmp_path)
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    assert "not what was labelled" in refusal(path)
