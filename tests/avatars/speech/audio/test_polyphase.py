"""The polyphase filter gives what scipy's does, at every rate that sound comes in."""

from math import gcd

import numpy as np
import pytest

from avatars.speech.audio import polyphase


@pytest.mark.parametrize("count", [0, 1, 30, 5000])
@pytest.mark.parametrize(
    ("rate", "to"), [(1, 4), (24_000, 16_000), (16_000, 24_000), (44_100, 24_000), (24_000, 44_100), (8_000, 48_000)]
)
def test_another_rate_sounds_as_scipy_makes_it(count, rate, to):
    # To import it takes a second, and every process of the suite imports this module.
    from scipy.signal import resample_poly

    samples = np.random.default_rng(1).standard_normal(count).astype(np.float32)
    up, down = to // gcd(rate, to), rate // gcd(rate, to)
    found = polyphase.resampled(samples, up, down)
    assert found.dtype == np.float32
    assert np.allclose(found, resample_poly(samples, up, down) if count else [], atol=5e-6)
