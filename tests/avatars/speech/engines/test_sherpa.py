"""sherpa-onnx with the files of the settings; without the package, what is missing."""

import pytest

from avatars.adapters.availability import State, installed
from avatars.exceptions import AvatarError, EngineMissing
from avatars.speech.engines.sherpa import Sherpa
from tests.avatars.support.tiny_onnx import piper_voice
from tests.support.optional_packages import needs

here = needs("sherpa_onnx", "sherpa-onnx")
NUMBERS = ("add_blank", "bos_id", "n_speakers", "use_eos_bos")
METADATA = {
    **dict.fromkeys(NUMBERS, "1"),
    **dict.fromkeys(("blank_id", "pad_id", "has_espeak", "jieba"), "0"),
    **{"model_type": "vits", "comment": "piper", "language": "English", "voice": "", "frontend": "characters"},
    **{"sample_rate": "22050", "eos_id": "2", "punctuation": ". , ?"},
}


def bring_model(folder):
    """A model of letters, written by hand."""
    (folder / "model.onnx").write_bytes(piper_voice(METADATA.items()))
    signs = [
        *zip("_^$ ", range(4), strict=True),
        *((sign, 40 + n) for n, sign in enumerate("abcdefghijklmnopqrstuvwxyz.,?")),
    ]
    (folder / "tokens.txt").write_text("".join(f"{sign} {number}\n" for sign, number in signs))
    return {"kind": "vits", "model": "model.onnx", "tokens": "tokens.txt"}


def test_what_it_lacks_is_named(tmp_path):
    assert Sherpa.probe().about == "OPENUSER_SHERPA_MODEL"
    assert Sherpa.probe(model={"kind": "hologram", "model": "a/b"}).about == "OPENUSER_SHERPA_MODEL"
    model = bring_model(tmp_path)
    (tmp_path / "tokens.txt").unlink()
    found = Sherpa.probe(model=model, folder=tmp_path)
    assert found.state is (State.FILE if installed("sherpa_onnx") else State.PACKAGE)
    assert {file.name for file in found.files} == {"model", "tokens"}
    with pytest.raises(EngineMissing) as caught:
        Sherpa(model=model, folder=tmp_path)
    assert (caught.value.field, caught.value.code) == ("speech_engine", "engine_unavailable")


@here
def test_it_speaks_by_the_number_of_a_speaker(tmp_path):
    engine = Sherpa(model=bring_model(tmp_path), folder=tmp_path)
    slow, fast = (engine.say("hello there", language="en", voice="0", speed=speed) for speed in (1.0, 2.0))
    assert slow.rate == 22_050
    assert len(fast.samples) * 2 == len(slow.samples)
    with pytest.raises(AvatarError) as caught:
        engine.speak("Hello.", voice="Amy")
    assert caught.value.code == "voice_unknown"


@here
def test_what_it_does_not_know_of_a_model_is_said(tmp_path):
    with pytest.raises(EngineMissing, match="does not know"):
        Sherpa(model={**bring_model(tmp_path), "colour": 3}, folder=tmp_path)
