"""Video inspection finds each fault under its own code, in files that really have it."""

import wave
from dataclasses import replace

import numpy as np
import pytest
from django.utils import translation

from avatars.ai_label import video_label
from avatars.engines.base import Mode, Shot
from avatars.exceptions import OutputError
from avatars.framing.boxes import Box
from avatars.inspection import video_checks
from avatars.inspection.video_checks import Expected
from avatars.media import ffmpeg, mp4
from avatars.portraits import portrait_validation
from avatars.reasons import render
from avatars.reasons.inspection import FLAWS
from avatars.speech.base import Sound
from core.backends import backend
from tests.avatars.support import drawings
from tests.avatars.support.fake_engines import RATE, Light, Tone
from tests.support.paths import PHOTOGRAPH

LIMIT = 10_000_000
TEXT = "你好吗？我很好，谢谢你。今天天气不错！"
SPEECH = Tone().speak(TEXT, voice="a")
PORTRAIT = np.full((160, 120, 3), 120, np.uint8)
ORIGIN = video_label.Origin(provider="us", content_id="c")


def make_shot(**changes):
    shot = Shot(portrait=PORTRAIT, speech=SPEECH, mode=Mode.LIPSYNC)
    return replace(shot, **changes)


def padded(samples, seconds):
    whole = np.zeros(round(seconds * RATE), np.float32)
    whole[: len(samples)] = samples[: len(whole)]
    return whole


