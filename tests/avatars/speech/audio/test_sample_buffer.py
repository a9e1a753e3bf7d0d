"""Samples that grow at their end are those that were added, bit for bit."""

import numpy as np

from avatars.speech.audio.sample_buffer import SampleBuffer, let_go, room

MANY = 100_000


def parts(*lengths):
    random = np.random.default_rng(4)
    return [random.normal(0, 0.2, length).astype(np.float32) for length in lengths]


def test_a_buffer_holds_the_parts_in_their_order():
    added, buffer = parts(7, 0, MANY, 1, 2 * MANY + 3), SampleBuffer()
    for part in added:
        buffer.append(part)
    expected = np.concatenate(added)
    assert buffer.cut(3, MANY + 9).tobytes() == expected[3 : MANY + 9].tobytes()
    assert buffer.cut(len(expected) - 2, len(expected) + 5).tobytes() == expected[-2:].tobytes()
    assert buffer.whole().tobytes() == expected.tobytes()
    assert buffer.cut(3, 9).tobytes() == expected[3:9].tobytes()


def test_what_was_cut_stays_when_the_buffer_grows():
    first, second = parts(1000, 2 * MANY)
    buffer = SampleBuffer()
    buffer.append(first)
    kept = buffer.cut(0, 1000)
    buffer.append(second)
    assert kept.tobytes() == first.tobytes()


def test_an_empty_buffer_has_no_samples():
    buffer = SampleBuffer()
    assert not len(buffer.cut(0, 10))
    assert not len(buffer.whole())


def test_room_in_a_folder_keeps_what_was_let_go(tmp_path):
    (part,) = parts(MANY)
    made = room(MANY, tmp_path)
    made[:] = part
    let_go(made)
    let_go(made[5:9])
    assert made.tobytes() == part.tobytes()
    assert not list(tmp_path.iterdir()), "its file has no name"


def test_room_without_a_folder_is_memory():
    assert room(7, None).shape == (7,)
    let_go(room(7, None))
