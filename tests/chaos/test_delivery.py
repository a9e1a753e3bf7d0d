"""A short version of `python -m tests.chaos.delivery`, with the stack of these tests."""

import pytest

from tests.chaos.delivery import play

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.databases]


def test_through_faults_and_kills_no_message_is_lost_or_doubled(stack):
    report = play(stack, ("worker",), messages=120, members=30, kills=3, seconds=240)
    assert (report.lost, report.doubled) == (0, 0), report
    assert report.kills == 3
    assert report.faults
    assert report.tries["sent"] == 120
