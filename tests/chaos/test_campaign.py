"""Campaigns whose workers die: a short version of `python -m tests.chaos.campaign`, and every step of the way."""

import secrets

import pytest

from tests.chaos.campaign import CampaignReport, play
from tests.chaos.crash_points.test_crash_points import die
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.databases]
MEMBERS = 60
POINTS = ["run.claimed", "batch.claimed", "batch.queued"]


def send(stack: Stack, text: str, events: list, share: float = 0.0) -> CampaignReport:
    prefix = f"c{secrets.token_hex(4)}x"
    audience = {"members": [f"{prefix}{number}" for number in range(1, MEMBERS + 1)]}
    text = f"{text} {secrets.token_hex(4)}"
    return play(
        stack, prefix=prefix, members=MEMBERS, text=text, audience=audience, events=events, share=share, seconds=240
    )


def test_through_faults_and_kills_everybody_gets_it_once(stack):
    report = send(stack, "{{name}}，明天放假", [(0.4, lambda: stack.restart("worker"))], share=0.2)
    assert (report.lost, report.doubled) == (0, 0), report
    assert report.outcomes == {"sent": MEMBERS}
    assert sum(report.faults.values()) > 0


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_dies_at_a_step_doubles_nothing(stack, point):
    stack.doom("worker", point)
    report = send(stack, "各位同事：明天放假", [(0.0, lambda: die(stack, "worker"))])
    assert (report.lost, report.doubled) == (0, 0), report
    assert report.outcomes == {"sent": MEMBERS}
