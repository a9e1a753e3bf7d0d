"""Samples that grow at their end are those that were added, bit for bit."""

import numpy as np

from avatars.speech.synthesis.sample_buffer import GROWTH, SampleBuffer


def parts(*lengths):
    random = np.random.default_rng(4)
    return [random.normal(0, 0.2, length).astype(np.float32) for length in lengths]


def test_a_buffer_holds_the_parts_in_their_order():
    added, buffer = parts(7, 0, GROWTH, 1, 2 * GROWTH + 3), SampleBuffer()
    for part in added:
        buffer.append(part)
    expected = np.concatenate(added)
    assert buffer.cut(3, GROWTH + 9).tobytes() == expected[3 : GROWTH + 9].tobytes()
    assert buffer.cut(len(expected) - 2, len(expected) + 5).tobytes() == expected[-2:].tobytes()
    assert buffer.whole().tobytes() == expected.tobytes()
    assert buffer.cut(3, 9).tobytes() == expected[3:9].tobytes()


def test_what_was_cut_stays_when_the_buffer_grows():
    first, second = parts(1000, 2 * GROWTH)
    buffer = SampleBuffer()
    buffer.append(first)
    kept = buffer.cut(0, 1000)
    buffer.append(second)
    assert kept.tobytes() == first.tobytes()


def test_an_empty_buffer_has_no_samples():
    buffer = SampleBuffer()
    assert not len(buffer.cut(0, 10))
    assert not len(buffer.whole())
