"""Dialogues: the listener is silent and turns, and no voice is louder than the other."""

from dataclasses import replace

import numpy as np
import pytest

from avatars.engines.base import Setup
from avatars.scenes import dialogue, layouts
from avatars.scenes.spec import Layout
from avatars.speech.audio import mastering
from tests.avatars.support.fake_engines import Tone

WIDE, UPRIGHT = (1280, 720), (720, 1280)


def said(text: str, *, gain: float = 1.0):
    speech = Tone().speak(text, voice="a")
    return replace(speech, samples=speech.samples * np.float32(gain))


@pytest.mark.parametrize(("size", "signs"), [(WIDE, [1, -1]), (UPRIGHT, [])])
def test_a_listener_is_silent_and_turned_to_the_speaker(size, signs):
    place = layouts.places(Layout.DIALOGUE, size, captions=True)
    speech, turned = said("你好世界"), []
    for person in (0, 1):
        silence, looks = dialogue.listening(speech, place, person)
        assert (len(silence.samples), silence.rate, silence.tokens) == (len(speech.samples), speech.rate, ())
        assert not silence.samples.any()
        assert not any(sound.symbol for sound in silence.sounds)
        assert all(0 < look.start < look.end < speech.seconds for look in looks)
        turned += [int(np.sign(look.yaw)) for look in looks]
    assert turned == signs


def test_a_speaker_turns_to_the_listener_at_first_only():
    place = layouts.places(Layout.DIALOGUE, WIDE, captions=True)
    shot = Setup(portrait=np.zeros((2, 2, 3), np.uint8)).with_speech(said("你好世界你好世界"))
    (look,) = dialogue.glance(shot, place, 1)
    assert look.yaw < 0
    assert look.end < shot.speech.seconds / 2 + 0.1


def test_both_voices_are_equally_loud_at_one_rate():
    quiet = said("你好世界", gain=0.3)
    other = replace(quiet, samples=quiet.samples[::2], rate=quiet.rate // 2)
    first, second = dialogue.matched([said("你好世界"), other], [0, 1])
    assert first.rate == second.rate
    assert first.seconds == pytest.approx(second.seconds, abs=0.01)
    loud = [mastering.loudness(each.samples, each.rate) for each in (first, second)]
    assert loud[0] == pytest.approx(loud[1], abs=0.5)


def test_a_silent_voice_is_left_as_it_is():
    first, second = dialogue.matched([said("你好世界"), said("你好世界", gain=0.0)], [0, 1])
    assert first.samples.any()
    assert not second.samples.any()
