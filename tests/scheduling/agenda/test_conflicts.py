"""What speaks against entries, as values: whether audiences overlap is told by the test."""

import itertools
from dataclasses import replace
from datetime import time

import pytest

from scheduling.agenda.agenda_entries import Audience, Entry, Kind, State
from scheduling.agenda.conflicts import with_conflicts
from scheduling.agenda.planned import entry_of
from scheduling.agenda.sender_calendars import Applications
from scheduling.audience.audience_rule import parse_audience
from scheduling.campaigns.hours.quiet_hours import SendWindow
from scheduling.models import SendingPolicy
from tests.scheduling.support.campaigns import make_campaign
from tests.scheduling.support.plain_messages import clock

pytestmark = pytest.mark.django_db
NOW = clock("2026-11-29T12:00")


@pytest.fixture
def entry(application):
    """Makes entries of the application, each with a key of its own."""
    keys = itertools.count(1)

    def make(at: str = "2026-11-30T09:00", **fields) -> Entry:
        fields.setdefault("key", next(keys))
        fields.setdefault("name", f"活动{fields['key']}")
        whole = {"kind": Kind.ONCE, "state": State.SCHEDULED, "zone": "Asia/Shanghai", "message_class": "optional"}
        everyone = Audience(application=application.pk, rule=parse_audience({"everyone": True}))
        return Entry(**{**whole, "audience": everyone, "application": application.pk, "at": clock(at), **fields})

    return make


def codes(*entries: Entry, overlap: bool = True) -> list[list[str]]:
    found = with_conflicts(entries, Applications(), lambda _one, _other: overlap, now=NOW)
    return [[one.code for one in entry.conflicts] for entry in found]


def test_two_of_a_minute_to_the_same_members_name_each_other(entry):
    found = with_conflicts([entry(), entry()], Applications(), lambda _one, _other: True, now=NOW)
    assert [[one.code for one in each.conflicts] for each in found] == [["same_minute"], ["same_minute"]]
    assert "活动2" in found[0].conflicts[0].words


def test_two_of_a_minute_to_different_members_are_no_conflict(entry):
    assert codes(entry(), entry(), overlap=False) == [[], []]


def test_what_was_sent_or_is_paused_is_no_conflict(entry):
    assert codes(entry(), entry(state=State.SENT), entry(state=State.PAUSED)) == [[], [], []]


def test_many_of_a_minute_are_counted_and_not_compared(entry):
    found = codes(*(entry() for _number in range(14)), overlap=False)
    assert found == [["same_minute"]] * 14


def test_what_is_over_the_cap_of_a_day_says_so(application, entry):
    SendingPolicy.objects.create(corporation=application.corporation, daily_cap=2)
    times = ("09:00", "10:00", "11:00", "12:00")
    day = [entry(f"2026-11-30T{at}") for at in times]
    assert codes(*day) == [[], [], ["daily_cap"], ["daily_cap"]]
    assert codes(*day, overlap=False) == [[]] * 4
    assert codes(*(entry(f"2026-11-30T{at}", passes_caps=True) for at in times)) == [[]] * 4


def test_what_is_over_the_cap_of_a_week_says_so(application, entry):
    SendingPolicy.objects.create(corporation=application.corporation, weekly_cap=1)
    week = [entry("2026-11-30T09:00"), entry("2026-12-04T09:00"), entry("2026-12-07T09:00")]
    assert codes(*week) == [[], ["weekly_cap"], []]


def test_a_moment_in_the_quiet_hours_says_when_it_goes_out(application, entry):
    policy = {"quiet_from": time(21), "quiet_until": time(8)}
    SendingPolicy.objects.create(corporation=application.corporation, **policy)
    found = with_conflicts([entry("2026-11-30T22:00")], Applications(), lambda *_: True, now=NOW)
    assert [one.code for one in found[0].conflicts] == ["quiet_hours"]
    assert "12-01 08:00" in found[0].conflicts[0].words
    assert codes(entry("2026-11-30T22:00", window=SendWindow(in_quiet_hours=True))) == [[]]


def test_a_moment_outside_of_its_window_says_when_it_goes_out(entry):
    window = SendWindow(opens=time(9, 30), closes=time(11))
    found = with_conflicts([entry(window=window)], Applications(), lambda *_: True, now=NOW)
    assert [one.code for one in found[0].conflicts] == ["send_window"]
    assert found[0].conflicts[0].words.endswith("09:30.")


def test_a_day_off_is_noted_unless_the_rule_minds_it(entry):
    assert codes(entry("2026-12-05T09:00"), overlap=False) == [["day_off"]]
    assert codes(entry("2026-12-05T09:00", only_working_days=True), overlap=False) == [[]]


def test_a_moment_that_has_passed_is_said(entry):
    assert codes(entry("2026-11-27T09:00", state=State.DRAFT)) == [["passed"]]


def test_a_campaign_without_approval_goes_out_in_quiet_hours_and_beside_caps(application):
    SendingPolicy.objects.create(
        corporation=application.corporation, quiet_from=time(21), quiet_until=time(8), daily_cap=1
    )
    alone, other = make_campaign(name="值班", policy="alone"), make_campaign(name="通知")
    found = [
        replace(entry_of(campaign, Applications()), at=clock(f"2026-11-30T22:{minute}"), state=State.SCHEDULED)
        for minute, campaign in ((10, alone), (20, alone), (30, other), (40, other))
    ]
    assert codes(*found) == [[], [], ["quiet_hours"], ["quiet_hours", "daily_cap"]]
