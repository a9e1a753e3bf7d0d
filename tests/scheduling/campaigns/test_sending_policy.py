"""Quiet hours and caps as values: over midnight, in another zone, at their edges."""

from datetime import time
from zoneinfo import ZoneInfo

import pytest

from scheduling.campaigns.sending_policy import Policy, cap_windows
from tests.scheduling.support.plain_messages import SHANGHAI, clock

NIGHT = Policy(quiet_from=time(21), quiet_until=time(8))
NOON = Policy(quiet_from=time(12), quiet_until=time(13, 30))


@pytest.mark.parametrize(
    ("policy", "now", "until"),
    [
        (NIGHT, "2026-12-01T20:59", None),
        (NIGHT, "2026-12-01T21:00", "2026-12-02T08:00"),
        (NIGHT, "2026-12-02T07:59", "2026-12-02T08:00"),
        (NIGHT, "2026-12-02T08:00", None),
        (NOON, "2026-12-01T12:30", "2026-12-01T13:30"),
        (NOON, "2026-12-01T13:30", None),
        (NOON, "2026-12-01T11:59", None),
        (Policy(), "2026-12-01T03:00", None),
    ],
)
def test_quiet_hours_end_at_their_end(policy, now, until):
    assert policy.quiet_until_when(clock(now), SHANGHAI) == (clock(until) if until else None)


def test_quiet_hours_are_those_of_the_zone():
    assert NIGHT.quiet_until_when(clock("2026-12-01T22:00"), ZoneInfo("Europe/London")) is None


def test_caps_count_from_midnight_and_from_monday():
    policy = Policy(daily_cap=2, weekly_cap=5)
    windows = cap_windows(clock("2026-12-03T15:00"), SHANGHAI, policy)  # a Thursday
    assert windows == [(clock("2026-12-03T00:00"), 2), (clock("2026-11-30T00:00"), 5)]
    assert cap_windows(clock("2026-12-03T15:00"), SHANGHAI, Policy()) == []
