"""Spans in words, at each border."""

import pytest
from django.utils import translation

from conversations.wording import durations


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "5 seconds"),
        (5, "5 seconds"),
        (5.1, "10 seconds"),
        (12, "15 seconds"),
        (54.9, "55 seconds"),
        (55, "1 minute"),
        (60, "1 minute"),
        (60.1, "2 minutes"),
        (120, "2 minutes"),
        (3600, "60 minutes"),
    ],
)
def test_a_span_is_rounded_up_to_five_seconds_or_minutes(seconds, words):
    assert durations.duration(seconds) == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(11, 14, "15 seconds"), (10, 11, "10 seconds to 15 seconds"), (55, 130, "1 minute to 3 minutes")],
)
def test_a_range_of_equal_words_is_told_once(low, high, words):
    assert durations.span(low, high) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(30, "30 seconds"), (5399, "90 minutes"), (5400, "2 hours"), (7200, "2 hours"), (7201, "3 hours")],
)
def test_a_wait_is_told_in_hours_from_ninety_minutes_on(seconds, words):
    assert durations.wait_words(seconds) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (1, "1 minute"),
        (59, "59 minutes"),
        (60, "1 hour"),
        (61, "61 minutes"),
        (90, "90 minutes"),
        (120, "2 hours"),
        (1439, "1439 minutes"),
        (1440, "1 day"),
        (1500, "25 hours"),
        (2880, "2 days"),
    ],
)
def test_an_exact_span_has_its_largest_whole_unit(minutes, words):
    assert durations.exact(minutes) == words