def write_wav(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def make_video(folder, frames, shot, *, sound=None, fps=25, size=None):
    """A labelled video of these frames, with the speech of the shot or with another sound."""
    frames = list(frames)
    height, width = (size or shot.portrait.shape)[:2]
    shape = ffmpeg.Shape(width=width, height=height, fps=fps, frames=len(frames), limit=LIMIT)
    heard = padded(shot.speech.samples if sound is None else sound, len(frames) / fps)
    wav = write_wav(folder / "sound.wav", heard)
    with ffmpeg.FrameSink(folder / "raw.mp4", shape, sound=wav, stamp=video_label.Mark(width, height).draw) as sink:
        for frame in frames:
            sink.write(frame)
    video_label.write(folder / "raw.mp4", folder / "video.mp4", ORIGIN)
    return folder / "video.mp4"


def frames_of(shot, fault=""):
    return [frame.copy() for frame in Light(fault=fault).animate(shot)]


def fault_of(path, shot, limit=LIMIT, content_id="c", **expected):
    with pytest.raises(OutputError) as caught:
        video_checks.inspect(path, Expected(shot=shot, **expected), content_id=content_id, limit=limit)
    assert caught.value.message
    return caught.value.code


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A video without a fault, of `make_shot`."""
    shot = make_shot()
    return make_video(tmp_path_factory.mktemp("good"), frames_of(shot), shot)


def test_a_good_video_passes_and_progress_reaches_the_end(good):
    shot, shares = make_shot(), []
    found = video_checks.inspect(good, Expected(shot=shot), content_id="c", limit=LIMIT, progress=shares.append)
    assert found.video.samples == shot.frame_count
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(0.9)


@pytest.mark.parametrize(("fault", "code"), [("short", "frame_count"), ("black", "black"), ("frozen", "frozen")])
def test_faulty_frames_are_found(tmp_path, fault, code):
    shot = make_shot()
    assert fault_of(make_video(tmp_path, frames_of(shot, fault), shot), shot) == code


def test_a_picture_that_goes_black_or_stops_in_the_middle_is_found(tmp_path):
    shot = make_shot()
    frames = frames_of(shot)
    dark = [*frames[:40], *[frame // 20 for frame in frames[40:44]], *frames[44:]]
    assert fault_of(make_video(tmp_path, dark, shot), shot) == "black"
    stopped = [*frames[:30], *[frames[30]] * (len(frames) - 30)]
    assert fault_of(make_video(tmp_path, stopped, shot), shot) == "frozen"


def test_what_is_drawn_over_a_video_proves_neither_light_nor_movement(tmp_path):
    shot, box = make_shot(), Box(x=0, y=100, width=120, height=60)

    def written(fault):
        for number, frame in enumerate(frames_of(shot, fault)):
            frame[box.place] = 255 if number % 2 else 0
            yield frame

    for fault in ("black", "frozen"):
        assert fault_of(make_video(tmp_path, written(fault), shot), shot, covered=(box,)) == fault


def test_a_person_in_the_dark_is_no_black_picture(tmp_path):
    dark = np.full((160, 120, 3), 8, np.uint8)
    shot = make_shot(portrait=dark)
    path = make_video(tmp_path, frames_of(shot), shot)
    video_checks.inspect(path, Expected(shot=shot), content_id="c", limit=LIMIT)


def broken_off(samples):
    cut = samples.copy()
    cut[len(cut) // 2 :] = 0
    return cut


def shifted(samples, seconds):
    return np.concatenate([np.zeros(round(seconds * RATE), np.float32), samples])


def slowed(samples, share):
    places = np.arange(0, len(samples) - 1, 1 - share)
    return np.interp(places, np.arange(len(samples)), samples).astype(np.float32)


NOISE = np.random.default_rng(1)


def wordy_shot():
    """A shot with words, not tones, which look alike at every period."""
    rng = np.random.default_rng(5)
    words = np.convolve(rng.normal(0, 1, len(SPEECH.samples)), np.ones(24) / 24, "same")
    places = np.arange(0, len(words) + 3000, 3000)
    syllables = np.interp(np.arange(len(words)), places, rng.random(len(places)))
    spoken = np.arange(len(words)) > 0.4 * RATE
    return make_shot(speech=replace(SPEECH, samples=(words * (0.1 + syllables) * spoken * 0.4).astype(np.float32)))


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda samples: samples * 0, "silent"),
        (broken_off, "silent"),
        (lambda samples: samples * 30, "clipped"),
        (lambda samples: NOISE.normal(0, 0.1, len(samples)).astype(np.float32), "sound_differs"),
        (lambda samples: shifted(samples, 0.12), "drift"),
        (lambda samples: samples[round(0.12 * RATE) :], "drift"),
        (lambda samples: slowed(samples, 0.02), "drift"),
    ],
    ids=["mute", "broken off", "clipped", "other", "late", "early", "slow"],
)
def test_faulty_sound_is_found(tmp_path, harm, code):
    shot = wordy_shot()
    path = make_video(tmp_path, frames_of(shot), shot, sound=harm(shot.speech.samples))
    assert fault_of(path, shot) == code


def test_the_sound_of_words_passes_as_it_is(tmp_path):
    shot = wordy_shot()
    path = make_video(tmp_path, frames_of(shot), shot)
    video_checks.inspect(path, Expected(shot=shot), content_id="c", limit=LIMIT)


def test_a_delay_that_nobody_notices_is_no_fault(tmp_path):
    shot = make_shot()
    path = make_video(tmp_path, frames_of(shot), shot, sound=shifted(SPEECH.samples, 0.015))
    video_checks.inspect(path, Expected(shot=shot), content_id="c", limit=LIMIT)


def test_a_video_that_is_cut_off_or_damaged_is_found(tmp_path, good):
    shot, path, data = make_shot(), tmp_path / "video.mp4", good.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert fault_of(path, shot) == "mp4_broken"
    path.write_bytes(b"")
    assert fault_of(path, shot) == "mp4_broken"
    path.write_bytes(data[:-2000] + bytes(2000))
    assert fault_of(path, shot) == "unlabelled", "its content is not what was labelled"


def test_a_video_of_another_size_or_speed_is_found(tmp_path):
    shot = make_shot()
    small = [np.ascontiguousarray(frame[:128, :96]) for frame in frames_of(shot)]
    assert fault_of(make_video(tmp_path, small, shot, size=(128, 96)), shot) == "video_size"
    assert fault_of(make_video(tmp_path, frames_of(shot), shot, fps=30), shot) == "frame_rate"


def test_a_video_that_is_too_large_or_of_other_content_is_found(good):
    assert fault_of(good, make_shot(), limit=1000) == "too_large"
    assert fault_of(good, make_shot(), content_id="d") == "unlabelled"


def test_a_video_that_does_not_move_is_right_where_nothing_is_said(tmp_path):
    shot = make_shot(speech=replace(SPEECH, sounds=()))
    path = make_video(tmp_path, frames_of(shot, "frozen"), shot)
    video_checks.inspect(path, Expected(shot=shot), content_id="c", limit=LIMIT)


def test_what_comes_before_and_after_the_shot_may_be_still_and_dark(tmp_path):
    shot, dark = make_shot(), np.zeros((160, 120, 3), np.uint8)
    sound = np.concatenate([np.zeros(RATE, np.float32), padded(SPEECH.samples, shot.frame_count / 25)])
    path = make_video(tmp_path, [*[dark] * 25, *frames_of(shot), *[dark] * 10], shot, sound=sound)
    video_checks.inspect(path, Expected(shot=shot, before=25, after=10), content_id="c", limit=LIMIT)
    assert fault_of(path, shot, before=24, after=11) == "black"
    assert fault_of(path, shot) == "frame_count"


@pytest.mark.slow
@pytest.mark.parametrize("portrait_of", ["xiao", pytest.param("hopper", marks=pytest.mark.thorough)])
def test_lips_that_move_in_silence_are_found(tmp_path, portrait_of):
    path = tmp_path / "portrait.png"
    if portrait_of == "xiao":
        path.write_bytes(drawings.png("xiao"))
    else:
        path = PHOTOGRAPH
    picture = portrait_validation.load(path, longest=480)
    picture = np.ascontiguousarray(picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2])
    symbols = ["m", "a", "p", "ɑ", "u", "a"] * 2
    said = [Sound(symbol=symbol, start=0.2 + 0.12 * i, end=0.32 + 0.12 * i) for i, symbol in enumerate(symbols)]
    seconds = 2 * said[-1].end
    length = round(seconds * RATE)
    half = round(said[-1].end * RATE)
    samples = np.zeros(length, np.float32)
    samples[round(0.2 * RATE) : half] = np.random.default_rng(2).normal(0, 0.1, half - round(0.2 * RATE))
    quiet = replace(SPEECH, samples=samples, sounds=tuple(said), tokens=())
    again = [replace(sound, start=sound.start + said[-1].end, end=sound.end + said[-1].end) for sound in said]
    chatty = replace(quiet, sounds=(*said, *again))
    engine = backend("RENDER_ENGINES", "puppet")
    right = make_shot(portrait=picture, speech=quiet, mode=Mode.TALKING_HEAD)
    good = make_video(tmp_path, [frame.copy() for frame in engine.animate(right)], right)
    video_checks.inspect(good, Expected(shot=right), content_id="c", limit=LIMIT)
    moving = [frame.copy() for frame in engine.animate(replace(right, speech=chatty))]
    assert fault_of(make_video(tmp_path, moving, right), right) == "lips_in_silence"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"video": {"codec": "hevc"}}, "video_codec"),
        ({"video": {"pixels": "yuv444p"}}, "video_codec"),
        ({"video": None}, "video_codec"),
        ({"audio": {"codec": "opus"}}, "audio_codec"),
        ({"audio": None}, "audio_codec"),
        ({"video": {"width": 122}}, "video_size"),
        ({"video": {"start": 0.08}}, "late_start"),
        ({"audio": {"start": 0.02}}, "late_start"),
        ({"audio": {"seconds": 1.3}}, "lengths_differ"),
        ({"video": {"samples": 34, "seconds": 1.36}}, "frame_count"),
        ({"video": {"seconds": 1.5}}, "frame_rate"),
    ],
)
def test_each_wrong_property_has_its_own_code(changes, code):
    shot = make_shot(speech=Tone().speak("你好吗", voice="a"))
    video = mp4.Track(
        kind="vide", codec="h264", start=0, seconds=1.4, samples=35, width=120, height=160, pixels="yuv420p"
    )
    audio = mp4.Track(kind="soun", codec="aac", start=0, seconds=1.4, samples=33, rate=RATE, channels=1)
    good = mp4.Probe(video=video, audio=audio, tags={}, size=1000, content_sha256="")
    video_checks.check_format(good, Expected(shot=shot), limit=LIMIT)
    tracks = {name: replace(getattr(good, name), **change) if change else None for name, change in changes.items()}
    with pytest.raises(OutputError) as caught:
        video_checks.check_format(replace(good, **tracks), Expected(shot=shot), limit=LIMIT)
    assert caught.value.code == code


def test_every_fault_has_its_own_remedy_in_the_readers_language():
    with translation.override("en"):
        assert len({render.words(code) for code in FLAWS}) == len(FLAWS)
        assert all(render.words(code) != code and len(render.advice(code)) > 20 for code in FLAWS)
