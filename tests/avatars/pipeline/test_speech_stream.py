"""A video starts before its speech is complete, and equals the one that waited."""

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from avatars.captions import srt
from avatars.captions.burn_in import CaptionPainter
from avatars.captions.stream import CaptionStream
from avatars.engines.base import Mode, Picture, RenderEngine, Setup, Shot
from avatars.engines.puppet.motion.planner import AHEAD, moves, plan
from avatars.exceptions import EngineFailed, OutputError, ScriptError
from avatars.framing.scene import Captions, Scene
from avatars.media import fragmented_mp4
from avatars.pipeline import script_to_video
from avatars.pipeline.stages import Stage
from avatars.portraits.portrait_validation import load
from avatars.speech.audio import mastering
from avatars.speech.base import Place, Recital, Sound, Speech, Token
from avatars.speech.synthesis.stream import SpeechStream
from tests.avatars.support.drawings import KeptPuppet
from tests.avatars.support.fake_engines import RATE, Light, Sentences, Tone
from tests.avatars.support.specs import make_spec
from tests.support.paths import PHOTOGRAPH

TEXT = "你好，世界。今天天气很好！我们开始吧。"
PATIENCE = 60


class Patient(Light):
    """Draws nothing before all is spoken."""

    def follow(self, setup: Setup, speech: SpeechStream) -> Iterator[Picture]:
        speech.whole()
        yield from super().follow(setup, speech)


def put_together(parts) -> Speech:
    """What a stream holds of these parts, as one, levels as they are."""
    stream = SpeechStream()
    length = 0
    for part in parts:
        stream.add(part)
        length += len(part.samples)
    return Speech(
        samples=stream.samples(0, length),
        rate=stream.rate,
        sounds=tuple(stream.sounds(0, length / stream.rate)),
        tokens=tuple(stream.tokens),
    )


def spoken_parts() -> list[Speech]:
    """Three parts with the sounds of many mouths, of uneven lengths, that fall between frames."""
    random = np.random.default_rng(5)
    parts = []
    for count in (7, 1, 12):
        ends = 0.11 + np.cumsum(random.uniform(0.04, 0.32, count))
        sounds = [
            Sound(symbol="aimpousfəŋ"[int(random.integers(10))], start=float(start), end=float(end))
            for start, end in zip([0.11, *ends[:-1]], ends, strict=True)
        ]
        samples = np.zeros(round((ends[-1] + 0.233) * RATE), np.float32)
        for sound in sounds:
            part = slice(int(sound.start * RATE), int(sound.end * RATE))
            samples[part] = random.uniform(0.02, 0.4) * np.sin(np.arange(part.stop - part.start) * 0.05)
        parts.append(Speech(samples=samples, rate=RATE, sounds=tuple(sounds), tokens=()))
    return parts


def streamed(parts, places=()) -> SpeechStream:
    """A stream that speaks each part only once the renderer waits for it."""
    parts, asked = list(parts), threading.Semaphore(0)
    stream = SpeechStream(waits=lambda share: asked.release())
    stream.begin(places)

    def write() -> None:
        for part in parts:
            if not asked.acquire(timeout=PATIENCE):
                stream.fail(TimeoutError())
            stream.add(part)
        stream.end(put_together(parts))

    threading.Thread(target=write, daemon=True).start()
    return stream


@pytest.mark.parametrize("mode", [Mode.LIPSYNC, Mode.TALKING_HEAD])
@pytest.mark.parametrize("fps", [12, 25, 30])
def test_motion_is_bit_identical_whether_streamed_or_not(mode, fps):
    parts = spoken_parts()
    setup = Setup(portrait=np.zeros((64, 64, 3), np.uint8), mode=mode, fps=fps, seed=3)
    whole = plan(setup.with_speech(put_together(parts)))
    blocks = list(moves(setup, streamed(parts)))
    assert len(whole) == setup.with_speech(put_together(parts)).frame_count
    for field in ("face", "head", "blink"):
        assert np.concatenate([getattr(block, field) for block in blocks]).tobytes() == getattr(whole, field).tobytes()


