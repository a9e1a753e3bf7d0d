"""Videos from segments: shared ones are drawn once, and the joints are neither seen nor heard."""

import io
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from avatars.ai_label import fragment_label, video_label
from avatars.captions import srt
from avatars.engines.base import Mode, Picture, Setup
from avatars.framing.scene import Captions, Corner, Logo, Scene
from avatars.media import ffmpeg, fragmented_mp4
from avatars.media.file_cache import FileCache
from avatars.pipeline import script_to_video, spoken_segments
from avatars.pipeline.montage import montage
from avatars.pipeline.stream_parts import POSTER
from avatars.speech.audio import mastering
from avatars.speech.base import Sound, Speech, Token
from avatars.studio.process import ROOT
from core.backends import backend
from tests.avatars.framing.test_clips import made, put
from tests.avatars.support import drawings
from tests.avatars.support.fake_engines import Light, Tone
from tests.avatars.support.shots import WORD, make_shot
from tests.avatars.support.specs import make_spec

REST = "大家一起吃饭。"
FPS = 25
BARE = Scene(captions=Captions.OFF)
ORIGIN = "a" * 64


class Joining(Light):
    """A light that is out at both ends, and counts what it draws."""

    edition = "1"

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[Setup] = []

    def follow(self, setup, speech):
        self.drawn.append(setup)
        return super().follow(setup, speech)


@pytest.fixture
def shelf(tmp_path):
    return FileCache(tmp_path / "pieces")


def video(tmp_path, name: str, engine, shelf, publish=None, **changes):
    hello = f"你好{name}！"
    script = make_spec(text=hello + REST, cuts=(len(hello),), content_id=f"video-{name.encode().hex()}", **changes)
    tools = {"speech": Tone(), "engine": engine, "segment_cache": shelf, "publish": publish}
    return script_to_video.make(script, tmp_path / "out", **tools)


def test_what_is_the_same_is_drawn_once(tmp_path, shelf):
    engine = Joining()
    videos = [video(tmp_path, name, engine, shelf) for name in ("王芳", "欧阳娜娜")]
    # Two greetings, and what follows them once.
    assert len(engine.drawn) == 3
    assert all(setup.rests for setup in engine.drawn)
    first, second = videos
    assert second.frames - first.frames == round(2 * 0.2 * FPS)
    for each in videos:
        proof = video_label.examine(each.video, each.video.stem)
        assert (proof.faults, proof.frames) == ((), each.frames)
        assert each.notes == ()


def test_a_video_of_segments_is_shown_while_the_rest_is_drawn(tmp_path, shelf):
    engine, shown = Joining(), []

    def publish(part):
        shown.append((part, part.path.read_bytes(), len(engine.drawn)))

    made = video(tmp_path, "王芳", engine, shelf, publish=publish)
    parts = [part for part, _data, _drawn in shown]
    assert [part.number for part in parts] == [POSTER, *range(len(parts) - 1)]
    assert sum(part.seconds for part in parts) == pytest.approx(made.seconds)
    assert shown[0][2] == 0
    hashes = fragmented_mp4.SampleHashes()
    for _part, data, _drawn in shown[2:]:
        assert fragment_label.fault(data, made.video.stem) == ""
        hashes.add(data)
    assert hashes.digests() == fragmented_mp4.sample_hashes(made.video)
    words = "".join(part.captions for part in parts)
    assert [line for line in words.splitlines() if line in ("你好王芳！", REST)] == ["你好王芳！", REST]


