"""A process counts in memory, from any thread, and a fork begins anew."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.metrics import counts
from core.metrics.counts import MOST_SERIES, Counter, Histogram, Pending, pending


@pytest.fixture
def own(monkeypatch):
    """Metrics that no page exports."""
    monkeypatch.setattr(counts, "metrics", {})
    pending.take()
    yield Counter(name="lost_total", words="", labels=("why",))
    pending.take()


def test_threads_lose_no_count(own):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: own.add("x"), range(2000)))
    assert pending.take() == {("lost_total", ("x",), ""): 2000}


def test_an_observation_counts_in_the_bucket_that_holds_it(own):
    seconds = Histogram(name="seconds", words="", limits=(0.1, 1))
    for value in (0.1, 0.5, 7):
        seconds.observe(value)
    assert pending.take() == {
        ("seconds", (), "0.1"): 1,
        ("seconds", (), "1"): 1,
        ("seconds", (), "+Inf"): 1,
        ("seconds", (), "sum"): 7.6,
    }


def test_a_fork_does_not_count_what_its_parent_has_counted(own):
    own.add("x")
    pid = os.fork()
    if pid == 0:
        os._exit(len(pending.take()))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert len(pending.take()) == 1


def test_a_label_without_bounds_does_not_fill_the_memory():
    some = Pending()
    some.add((("x", (str(number),), ""), 1) for number in range(MOST_SERIES + 5))
    some.add([(("x", ("0",), ""), 1)])
    taken = some.take()
    assert len(taken) == MOST_SERIES
    assert taken["x", ("0",), ""] == 2


def test_two_metrics_of_one_name_are_refused(own):
    with pytest.raises(ValueError, match="lost_total"):
        Counter(name="lost_total", words="")
