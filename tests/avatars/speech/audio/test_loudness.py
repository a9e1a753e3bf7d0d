"""Loudness and true peak of finished speech, measured by ffmpeg's ebur128."""

import re
import subprocess
from dataclasses import replace

import imageio_ffmpeg
import numpy as np
import pytest

from avatars.media.audio_segments import write_wav
from avatars.pipeline import script_to_video
from avatars.speech.base import Manner, Speech
from avatars.speech.synthesis import synthesizer
from tests.avatars.support.fake_engines import Light
from tests.avatars.support.specs import make_spec

TEXTS = {
    "zf_xiaobei": "各位同事大家好！今天下午三点开会，请准时参加。",
    "0.6*zm_yunjian+0.4*am_michael": "好。",
    "am_michael": "Good morning everyone! The meeting starts at three o'clock.",
}
OTHERS = ("0.6*zm_yunjian+0.4*am_michael", "am_michael")


def measured(path):
    """Integrated loudness in LUFS and true peak in dBTP."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128=peak=true"]
    run = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=True)
    summary = run.stderr[run.stderr.rindex("Summary:") :]
    loudness = re.search(r"I:\s+(-?[\d.]+|-inf) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+|-inf) dBFS", summary)
    assert loudness
    assert peak
    return float(loudness.group(1)), float(peak.group(1))


@pytest.mark.thorough  # one voice: pipeline/test_script_to_video.py
@pytest.mark.parametrize("voice", ["zf_xiaobei", *(pytest.param(name, marks=pytest.mark.thorough) for name in OTHERS)])
def test_every_voice_is_as_loud_as_broadcasters_ask(kokoro, tmp_path, voice):
    speech = kokoro.speak(TEXTS[voice], voice=voice)
    write_wav(tmp_path / "sound.wav", speech.samples, speech.rate)
    loudness, peak = measured(tmp_path / "sound.wav")
    assert loudness == pytest.approx(-16.0, abs=0.5)
    assert peak <= -1.5


@pytest.mark.parametrize("level", [0.005, 1.0])
def test_a_whispered_and_a_shouted_recording_end_alike(tmp_path, level):
    noise = np.random.default_rng(1).standard_normal(4 * 24_000) * 0.2
    speech = (level * np.clip(noise * (np.sin(np.arange(len(noise)) / 1800) > -0.3), -1, 1)).astype(np.float32)
    write_wav(tmp_path / "loud.wav", speech, 24_000)
    script = replace(make_spec(), text="", recording=tmp_path / "loud.wav")
    folder = tmp_path / "video"
    folder.mkdir()
    video = script_to_video.make(script, folder, speech=None, engine=Light())
    loudness, peak = measured(video.video)
    assert loudness == pytest.approx(-16.0, abs=0.5)
    # AAC may overshoot what it was given.
    assert peak <= -1.0


@pytest.mark.thorough
def test_pauses_are_as_long_as_they_are_told(kokoro):
    text = "你好。\n\n再见。谢谢。"

    def gaps(pause: float) -> list[float]:
        said = list(synthesizer.parts(kokoro, text, voice="zf_xiaobei", manner=Manner(pause=pause)))
        return [trailing(part) for part in said[:-1]]

    paragraph, sentence = gaps(0.8)
    assert sentence == pytest.approx(0.8, abs=0.02)
    assert paragraph == pytest.approx(1.6, abs=0.02)
    assert gaps(0.0) == pytest.approx([0.0, 0.0], abs=0.02)


@pytest.mark.thorough
def test_twice_the_speed_is_about_half_the_time(kokoro):
    slow, fast = (kokoro.speak("各位同事大家好。", voice="zf_xiaobei", speed=speed).seconds for speed in (0.8, 1.6))
    assert slow / fast == pytest.approx(2.0, abs=0.35)


def trailing(part: Speech) -> float:
    """Seconds of nothing at the end of a part."""
    loud = np.flatnonzero(part.samples)
    return (len(part.samples) - 1 - int(loud[-1])) / part.rate
