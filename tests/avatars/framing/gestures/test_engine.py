"""Half-body drawings gesture in every format, and other portraits are left as they are."""

import io
import itertools
import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from avatars.adapters.availability import Availability
from avatars.engines.base import Picture, Setup, StreamingEngine
from avatars.framing import composition
from avatars.framing.gestures import engine as hands
from avatars.framing.gestures.engine import Gesturing, gesturing
from avatars.framing.gestures.placement import placed
from avatars.framing.gestures.signatures import figure_of
from avatars.framing.gestures.stage import Stage
from avatars.framing.gestures.timing import Gesture
from avatars.framing.scene import Format, Scene
from avatars.portraits import shipped
from avatars.portraits.half_body import figures
from avatars.portraits.half_body.poses import Arm
from avatars.speech.base import Sound, Speech, Token
from avatars.speech.synthesis.stream import SpeechStream
from tests.support.paths import PHOTOGRAPH

RATE = 8_000
TEXT = "你好，欢迎加入我们公司，请跟我来。"


class Still(StreamingEngine):
    """An engine that moves nothing, in one array of its own."""

    edition = "still"

    @classmethod
    def probe(cls, **_options: object) -> Availability:
        return Availability()

    def follow(self, setup: Setup, speech: SpeechStream) -> Iterator[Picture]:
        frame = setup.portrait.copy()
        count = 0
        while speech.until((count + 1) / setup.fps) >= (count + 1) / setup.fps - 1e-9:
            yield frame
            count += 1


