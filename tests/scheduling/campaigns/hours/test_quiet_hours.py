"""Send windows and quiet hours together: when a message may go out, and until when it waits."""

from datetime import date, time, timedelta

import pytest

from scheduling import services
from scheduling.business_calendar import Calendar
from scheduling.campaigns import campaign_validation
from scheduling.campaigns.hours.quiet_hours import SendHours, SendWindow
from scheduling.campaigns.sending_policy import Policy
from scheduling.models import Batch, SendingPolicy
from tests.scheduling.support.campaigns import approve, launch, make_campaign
from tests.scheduling.support.plain_messages import SHANGHAI, clock
from tests.support import factories

NIGHT = Policy(quiet_from=time(21), quiet_until=time(8))
OFFICE = SendWindow(opens=time(9), closes=time(18))
MONDAYS = SendWindow(opens=time(9), closes=time(10), weekdays=frozenset({1}))
SHIFT = SendWindow(opens=time(22), closes=time(2), weekdays=frozenset({5}))
GOLDEN_WEEK = Calendar(days={date(2026, 10, day): False for day in range(1, 8)})
WORKING = SendWindow(opens=time(9), closes=time(18), calendar=GOLDEN_WEEK)


@pytest.mark.parametrize(
    ("window", "now", "until"),
    [
        (OFFICE, "2026-11-24T08:59", "2026-11-24T09:00"),
        (OFFICE, "2026-11-24T09:00", None),
        (OFFICE, "2026-11-24T17:59", None),
        (OFFICE, "2026-11-24T18:00", "2026-11-25T09:00"),
        (MONDAYS, "2026-11-24T09:30", "2026-11-30T09:00"),
        (SHIFT, "2026-11-28T01:59", None),
        (SHIFT, "2026-11-28T22:30", "2026-12-04T22:00"),
        (SendWindow(weekdays=frozenset({6, 7})), "2026-11-27T12:00", "2026-11-28T00:00"),
        (SendWindow(weekdays=frozenset({6, 7})), "2026-11-29T00:00", None),
        (WORKING, "2026-09-30T18:30", "2026-10-08T09:00"),
    ],
)
def test_a_window_opens_on_its_days_and_hours(window, now, until):
    hold = SendHours(policy=Policy(), window=window).hold(clock(now), SHANGHAI)
    assert (hold.until if hold else None) == (clock(until) if until else None)


@pytest.mark.parametrize(
    ("window", "now", "until", "reason"),
    [
        (SendWindow(), "2026-11-24T22:00", "2026-11-25T08:00", "quiet"),
        (OFFICE, "2026-11-24T22:00", "2026-11-25T09:00", "window"),
        (SendWindow(opens=time(6), closes=time(9)), "2026-11-24T12:00", "2026-11-25T08:00", "quiet"),
    ],
)
def test_it_waits_until_both_allow_it(window, now, until, reason):
    hold = SendHours(policy=NIGHT, window=window).hold(clock(now), SHANGHAI)
    assert hold is not None
    assert (hold.until, hold.reason) == (clock(until), reason)


@pytest.mark.parametrize(
    ("window", "never"),
    [
        (SendWindow(opens=time(22), closes=time(7)), True),
        (SendWindow(opens=time(21), closes=time(8)), True),
        (SendWindow(opens=time(22), closes=time(9)), False),
        (SendWindow(opens=time(20), closes=time(22)), False),
        (SendWindow(weekdays=frozenset()), True),
    ],
)
def test_a_window_inside_the_quiet_hours_never_opens(window, never):
    assert SendHours(policy=NIGHT, window=window).never_allow(clock("2026-11-24T12:00"), SHANGHAI) is never


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"window_from": time(9)}, "window_half", "window_until"),
        ({"window_until": time(9)}, "window_half", "window_from"),
        ({"window_from": time(9), "window_until": time(9)}, "window_empty", "window_until"),
        ({"window_days": "chosen"}, "window_weekdays", "window_weekdays"),
        ({"window_days": "chosen", "window_weekdays": [8]}, "window_weekdays", "window_weekdays"),
        ({"window_from": time(22), "window_until": time(7)}, "window_quiet", "window_from"),
    ],
)
def test_a_window_that_cannot_be_says_so_at_its_field(application, fields, code, field):
    SendingPolicy.objects.create(corporation=application.corporation, quiet_from=time(21), quiet_until=time(8))
    (problem,) = campaign_validation.problems(make_campaign(**fields), clock("2026-11-24T12:00"))
    assert (problem.code, problem.field) == (code, field)
    assert problem.remedy


@pytest.mark.django_db
def test_what_is_due_outside_its_window_goes_out_when_it_opens(application):
    factories.make_member(application, "lisi", status="active")
    evening = clock("2026-11-27T20:00")  # a Friday
    campaign = launch(now=evening, window_from=time(9), window_until=time(18), window_days="working")
    services.start_run(campaign.runs.get().pk, now=evening)
    batch = Batch.objects.get()
    services.send_batch(batch.pk, now=evening)
    batch.refresh_from_db()
    assert (batch.reason, batch.due_at) == ("window", clock("2026-11-30T09:00"))
    services.send_batch(batch.pk, now=batch.due_at)
    batch.refresh_from_db()
    assert batch.status == "done"


@pytest.mark.django_db
def test_new_quiet_hours_wake_what_waits_for_the_old_ones(application):
    factories.make_member(application, "lisi", status="active")
    night = clock("2026-11-24T22:00")
    policy = SendingPolicy(corporation=application.corporation, quiet_from=time(21), quiet_until=time(8))
    services.save_sending_policy(policy, now=night)
    campaign = launch(now=night)
    services.start_run(campaign.runs.get().pk, now=night)
    services.send_batch(Batch.objects.get().pk, now=night)
    policy.quiet_from = policy.quiet_until = None
    assert services.save_sending_policy(policy, now=night) == []
    assert Batch.objects.get().due_at == night


@pytest.mark.django_db
def test_a_policy_names_the_campaigns_that_it_silences(application):
    campaign = make_campaign(window_from=time(22), window_until=time(23))
    policy = SendingPolicy(corporation=application.corporation, quiet_from=time(21), quiet_until=time(8))
    assert services.save_sending_policy(policy) == [campaign]


@pytest.mark.django_db
def test_the_start_page_says_what_it_waits_for(application):
    factories.make_member(application, "lisi", status="active")
    evening = clock("2026-11-27T20:00")
    hours = {"window_from": time(9), "window_until": time(18)}
    found = services.forecast_start(approve(make_campaign(**hours)), now=evening)
    assert (found.starts_at, found.held) == (clock("2026-11-28T09:00"), Batch.Reason.WINDOW.label)
    found = services.forecast_start(approve(make_campaign(valid_minutes=60, **hours)), now=evening)
    assert found.is_blocked
    assert found.starts_at - evening == timedelta(hours=13)
