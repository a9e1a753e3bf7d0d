"""Nods fall on what is stressed, and brows rise where something is asked."""

from itertools import pairwise

import numpy as np
import pytest

from avatars.engines.base import Setup
from avatars.engines.puppet.motion.planner import moves, plan
from avatars.engines.puppet.motion.prosody import Voice
from avatars.engines.puppet.motion.stress import Stress
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.speech.base import Sound, Speech, Token
from avatars.speech.synthesis.stream import SpeechStream

RATE, FPS, STEP = 24_000, 25, 0.2


def speech(loud: tuple[int, ...] = (), high: tuple[int, ...] = (), *, count: int = 20, last: int = 0) -> Speech:
    """Syllables of 0.2 s, some of them `loud`, some `high`; each is one character of a text."""
    parts = []
    for number in range(count):
        hertz = 260 if number in high else 200
        time = np.arange(int(0.16 * RATE)) / RATE
        wave = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 8))
        envelope = np.minimum(1, np.minimum(time, time[::-1]) / 0.02)
        parts += [wave * envelope * (0.2 if number in loud else 0.1), np.zeros(int(0.04 * RATE))]
    sounds = tuple(Sound(symbol="a", start=k * STEP, end=k * STEP + 0.16) for k in range(count))
    tokens = tuple(Token(offset=k, length=1, start=k * STEP, end=k * STEP + 0.16) for k in range(count))
    return Speech(
        samples=np.concatenate(parts).astype(np.float32), rate=RATE, sounds=sounds, tokens=tokens[: last or count]
    )


def setup(text: str = "", seed: int = 1) -> Setup:
    return Setup(portrait=np.zeros((8, 8, 3), np.uint8), seed=seed, text=text)


def nods(spoken: Speech, text: str = "") -> list[float]:
    """The syllables on which the head nods."""
    voice, stress = Voice(SpeechStream.of(spoken), FPS), Stress(text, FPS)
    voice.hear(int(spoken.seconds * FPS))
    stress._find(spoken.seconds, spoken.sounds, spoken.tokens, voice)
    return [round((beat.moment - 0.08) / STEP) for beat in stress._beats]


def test_the_head_nods_on_loud_syllables() -> None:
    assert nods(speech(loud=(4, 9, 15))) == [4, 9, 15]


def test_a_syllable_that_is_high_is_stressed() -> None:
    assert 8 in nods(speech(high=(8,)))


def test_numbers_are_stressed_where_nothing_else_is() -> None:
    text = "我们今天下午三点在会议室见面讨论计划好的"
    assert 6 in nods(speech(), text)
    assert 6 not in nods(speech())


def test_not_every_syllable_makes_the_head_nod() -> None:
    found = nods(speech(loud=tuple(range(1, 20, 2)), high=tuple(range(1, 20, 6))))
    assert len(found) > 1
    assert all(b - a >= 3 for a, b in pairwise(found))


@pytest.mark.parametrize("mark", ["?", "？", "”？"])
def test_brows_rise_and_the_chin_lifts_at_a_question(mark: str) -> None:
    spoken = speech(count=20)
    words = "我" * 19 + "吗"
    shots = [setup(words + end).with_speech(spoken) for end in (mark, "。")]
    asked, told = (plan(shot) for shot in shots)
    late = slice(int(3.7 * FPS), int(4.0 * FPS))
    assert (asked.face - told.face)[late, Expression.BROW].max() > 0.4
    assert (asked.head - told.head)[late, Head.PITCH].min() < -0.4
    assert np.array_equal(asked.head[: int(3.3 * FPS)], told.head[: int(3.3 * FPS)])


def test_gestures_are_equal_in_blocks_and_while_speech_is_made() -> None:
    spoken, text = speech(loud=(4, 9, 15), high=(12,)), "我们今天下午三点在会议室见面讨论计划好吗？"
    small, large = (
        np.concatenate([each.head for each in moves(setup(text), SpeechStream.of(spoken), block=block)])
        for block in (8, 64)
    )
    assert np.allclose(small, large, atol=1e-6)
