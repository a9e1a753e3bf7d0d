"""Real speech, a real film: what is seen in the encoded video is what was said."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from avatars import characters
from avatars.engines.base import Mode, Picture, Shot
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.mesh import FaceMesh
from avatars.portrait import load
from avatars.speech.base import Speech
from avatars.speech.kokoro.engine import Kokoro
from tests.avatars.closed_loop import agreement, asked, film_and_measure, lag, times

pytestmark = [pytest.mark.once, pytest.mark.slow]

PHOTOGRAPH = Path(__file__).parents[1] / "data" / "grace_hopper.jpg"
VOICE = "0.6*zf_xiaobei+0.4*af_heart"
TEXTS = {
    "Chinese": "你好，我是你的数字人助手，很高兴认识你。",
    "English": "Welcome to the company. We make the paper, and you may put it in my box.",
}


@cache
def speak(language: str) -> Speech:
    return Kokoro().speak(TEXTS[language], voice=VOICE)


def portrait(name: str) -> Picture:
    return load(PHOTOGRAPH) if name == "photograph" else characters.draw(name, height=720)


@pytest.mark.parametrize("language", list(TEXTS))
@pytest.mark.parametrize(
    ("name", "mode", "least"),
    [
        ("photograph", Mode.ENHANCED_TALKING_HEAD, 0.95),
        ("photograph", Mode.LIPSYNC, 0.95),
        # The mesh reads drawn lips less well than filmed ones; they are held a little looser.
        ("xiao", Mode.ENHANCED_TALKING_HEAD, 0.90),
        ("ran", Mode.ENHANCED_TALKING_HEAD, 0.90),
    ],
)
def test_lips_seen_in_the_film_follow_the_speech(
    language: str, name: str, mode: Mode, least: float, tmp_path: Path
) -> None:
    shot = Shot(portrait=portrait(name), speech=speak(language), mode=mode)
    seen = film_and_measure(Puppet(), shot, tmp_path / "film.mp4", FaceMesh())
    assert seen.frames == shot.frame_count == int(np.ceil(round(shot.speech.seconds * 25, 6)))
    assert agreement(asked(shot), seen.gap) >= least
    assert abs(lag(shot, seen.gap)) <= 12
    quiet = np.zeros(seen.frames, bool)
    moments = times(shot)
    for sound in shot.speech.sounds:
        if not sound.symbol:
            quiet |= (moments > sound.start + 0.2) & (moments < sound.end - 0.1)
    assert seen.gap[quiet].max(initial=0.0) <= 0.03
    for sound in shot.speech.sounds:
        if sound.symbol.strip("ˈˌ") in ("m", "b", "p"):
            frame = int(((sound.start + sound.end) / 2 - 0.045) * 25)
            assert seen.gap[max(0, frame - 1) : frame + 2].min() <= 0.01