def test_pictures_captions_and_sound_keep_together(tmp_path, shelf):
    made_once = video(tmp_path, "王芳", Joining(), shelf)
    joined = video(tmp_path, "李雷", Joining(), shelf, scene=Scene(captions=Captions.OFF))
    greeting = 2 * 0.4 + 5 * 0.2  # seconds
    seconds = greeting + 2 * 0.4 + len(REST) * 0.2
    assert made_once.frames == joined.frames == round(seconds * FPS)
    assert abs(mastering.loudness(ffmpeg.samples(joined.video, 48_000), 48_000) + 16) < 1
    heard = ffmpeg.samples(joined.video, 8000)
    for start, end in ((0.45, 1.3), (greeting + 0.45, greeting + 1.5)):
        assert np.abs(heard[round(start * 8000) : round(end * 8000)]).max() > 0.05
    assert np.abs(heard[round((greeting - 0.3) * 8000) : round((greeting + 0.3) * 8000)]).max() < 0.01
    written = joined.captions.read_text(encoding="utf-8")
    assert [line for line in written.splitlines() if line and not line[0].isdigit()] == ["你好李雷！", REST]
    frames = list(ffmpeg.frames(joined.video, (joined.width, joined.height)))
    lit = [frame[frame.shape[0] // 2 :, frame.shape[1] // 2 :][:20, :20].mean() for frame in frames]
    assert len(lit) == joined.frames
    assert len(set(lit[12 : round(1.3 * FPS)])) > 3, "it moves while the name is said"


def drawn(tmp_path, shelf, engine, *, scene=BARE, goal=0, **changes) -> list[Picture]:
    """The pictures of a video of two pieces, without all that makes a video of them."""
    portrait = np.full((96, 128, 3), 90, np.uint8)
    setup = replace(Setup(portrait=portrait, fps=FPS, origin=ORIGIN), **changes)
    text, engine.drawn = f"你好王芳！{REST}", []
    pieces = spoken_segments.speak_segments(text, (5,), lambda words: iter([Tone().speak(words, voice="a")]), fps=FPS)
    parts = montage(scene, (128, 96), fps=FPS)
    splice = spoken_segments.SegmentedVideo(pieces, scene, parts, goal=goal, limit=10_000_000, cache=shelf)
    (tmp_path / "work").mkdir(exist_ok=True)
    shot = splice.encode(engine, setup, tmp_path / "work" / "picture.mp4", lambda share: None)
    frames = [frame.copy() for frame in ffmpeg.frames(tmp_path / "work" / "picture.mp4", (128, 96))]
    assert len(frames) == shot.frame_count
    return frames


def test_whatever_changes_a_picture_makes_another_piece(tmp_path, shelf):
    engine, logo = Joining(), tmp_path / "logo.png"
    Image.new("RGBA", (40, 20), "red").save(logo)
    before = drawn(tmp_path, shelf, engine)
    assert len(engine.drawn) == 2
    changes: tuple[dict[str, Any], ...] = (
        {"scene": Scene(captions=Captions.PLAIN)},
        {"scene": replace(BARE, logo=Logo(picture=logo, corner=Corner.LOWER_LEFT))},
        {"mode": Mode.LIPSYNC},
        {"seed": 7},
        {"goal": 200_000},
        {"portrait": np.full((96, 128, 3), 91, np.uint8)},
    )
    for change in changes:
        drawn(tmp_path, shelf, engine, **change)
        assert len(engine.drawn) == 2, change
    after = drawn(tmp_path, shelf, engine)
    assert engine.drawn == []
    assert all(map(np.array_equal, before, after))


def test_pieces_go_with_the_portrait_that_they_show(tmp_path, shelf):
    engine = Joining()
    drawn(tmp_path, shelf, engine)
    drawn(tmp_path, shelf, engine, origin="b" * 64)
    assert shelf.purge(f"{ORIGIN}-") == 2
    drawn(tmp_path, shelf, engine)
    assert len(engine.drawn) == 2
    assert shelf.forget(before=2e12) == 4
    drawn(tmp_path, shelf, engine, origin="")
    assert shelf.purge() == 0, "what purge could not remove is not kept"


def test_a_damaged_piece_is_drawn_again(tmp_path, shelf):
    engine = Joining()
    before = drawn(tmp_path, shelf, engine)
    for path in (tmp_path / "pieces").iterdir():
        path.write_bytes(path.read_bytes()[:1000])
    assert all(map(np.array_equal, before, drawn(tmp_path, shelf, engine)))
    assert len(engine.drawn) == 2


def test_an_engine_whose_pictures_do_not_join_draws_everything(tmp_path, shelf):
    found = video(tmp_path, "王芳", Light(), shelf)
    assert found.notes == ("in_one_piece",)
    assert shelf.purge() == 0


@pytest.mark.thorough
def test_clips_stand_before_and_after_all_pieces(tmp_path, shelf):
    intro = put(tmp_path, "intro.mp4", made(seconds=1.0))
    outro = put(tmp_path, "outro.mp4", made(seconds=0.6))
    found = video(tmp_path, "王芳", Joining(), shelf, scene=Scene(intro=intro, outro=outro))
    proof = video_label.examine(found.video, found.video.stem)
    assert (proof.faults, proof.frames) == ((), found.frames)
    assert found.captions.read_text(encoding="utf-8").split()[1] == "00:00:01,400"


def test_a_piece_ends_on_a_frame_and_keeps_its_places():
    def say(text):
        length = 1000 * len(text)
        sounds = (Sound(symbol="a", start=0.0, end=0.01),)
        tokens = (Token(offset=0, length=1, start=0.0, end=0.01),)
        yield Speech(samples=np.full(length, 0.1, np.float32), rate=24_000, sounds=sounds, tokens=tokens)

    pieces = spoken_segments.speak_segments("一二三四五六七", (2, 5, 5, 99), say, fps=FPS)
    assert [(piece.begin, piece.text) for piece in pieces] == [(0, "一二"), (2, "三四五"), (5, "六七")]
    assert [len(piece.speech.samples) for piece in pieces] == [2880, 3840, 2880]
    whole = spoken_segments.whole_speech(pieces)
    assert [token.offset for token in whole.tokens] == [0, 2, 5]
    assert [round(token.start, 3) for token in whole.tokens] == [0.0, 0.12, 0.28]
    assert whole.seconds == pytest.approx(0.4)
    assert srt.cues("一二三四五六七", whole.tokens)
    longer = spoken_segments.speak_segments("一二\n三四五", (3,), say, fps=FPS, pause=0.5)
    assert [len(piece.speech.samples) for piece in longer] == [round(0.92 * 24_000), 2880 + 960]


def test_the_puppet_ends_one_piece_as_it_begins_the_next():
    portrait = np.asarray(Image.open(io.BytesIO(drawings.png("xiao"))).convert("RGB").resize((240, 320)))
    engine = backend("RENDER_ENGINES", "puppet")
    assert engine.edition
    ends = []
    for seed in (1, 2):
        shot = replace(make_shot(WORD[:5], seconds=1.6, seed=seed), portrait=portrait, rests=True)
        frames = [frame.copy() for frame in engine.animate(shot)]
        assert any(not np.array_equal(frames[0], frame) for frame in frames[5:-5])
        ends += [frames[0], frames[-1]]
    assert all(np.array_equal(ends[0], end) for end in ends)


# What a segment is drawn by beside `segments.PACKAGES`: the engine has an edition, speech is in the key itself; the
# inspection draws nothing.
KEYED_OTHERWISE = {"adapters", "engines", "exceptions", "inspection", "recognition", "speech"}


def test_all_code_that_draws_a_segment_is_in_its_key():
    line = "import sys; from avatars.pipeline import scene_video; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", line], cwd=ROOT, capture_output=True, text=True, check=True)
    used = {name.split(".")[1] for name in found.stdout.split() if name.startswith("avatars.")}
    assert used - KEYED_OTHERWISE == {folder.name for folder in spoken_segments.PACKAGES}
