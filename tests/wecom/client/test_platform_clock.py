"""How wrong our clock is, by the `Date` of WeChat Work's answers."""

import pytest

from core.metrics.levels import pending
from core.work import process_identity
from wecom.client import access_tokens, platform_clock

MOMENT = 1_767_225_600  # Thu, 01 Jan 2026 00:00:00 GMT


@pytest.mark.parametrize(("ours", "skew"), [(MOMENT + 1.5, 0), (MOMENT + 91.5, 90), (MOMENT - 88.5, -90)])
def test_half_of_the_way_is_the_answers(ours: float, skew: float):
    assert platform_clock.skew_of("Thu, 01 Jan 2026 00:00:00 GMT", 2.0, ours) == skew


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_an_answer_without_a_moment_says_nothing(date: str | None):
    assert platform_clock.skew_of(date, 2.0, MOMENT) is None


@pytest.mark.django_db
def test_a_call_measures_and_the_next_within_a_minute_does_not(connected, monkeypatch):
    monkeypatch.setattr(platform_clock.comparison, "_next_at", 0.0)
    pending.take()
    access_tokens.valid_token(connected)
    measured = pending.take()
    series = ("openuser_clock_skew_seconds", (process_identity.host(), "wecom"))
    assert abs(measured[*series, ""]) < 5
    platform_clock.comparison.compare("Thu, 01 Jan 2026 00:00:00 GMT", 2.0)
    assert not pending.take()