def test_motion_needs_to_hear_only_a_moment_ahead():
    first, *rest = spoken_parts()
    stream = SpeechStream()
    stream.add(first)
    blocks = moves(Setup(portrait=np.zeros((64, 64, 3), np.uint8)), stream)
    drawn = 0
    while (drawn + 8) / 25 + AHEAD <= first.seconds:
        drawn += len(next(blocks))
    assert drawn / 25 > first.seconds - AHEAD - 8 / 25
    for part in rest:
        stream.add(part)
    stream.end(put_together([first, *rest]))
    assert (
        drawn + sum(len(block) for block in blocks)
        == plan(Shot(portrait=np.zeros((64, 64, 3), np.uint8), speech=put_together([first, *rest]))).blink.size
    )


@pytest.mark.thorough  # as test_a_streamed_video_equals_one_that_was_spoken_first
def test_frames_are_byte_identical_whether_streamed_or_not():
    engine, portrait, parts = KeptPuppet(device="cpu"), load(PHOTOGRAPH, longest=320), spoken_parts()

    def digests(frames: Iterator[Picture]) -> list[str]:
        return [hashlib.sha256(frame.tobytes()).hexdigest() for frame in frames]

    setup = Setup(portrait=portrait, mode=Mode.ENHANCED_TALKING_HEAD)
    whole = digests(engine.animate(setup.with_speech(put_together(parts))))
    assert digests(engine.follow(setup, streamed(parts))) == whole
    assert len(set(whole)) > len(whole) / 2


def test_the_first_frames_are_drawn_before_the_last_sentence_is_spoken(tmp_path):
    drawn, waited = threading.Event(), []

    def until_a_frame_is_drawn(number):
        waited.append(drawn.wait(PATIENCE))

    def note(stage, share):
        if stage is Stage.ANIMATING and share > 0:
            drawn.set()

    speech = Sentences(until_a_frame_is_drawn)
    video = script_to_video.make(make_spec(text=TEXT), tmp_path, speech=speech, engine=Light(), progress=note)
    assert waited == [True, True]
    assert video.frames == np.ceil(put_together(Sentences().parts(TEXT, voice="a")).seconds * 25)


@pytest.mark.parametrize(
    "shown",
    [pytest.param(shown, marks=[] if shown == Captions.KARAOKE else pytest.mark.thorough) for shown in Captions],
)
def test_a_streamed_video_equals_one_that_was_spoken_first(tmp_path, shown):
    script = make_spec(text=TEXT, scene=Scene(captions=shown))
    videos = [
        script_to_video.make(script, tmp_path / name, speech=Sentences(), engine=engine)
        for name, engine in (("streamed", Light()), ("whole", Patient()))
    ]
    streamed, whole = (fragmented_mp4.sample_hashes(video.video) for video in videos)
    assert streamed == whole
    assert videos[0].captions.read_bytes() == videos[1].captions.read_bytes()


def test_an_engine_that_needs_the_whole_speech_gets_it_levelled(tmp_path):
    spoken = []

    class Theirs(RenderEngine):
        def animate(self, shot: Shot) -> Iterator[Picture]:
            spoken.append(shot.speech)
            yield from Light().animate(shot)

    script_to_video.make(make_spec(text=TEXT), tmp_path, speech=Sentences(), engine=Theirs())
    assert spoken[0].seconds == put_together(Sentences().parts(TEXT, voice="a")).seconds
    assert mastering.loudness(spoken[0].samples, RATE) == pytest.approx(mastering.TARGET_LUFS, abs=0.2)


@pytest.mark.parametrize(
    "fault",
    [
        EngineFailed("It failed.", code="engine_failed", field="speech_engine"),
        ScriptError("No.", code="script_unspeakable"),
    ],
)
def test_a_sentence_that_fails_in_the_middle_leaves_nothing(tmp_path, fault):
    def fail(number):
        if number == 2:
            raise fault

    with pytest.raises(type(fault)) as caught:
        script_to_video.make(make_spec(text=TEXT), tmp_path, speech=Sentences(fail), engine=Light())
    assert caught.value is fault
    assert os.listdir(tmp_path) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "speaker"]


