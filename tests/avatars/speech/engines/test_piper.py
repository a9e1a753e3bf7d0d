"""Piper's voices, with a hand-written network in place of a downloaded one."""

import json

import numpy as np
import pytest

from avatars.adapters.availability import State
from avatars.exceptions import AvatarError, EngineFailed, EngineMissing
from avatars.speech.engines.piper import Piper, _english
from tests.avatars.support.tiny_onnx import piper_voice

SIGNS = "_^$ !',-.:;?abdefhijklmnoprstuvwzæðŋɐɑɔəɚɛɜɡɪɹɾʃʊʌʒˈˌːθᵻ"


def bring_voice(folder, name="hum", *, language="en-us", **changes):
    """A voice as people bring one; it hums as long as its words are."""
    (folder / f"{name}.onnx").write_bytes(piper_voice())
    about = {
        "audio": {"sample_rate": 22_050},
        "espeak": {"voice": language},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        # Loud for a sound, silent for what is none.
        "phoneme_id_map": {sign: [0 if sign in "_^$ .,!?" else 40 + n] for n, sign in enumerate(SIGNS)},
        "num_speakers": 1,
        "speaker_id_map": {},
        **changes,
    }
    (folder / f"{name}.onnx.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def test_our_phonemes_are_written_as_espeak_writes_them():
    for text, ipa in (
        ("voice choice", "vˈɔɪs tʃˈɔɪs"),
        ("The fox jumps.", "ðə fˈɑːks dʒˈʌmps."),
        ("nice brown dogs", "nˈaɪs bɹˈaʊn dˈɔːɡz"),
        ("easy", "ˈiːzi"),
    ):
        assert "".join(_english(text)) == ipa


def test_the_network_gets_each_sound_between_blanks(tmp_path):
    engine = Piper(folder=bring_voice(tmp_path))
    heard = engine.say("a", language="en", voice="hum", speed=1.0)
    count = len("".join(_english("a")))
    # ^ _, each sound and a blank, $; every one is 1200 samples.
    assert len(heard.samples) == 1200 * (2 + 2 * count + 1)
    pieces = np.abs(heard.samples.reshape(-1, 1200)).max(axis=1)
    assert [piece > 0.01 for piece in pieces] == [False, False, *[True, False] * count, False]
    assert len(engine.say("a", language="en", voice="hum", speed=2.0).samples) * 2 == len(heard.samples)


def test_a_voice_of_another_language_is_refused_and_says_what_helps(tmp_path):
    engine = Piper(folder=bring_voice(tmp_path))
    with pytest.raises(EngineFailed, match="another language") as caught:
        engine.speak("你好。", voice="hum")
    assert (caught.value.code, caught.value.field) == ("engine_refused", "speech_engine")
    assert "piper-tts" in caught.value.remedy


def test_an_unknown_voice_is_named_with_those_that_there_are(tmp_path):
    with pytest.raises(AvatarError) as caught:
        Piper(folder=bring_voice(tmp_path)).speak("Hello.", voice="../hum")
    assert caught.value.code == "voice_unknown"
    assert "hum" in caught.value.remedy


def test_a_broken_file_is_no_voice(tmp_path):
    bring_voice(tmp_path)
    (tmp_path / "hum.onnx").write_bytes(b"<html>" * 1000)
    with pytest.raises(EngineMissing, match="cannot be loaded"):
        Piper(folder=tmp_path).speak("Hello.", voice="hum")


def test_what_it_lacks_is_named(tmp_path):
    assert Piper.probe().about == "OPENUSER_PIPER_DIR"
    assert Piper.probe(folder=tmp_path).state is State.FILE
    with pytest.raises(EngineMissing, match="no voice"):
        Piper(folder=tmp_path)
    (tmp_path / "alone.onnx").write_bytes(b"x" * 2000)
    assert Piper.probe(folder=tmp_path).state is State.FILE, "its description is missing"
    assert Piper.probe(folder=bring_voice(tmp_path)).ok
