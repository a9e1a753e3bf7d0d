"""What waits for a server that may be away: in order, once, and never at the cost of who put it there."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from core.background_queue import BackgroundQueue


class Slow:
    """A server that answers when it is let."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.called = threading.Event()
        self.may_answer = threading.Event()

    @contextmanager
    def sender(self) -> Iterator[Callable[[list[int]], None]]:
        yield self._take

    def _take(self, items: list[int]) -> None:
        self.called.set()
        assert self.may_answer.wait(10)
        self.batches.append(items)

    @property
    def got(self) -> list[int]:
        return [item for items in self.batches for item in items]


@pytest.fixture
def slow() -> Iterator[Slow]:
    slow = Slow()
    yield slow
    slow.may_answer.set()


def test_who_puts_something_does_not_wait_for_the_server(slow):
    queue = BackgroundQueue("test", slow.sender, size=10)
    assert all(queue.put(number) for number in (1, 2, 3))
    assert slow.got == []
    assert not queue.flush(0.01)
    slow.may_answer.set()
    assert queue.flush(10)
    assert slow.got == [1, 2, 3]


def test_what_already_waits_is_handed_over_once(slow):
    queue = BackgroundQueue("test", slow.sender, size=10)
    queue.put(0)
    assert slow.called.wait(10)
    for number in (1, 2, 1, 2, 0):
        queue.put(number)
    slow.may_answer.set()
    assert queue.flush(10)
    assert slow.got == [0, 1, 2, 0]


def test_a_full_queue_drops_what_is_new(slow):
    queue = BackgroundQueue("test", slow.sender, size=2)
    queue.put(0)
    assert slow.called.wait(10)
    assert [queue.put(number) for number in (1, 2, 3, 2)] == [True, True, False, True]
    slow.may_answer.set()
    assert queue.flush(10)
    assert slow.got == [0, 1, 2]


def test_what_waits_goes_out_in_batches_of_a_few(slow):
    queue = BackgroundQueue("test", slow.sender, size=10, batch=3)
    queue.put(0)
    assert slow.called.wait(10)
    for number in (1, 2, 3, 4):
        queue.put(number)
    slow.may_answer.set()
    assert queue.flush(10)
    assert slow.batches == [[0], [1, 2, 3], [4]]


def test_the_first_of_a_batch_lingers_for_others(slow):
    slow.may_answer.set()
    queue = BackgroundQueue("test", slow.sender, size=10, batch=3, linger=0.5)
    for number in (0, 1):
        queue.put(number)
    assert queue.flush(10)
    assert slow.batches == [[0, 1]]


def test_an_unforeseen_error_costs_one_item(caplog):
    got: list[int] = []

    def take(items: list[int]) -> None:
        if 1 in items:
            raise LookupError
        got.extend(items)

    @contextmanager
    def sender() -> Iterator[Callable[[list[int]], None]]:
        yield take

    queue = BackgroundQueue("test", sender, size=10)
    for number in (0, 1, 2):
        queue.put(number)
    assert queue.flush(10)
    assert got == [0, 2]
    assert [record.message for record in caplog.records] == ["An item could not be handed over."]