def test_no_further_sentence_is_begun_for_a_video_that_failed(tmp_path):
    ended, failed = [], threading.Event()

    class Broken(Light):
        def follow(self, setup: Setup, speech: SpeechStream) -> Iterator[Picture]:
            failed.set()
            raise EngineFailed("It failed.", code="engine_failed", field="render_engine")

    class Endless(Sentences):
        def parts(self, text: str, **options) -> Recital:
            part = Tone().speak("你", voice="a")

            def said():
                try:
                    yield part
                    failed.wait(PATIENCE)
                    while True:
                        yield part
                except GeneratorExit:
                    ended.append("unwanted")
                    raise

            return Recital(parts=said(), places=(Place(offset=0, length=1),))

    with pytest.raises(EngineFailed):
        script_to_video.make(make_spec(text=TEXT), tmp_path, speech=Endless(), engine=Broken())
    assert ended == ["unwanted"]
    assert os.listdir(tmp_path) == []


def greeting(seconds: float, tokens: int) -> Speech:
    said = [Token(offset=place, length=1, start=0.1 * place, end=0.1 * place + 0.1) for place in range(tokens)]
    return Speech(samples=np.zeros(round(seconds * RATE), np.float32), rate=RATE, sounds=(), tokens=tuple(said))


@pytest.mark.parametrize(
    ("seconds", "tokens", "places", "took"),
    [(1.78, 5, 186, 48.6), (1.28, 2, 129, 34.3), (4.54, 17, 181, 46.9), (1.02, 1, 107, 34.3), (3.39, 9, 106, 33.4)],
    ids=["zh-number", "zh-hello", "zh-sentence", "en-hello", "en-sentence"],
)
def test_the_length_is_expected_from_the_first_part(seconds, tokens, places, took):
    stream = SpeechStream()
    stream.begin([Place(offset=place, length=1) for place in range(places)])
    stream.add(greeting(seconds, tokens))
    assert 0.9 * took <= stream.expected <= 1.2 * took  # measured with the built-in voices
    assert took <= stream.longest


def test_the_length_of_a_single_part_is_known():
    stream = SpeechStream()
    stream.add(greeting(1.3, 4))
    assert (stream.expected, stream.longest) == (1.3, 1.3)


def test_a_text_is_refused_once_its_speech_becomes_too_long(tmp_path):
    speech = Sentences(lambda number: None)
    with pytest.raises(OutputError) as caught:
        script_to_video.make(make_spec(text=TEXT * 40, limit=100_000), tmp_path, speech=speech, engine=Light())
    assert caught.value.code == "too_long"


@pytest.mark.thorough
def test_waiting_for_more_speech_while_animating_is_told_as_speaking(tmp_path):
    heard, waiting = [], threading.Event()

    def note(stage, share):
        heard.append(stage)
        if stage is Stage.SPEAKING and Stage.ANIMATING in heard:
            waiting.set()

    speech = Sentences(lambda number: waiting.wait(PATIENCE) if number == 1 else None)
    script_to_video.make(make_spec(text=TEXT), tmp_path, speech=speech, engine=Light(), progress=note)
    assert waiting.is_set()
    after = heard[heard.index(Stage.ANIMATING) :]
    assert after[after.index(Stage.SPEAKING) + 1 :].count(Stage.ANIMATING) > 0


# ---- captions


def test_captions_that_come_with_the_speech_are_those_of_the_whole():
    text = "🙂 你好，世界。\n\n——\n今天是二零二六年，天气很好，我们一起去外面走一走，然后回来！我们开始吧。😀"
    spoken = [place for place, char in enumerate(text) if char.isalnum()]
    cuts = [text.index("今"), text.index("一起"), text.index("我们开始"), len(text)]
    parts, begun = [], 0
    for cut in cuts:
        here = [place for place in spoken if begun <= place < cut]
        part = Tone().speak("字" * len(here), voice="a")
        tokens = [replace(token, offset=place) for token, place in zip(part.tokens, here, strict=True)]
        parts.append(replace(part, tokens=tuple(tokens)))
        begun = cut
    whole, stream = put_together(parts), streamed(parts, [Place(offset=place, length=1) for place in spoken])
    expected = CaptionPainter(srt.cues(text, whole.tokens), (720, 960), fps=25, karaoke=True)
    found = CaptionPainter([], (720, 960), fps=25, karaoke=True)
    stream.until(0)
    prompter = CaptionStream(text, stream)
    for number in range(int(whole.seconds * 25)):
        stream.until(number / 25 + AHEAD)
        for cue in prompter.until((number + 0.5) / 25):
            found.add(cue)
        assert found.lines(number) == expected.lines(number), number
    assert found.box == expected.box
