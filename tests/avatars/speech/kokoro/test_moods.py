"""What moods and paces do to the built-in voice, measured."""

import numpy as np
import pytest

from avatars.speech.audio import mastering
from avatars.speech.base import Manner, Speech
from avatars.speech.kokoro.engine import Kokoro
from avatars.speech.text.speaking_style import Mood
from tests.avatars.speech.pitch import pitches

WOMAN = "0.6*zf_xiaobei+0.4*af_heart"
WORDS = "公司明年搬到新的办公楼。"


@pytest.fixture(scope="module")
def said(kokoro: Kokoro) -> dict[str, Speech]:
    """The same words as they are marked, before levelling."""

    def part(text: str, manner: Manner) -> Speech:
        (found,) = kokoro.parts(text, voice=WOMAN, manner=manner)
        return found

    by_mood = {mood.value: part(WORDS, Manner(mood=mood)) for mood in (Mood.NEUTRAL, Mood.CHEERFUL, Mood.CALM)}
    return by_mood | {"slow": part(f"[慢]{WORDS}", Manner()), "marked": part(f"[calm] {WORDS}", Manner())}


def spoken_seconds(speech: Speech) -> float:
    return speech.tokens[-1].end - speech.tokens[0].start


def pitch(speech: Speech) -> float:
    return float(np.median(pitches(speech.samples, speech.rate)))


def spread(speech: Speech) -> float:
    """The range of the melody in semitones."""
    low, high = np.percentile(pitches(speech.samples, speech.rate), [10, 90])
    return float(12 * np.log2(high / low))


def loudness(speech: Speech) -> float:
    return mastering.loudness(speech.samples, speech.rate)


@pytest.mark.thorough
def test_paces_are_heard_in_the_time_that_words_take(said):
    usual = spoken_seconds(said["neutral"])
    assert spoken_seconds(said["cheerful"]) < usual < spoken_seconds(said["calm"])
    assert spoken_seconds(said["slow"]) > 1.08 * usual


def test_moods_are_heard_in_pitch_melody_and_loudness(said):
    cheerful, neutral, calm = said["cheerful"], said["neutral"], said["calm"]
    assert pitch(cheerful) > 1.04 * pitch(neutral) > pitch(neutral) > pitch(calm)
    assert spread(cheerful) > spread(neutral) > spread(calm)
    assert loudness(cheerful) > loudness(neutral) > loudness(calm) + 1


def test_a_mark_sounds_as_the_mood_of_the_digital_human_does(said):
    np.testing.assert_array_equal(said["marked"].samples, said["calm"].samples)