def speech(first: int, last: int) -> Speech:
    """The characters of the text from one place to another, four a second."""
    said = [place for place in range(first, last) if TEXT[place].isalnum()]
    tokens = tuple(
        Token(offset=place, length=1, start=(place - first) / 4, end=(place - first) / 4 + 0.2) for place in said
    )
    sounds = tuple(Sound(symbol="a", start=token.start, end=token.end) for token in tokens)
    return Speech(samples=np.zeros((last - first) * RATE // 4, np.float32), rate=RATE, sounds=sounds, tokens=tokens)


@pytest.fixture(scope="module")
def figure(tmp_path_factory) -> figures.Figure:
    """Its layers, as they are read from the cache."""
    found = hands._kept("qing", None)
    return hands._read(hands._written(found))


@pytest.fixture(scope="module")
def picture() -> Picture:
    return composition.compose(shipped.DATA / "qing.png", Scene(), enhanced=False, longest=480)


def frames(figure: figures.Figure, picture: Picture, said: SpeechStream, text: str = TEXT) -> list[Picture]:
    setup = Setup(portrait=picture, text=text)
    return [frame.copy() for frame in Gesturing(Still(), figure).follow(setup, said)]


@pytest.mark.parametrize(
    ("origin", "moves"), [("a", True), pytest.param("", True, marks=pytest.mark.thorough), ("b", False)]
)
def test_hands_move_in_the_portrait_that_they_belong_to(
    figure: figures.Figure, picture: Picture, origin: str, moves: bool
) -> None:
    setup, engine = Setup(portrait=picture, text=TEXT, origin=origin), Gesturing(Still(), figure, origin="a")
    seen = [frame.copy() for frame in engine.follow(setup, SpeechStream.of(speech(0, len(TEXT))))]
    assert any(not np.array_equal(frame, seen[0]) for frame in seen) is moves


@pytest.mark.parametrize("name", figures.NAMES)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_our_drawings_are_known_in_any_format(tmp_path, name: str, kind: str) -> None:
    with Image.open(shipped.DATA / f"{name}.png") as drawing:
        drawing.save(tmp_path / "portrait", kind)
    assert figure_of(tmp_path / "portrait") == name


def test_other_pictures_keep_their_engine(tmp_path) -> None:
    engine = Still()
    assert gesturing(engine, PHOTOGRAPH, None) is engine
    Image.open(PHOTOGRAPH).resize((960, 1280)).save(tmp_path / "large.png")
    assert gesturing(engine, tmp_path / "large.png", None) is engine
    (tmp_path / "broken.png").write_bytes(b"no picture")
    assert gesturing(engine, tmp_path / "broken.png", None) is engine


@pytest.mark.parametrize("format", [Format.SQUARE, Format.WIDE])
def test_hands_are_seen_at_rest_and_raised(figure: figures.Figure, format: Format) -> None:
    shown = composition.compose(shipped.DATA / "qing.png", Scene(format=format), enhanced=False)
    place = placed(figure.picture, hands._body(figure), shown)
    assert place is not None
    rest = figure.first.arms[Arm.REST]
    assert place.scale * (rest.top + rest.pixels.shape[0]) + place.top <= shown.shape[0] + 2
    assert any(
        np.abs(frame.astype(int) - shown).max() > 60
        for frame in frames(figure, shown, SpeechStream.of(speech(0, len(TEXT))))
    )


@pytest.mark.parametrize("format", list(Format))
def test_the_figure_is_found_to_a_fraction_of_a_pixel(figure: figures.Figure, format: Format) -> None:
    shown = composition.compose(shipped.DATA / "qing.png", Scene(format=format), enhanced=True)
    place = placed(figure.picture, hands._body(figure), shown)
    assert place is not None
    left, top, right, bottom = hands._body(figure)
    for x, y in ((left, top), (right, bottom)):
        tone = figure.picture[y - 2 : y + 2, x - 2 : x + 2].mean()
        across, down = place.matrix()[:2] @ (x, y, 1)
        if 2 < down < shown.shape[0] - 2:
            there = shown[round(down) - 1 : round(down) + 1, round(across) - 1 : round(across) + 1].mean()
            assert abs(tone - there) < 6


def test_hands_rest_at_both_ends_and_wave_between(figure: figures.Figure, picture: Picture) -> None:
    found = frames(figure, picture, SpeechStream.of(speech(0, len(TEXT))))
    moved = [np.abs(frame.astype(int) - picture).max() for frame in found]
    assert moved[-1] == 0
    assert max(moved) > 60
    height = picture.shape[0]
    assert all(np.array_equal(frame[: height // 3], picture[: height // 3]) for frame in found), (
        "the face is left alone"
    )
    raised = int(np.argmax([np.abs(frame.astype(int) - picture).sum() for frame in found]))
    changed = np.abs(found[raised].astype(int) - picture).max(axis=2) > 30
    assert changed[: height * 2 // 3, : picture.shape[1] // 2].any(), "the hand is beside the shoulder"


def test_it_begins_to_move_without_a_jump(figure: figures.Figure, picture: Picture) -> None:
    found = frames(figure, picture, SpeechStream.of(speech(0, len(TEXT))))
    steps = [np.abs(after.astype(int) - before).mean() for before, after in itertools.pairwise([picture, *found])]
    first = next(step for step in steps if step)
    assert first < max(steps) / 3
    place = placed(figure.picture, hands._body(figure), picture)
    assert place is not None
    barely = Gesture(raised=1e-6, before=Arm.OPEN, now=Arm.OPEN, way=1.0, turn=0.0)
    with Stage(figure, place, (picture.shape[1], picture.shape[0])).drawn(picture.copy(), barely) as shown:
        assert np.abs(shown.astype(int) - picture).mean() < 0.15


def test_both_hands_open_at_a_question(figure: figures.Figure, picture: Picture) -> None:
    place = placed(figure.picture, hands._body(figure), picture)
    assert place is not None
    stage, middle = Stage(figure, place, (picture.shape[1], picture.shape[0])), picture.shape[1] // 2
    asks = Gesture(raised=1.0, before=Arm.ASK, now=Arm.ASK, way=1.0, turn=0.0, other=1.0)
    for gesture, both in ((asks, True), (replace(asks, now=Arm.ONE, before=Arm.ONE, other=0.0), False)):
        with stage.drawn(picture.copy(), gesture) as shown:
            raised = np.abs(shown.astype(int) - picture).max(axis=2)[: picture.shape[0] * 4 // 5] > 30
        assert raised[:, :middle].any()
        assert raised[:, middle:].any() == both


def test_the_engine_gets_its_frame_back_as_it_was(figure: figures.Figure, picture: Picture) -> None:
    place = placed(figure.picture, hands._body(figure), picture)
    assert place is not None
    frame = picture.copy()
    wave = Gesture(raised=1.0, before=Arm.OPEN, now=Arm.OPEN, way=1.0, turn=4.0)
    with Stage(figure, place, (picture.shape[1], picture.shape[0])).drawn(frame, wave) as shown:
        assert np.abs(shown.astype(int) - picture).max() > 60
    assert np.array_equal(frame, picture)


def test_frames_are_the_same_while_speech_is_still_made(figure: figures.Figure, picture: Picture) -> None:
    whole = frames(figure, picture, SpeechStream.of(speech(0, len(TEXT))))
    stream = SpeechStream()
    half = TEXT.index("，", 3) + 1
    before, after = speech(0, half), speech(half, len(TEXT))
    moved = tuple(Token(offset=t.offset, length=1, start=t.start, end=t.end) for t in after.tokens)
    stream.add(before)

    def rest() -> None:
        part = Speech(samples=after.samples, rate=RATE, sounds=after.sounds, tokens=moved)
        stream.add(part)
        stream.end(speech(0, len(TEXT)))

    timer = threading.Timer(0.2, rest)
    timer.start()
    found = frames(figure, picture, stream)
    timer.join()
    assert len(found) == len(whole)
    assert all(np.array_equal(one, other) for one, other in zip(found, whole, strict=True))


def test_a_script_without_cues_gives_the_frames_of_the_engine(figure: figures.Figure, picture: Picture) -> None:
    found = frames(figure, picture, SpeechStream.of(speech(0, 6)), text="今天天气晴朗")
    assert all(np.array_equal(frame, picture) for frame in found)


def test_segments_are_kept_under_an_edition_of_their_own(figure: figures.Figure) -> None:
    assert Gesturing(Still(), figure).edition.startswith("still hands ")


def test_layers_come_back_from_the_cache_as_they_were(tmp_path, figure: figures.Figure) -> None:
    again = hands._read(hands._written(figure))
    assert np.array_equal(again.picture, figure.picture)
    for limb, known in ((again.first, figure.first), (again.other, figure.other)):
        assert limb.elbow == known.elbow
        assert all(np.array_equal(limb.arms[arm].pixels, each.pixels) for arm, each in known.arms.items())
    assert io.BytesIO(hands._written(figure)).getbuffer().nbytes < 5_000_000
