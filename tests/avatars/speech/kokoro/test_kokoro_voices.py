"""Voices of Kokoro and their blends."""

import numpy as np
import pytest

from avatars.exceptions import AvatarError
from avatars.speech.kokoro.kokoro_voices import COLOUR, Voices, parse


def test_blends_are_shares_of_one() -> None:
    assert parse("zf_xiaobei") == {"zf_xiaobei": 1}
    assert parse(" 3 * zf_xiaobei + af_heart") == {"zf_xiaobei": 0.75, "af_heart": 0.25}
    voices = Voices()
    half = voices.style("0.5*zf_xiaobei+0.5*af_heart")
    assert np.allclose(half, (voices.style("zf_xiaobei") + voices.style("af_heart")) / 2, atol=1e-6)


@pytest.mark.parametrize("voice", ["", "+", "0*zf_xiaobei", "zf_xiaobei*0.5", "-1*zf_xiaobei", "../etc"])
def test_a_malformed_blend_is_refused(voice: str) -> None:
    with pytest.raises(AvatarError) as caught:
        parse(voice)
    assert caught.value.field == "voice"


def test_a_blend_is_more_english_in_mixed_text() -> None:
    voices, blend = Voices(), "0.6*zf_xiaobei+0.4*af_heart"
    chinese, english = voices.style("zf_xiaobei"), voices.style("af_heart")
    mixed = voices.style(blend, mixed=True)
    np.testing.assert_allclose(mixed[:, COLOUR], 0.3 * chinese[:, COLOUR] + 0.7 * english[:, COLOUR], atol=1e-6)
    melody = slice(COLOUR.stop, None)
    np.testing.assert_array_equal(mixed[:, melody], voices.style(blend)[:, melody])
    for alone in ("zf_xiaobei", "af_heart", "0.5*zf_xiaobei+0.5*zm_yunxi", "0.1*zf_xiaobei+0.9*af_heart"):
        np.testing.assert_array_equal(voices.style(alone, mixed=True), voices.style(alone))
