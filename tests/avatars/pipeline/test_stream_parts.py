"""The parts of a video, handed out while the rest is drawn: labelled, in order, the bytes of the finished video."""

import re

import pytest
from PIL import Image

from avatars.ai_label import fragment_label, image_label, video_label
from avatars.framing.scene import Captions, Scene
from avatars.media import ffmpeg, fragmented_mp4, mp4
from avatars.pipeline import script_to_video, stream_parts
from avatars.speech.synthesis.stream import SpeechStream
from tests.avatars.framing.test_clips import FLAT, made, put
from tests.avatars.support.fake_engines import Light, Sentences, Tone
from tests.avatars.support.specs import make_spec

TEXT = "你好，世界。今天天气很好！我们开始吧。"


class Watched(Light):
    """Counts the frames that were drawn."""

    drawn = 0

    def follow(self, setup, speech: SpeechStream):
        for frame in super().follow(setup, speech):
            self.drawn += 1
            yield frame


def watch(folder, *, engine=None, text=TEXT, **changes):
    """A finished video, and what was shown of it after the poster: [(part, its bytes, how many frames were drawn)]."""
    engine, shown = engine or Watched(), []

    def publish(part):
        shown.append((part, part.path.read_bytes(), engine.drawn))

    spec = make_spec(text=text, **changes)
    video = script_to_video.make(spec, folder, speech=Sentences(), engine=engine, publish=publish)
    assert (shown[0][0].number, shown[0][2]) == (stream_parts.POSTER, 0)
    return video, shown[1:]


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A video that was watched, for tests that only look at it."""
    return watch(tmp_path_factory.mktemp("watched"))


def hashes_of(shown):
    hashes = fragmented_mp4.SampleHashes()
    for part, data, _drawn in shown:
        if part.number:
            hashes.add(data)
    return hashes.digests()


def test_fragments_come_in_order_while_the_rest_is_drawn(watched):
    video, shown = watched
    parts = [part for part, _data, _drawn in shown]
    assert [part.number for part in parts] == list(range(len(parts)))
    assert parts[0].codecs.startswith("avc1.")
    assert parts[1].seconds == pytest.approx(0.4)
    assert sum(part.seconds for part in parts) == pytest.approx(video.seconds)
    assert max(part.seconds for part in parts) <= 2
    assert shown[1][2] < video.frames


@pytest.mark.thorough
def test_fragments_are_short_at_first_and_long_where_keyframes_would_cost(tmp_path):
    _video, shown = watch(tmp_path, text="字" * 90, longest=128)
    seconds = [part.seconds for part, _data, _drawn in shown[1:]]
    assert seconds[:9] == pytest.approx([0.4, 0.6, 1, 2, 2, 2, 2, 4, 4])
    assert max(seconds) <= ffmpeg.KEYFRAME_SECONDS


@pytest.mark.parametrize(
    "clip", [pytest.param(False, id="bare", marks=pytest.mark.thorough), pytest.param(True, id="between-clips")]
)
def test_the_finished_video_has_the_samples_that_were_shown(tmp_path, clip):
    scene = Scene(captions=Captions.KARAOKE)
    if clip:
        around = {name: put(tmp_path, f"{name}.mp4", made(picture=FLAT, volume=0.1)) for name in ("intro", "outro")}
        scene = Scene(**around)
    video, shown = watch(tmp_path / "made", scene=scene)
    assert len(hashes_of(shown)) == 2
    assert hashes_of(shown) == fragmented_mp4.sample_hashes(video.video)
    assert not video.resized


def test_every_fragment_is_labelled_from_the_first_frame(watched, tmp_path):
    video, shown = watched
    beginning = shown[0][1]
    spec = make_spec()
    (tmp_path / "beginning.mp4").write_bytes(beginning)
    origin = video_label.read(mp4.probe(tmp_path / "beginning.mp4"))
    assert origin == video_label.Origin(provider=spec.provider, content_id=spec.content_id)
    for part, data, _drawn in shown[1:]:
        assert fragment_label.fault(data, spec.content_id) == ""
        assert fragment_label.fault(data, "another") != ""
        alone = tmp_path / f"{part.number}.mp4"
        alone.write_bytes(beginning + data)
        mark = video_label.Mark(video.width, video.height)
        place = f"{mark.width}:{mark.height}:{mark.x}:{mark.y}"
        patches = list(ffmpeg.frames(alone, (mark.width, mark.height), grey=True, crop=place))
        assert len(patches) == round(part.seconds * 25)
        assert min(mark.likeness(patch) for patch in patches) > video_label.LIKENESS


def test_the_picture_before_the_first_frame_is_labelled_and_as_large(tmp_path):
    shown = []

    def publish(part):
        if part.number == stream_parts.POSTER:
            (tmp_path / "poster.jpg").write_bytes(part.path.read_bytes())
            shown.append(part)

    spec = make_spec(text=TEXT)
    video = script_to_video.make(spec, tmp_path, speech=Tone(), engine=Light(), publish=publish)
    assert len(shown) == 1
    image_label.verify(tmp_path / "poster.jpg", spec.content_id)
    assert Image.open(tmp_path / "poster.jpg").size == (video.width, video.height)


def moments(words):
    """(begin, text) of each caption, SubRip or WebVTT."""
    found = re.findall(r"(\d\d:\d\d:\d\d[,.]\d{3}) --> .*\n(.*)", words)
    return [(begin.replace(",", "."), text) for begin, text in found]


@pytest.mark.parametrize(
    "clip", [pytest.param(False, id="bare", marks=pytest.mark.thorough), pytest.param(True, id="after-a-clip")]
)
def test_captions_come_with_the_part_in_which_they_begin(tmp_path, clip):
    scene = Scene(intro=put(tmp_path, "intro.mp4", made(picture=FLAT, volume=0.1))) if clip else Scene()
    video, shown = watch(tmp_path / "made", scene=scene)
    given, reached = [], 0.0
    for part, _data, _drawn in shown[1:]:
        reached += part.seconds
        assert all(begin < f"00:00:{reached:06.3f}" for begin, _text in moments(part.captions))
        given += moments(part.captions)
    assert given == moments(video.captions.read_text(encoding="utf-8"))
    assert len(given) == 3


def test_a_fragment_that_was_changed_has_no_valid_label(watched):
    _video, shown = watched
    data = shown[1][1]
    assert fragment_label.fault(data[:-1] + bytes([data[-1] ^ 1])) == "its content is not what was labelled"
    assert fragment_label.fault(data[int.from_bytes(data[:4], "big") :]) == "the AIGC metadata is missing"


@pytest.mark.thorough
def test_a_video_within_its_size_is_never_encoded_again(tmp_path):
    video, shown = watch(tmp_path, limit=150_000)
    assert video.size <= 150_000
    assert video.resized == (hashes_of(shown) != fragmented_mp4.sample_hashes(video.video))
