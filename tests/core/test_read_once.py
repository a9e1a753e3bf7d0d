"""Things are read once within a block, and each time outside of it."""

from itertools import count

from core.read_once import kept, reading_once


def test_a_block_reads_each_thing_once():
    numbers = count()
    with reading_once():
        read = [kept(key, lambda: next(numbers)) for key in ("a", "b", "a")]
    assert read == [0, 1, 0]


def test_the_next_block_reads_again():
    numbers = count()
    for expected in (0, 1):
        with reading_once():
            assert [kept("a", lambda: next(numbers)) for _ in range(2)] == [expected] * 2


def test_outside_of_a_block_everything_is_read_each_time():
    numbers = count()
    assert [kept("a", lambda: next(numbers)) for _ in range(2)] == [0, 1]


def test_nothing_that_was_read_is_kept_too():
    calls = []
    with reading_once():
        for _ in range(2):
            assert kept("a", lambda: calls.append(1)) is None
    assert calls == [1]
