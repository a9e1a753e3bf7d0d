"""What a rehearsal tells is what then happens, and nothing happens by telling it."""

from datetime import date, time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import CalendarDay, Campaign, CampaignRun, Delivery, Segment, SendingPolicy
from tests.scheduling.support.campaigns import approve, launch, make_campaign
from tests.scheduling.support.lived_days import DAYS, NOW, live_through, what_happened, what_was_told
from tests.scheduling.support.plain_messages import clock
from tests.support import factories
from wecom.models import Outbound
from wecom.services import set_facts

pytestmark = pytest.mark.django_db

RECENT = {"rules": [{"subject": "fact:start_date", "test": "within_days", "value": [-1, 0]}]}


@pytest.fixture
def company(application):
    """Members in two zones, one who has left, and one whose first day lies ahead."""
    CalendarDay.objects.filter(corporation=application.corporation).delete()
    for day in range(1, 8):
        CalendarDay.objects.create(corporation=application.corporation, date=date(2026, 10, day))
    SendingPolicy.objects.create(
        corporation=application.corporation, quiet_from=time(21), quiet_until=time(8), daily_cap=2, weekly_cap=9
    )
    for user_id, facts in {
        "zhang": {"city": "上海"},
        "sato": {"time_zone": "Asia/Tokyo", "city": "东京"},
        "newcomer": {"start_date": "2026-10-09"},
        "leaver": {"city": "北京"},
    }.items():
        set_facts(factories.make_member(application, user_id, status="active"), facts)
    factories.make_member(application, "gone", status="left")
    return application


@pytest.fixture
def others(company) -> list[Campaign]:
    """What is scheduled besides: one in the night, one that expires, one on working days, one in two zones."""
    segment = services.save_segment(Segment(corporation=company.corporation, name="新人", rule=RECENT))
    daily = {"repeats": "cron", "time_zone": "Asia/Shanghai"}
    return [
        launch("晚报", name="晚报", now=NOW, cron="30 22 * * *", **daily),
        launch("早", name="早安", now=NOW, cron="0 7 * * *", valid_minutes=30, **daily),
        launch("到岗", name="入职", now=NOW, cron="0 10 * * *", audience={"segments": [segment.pk]}, **daily),
        launch("当地", name="当地", now=NOW, cron="0 12 * * *", in_member_zone=True, interrupts="always", **daily),
    ]


def greeting(**fields: Any) -> Campaign:
    values = {"repeats": "cron", "cron": "0 9 * * *", "time_zone": "Asia/Shanghai", "days": "working"}
    return make_campaign("{{city}}的同事，早上好", name="问候", **{**values, **fields})


def test_the_list_equals_what_then_happens(company, others):
    campaign = greeting(audience={"everyone": True, "members": ["gone"]})
    leavers = {"leaver": date(2026, 10, 8)}
    told = services.rehearse(campaign, days=DAYS, leavers=leavers, now=NOW)
    approve(campaign, NOW)
    services.start_campaign(campaign, now=NOW)
    live_through(told.ends, leavers)
    happened = what_happened()
    assert what_was_told(told) == happened
    reasons = {reason for _user, _at, _name, _status, reason in happened}
    assert {"cap", "expired", "no_value", "left", ""} <= reasons
    hours = {(name, at[-5:]) for _user, at, name, status, _reason in happened if status == "sent"}
    assert {("晚报", "00:00"), ("问候", "01:00"), ("当地", "03:00"), ("当地", "04:00")} <= hours
    assert ("newcomer", "10-09 02:00", "入职", "sent", "") in happened
    greeted = {at[:5] for _user, at, name, status, _reason in happened if name == "问候"}
    assert "10-01" not in greeted


def test_nothing_is_written_and_nothing_is_locked(company, others):
    campaign = greeting()
    counts = {model: model._default_manager.count() for model in (CampaignRun, Delivery, Outbound)}
    with CaptureQueriesContext(connection) as queries:
        services.rehearse(campaign, days=5, now=NOW)
    assert [one["sql"] for one in queries if not one["sql"].startswith("SELECT")] == []
    assert [one["sql"] for one in queries if "FOR UPDATE" in one["sql"]] == []
    assert {model: model._default_manager.count() for model in counts} == counts
    campaign.refresh_from_db()
    assert campaign.state == "draft"


def test_without_the_others_the_cap_is_not_reached(company, others):
    alone = services.rehearse(greeting(), days=4, others=False, now=NOW)
    assert {one.name for line in alone.timelines for one in line.occasions} == {"问候"}
    assert {one.reason for line in alone.timelines for one in line.occasions} == {"", "no_value"}


def test_a_year_without_working_days_is_told(company):
    services.import_days(company.corporation, services.read_day_list("2089-01-01 休"))
    old = clock("2089-12-29T12:00")
    told = services.rehearse(greeting(), days=5, cohort={"members": ["zhang"]}, now=old)
    (held,) = told.dropped
    assert (held.at, "2090" in held.why, told.sent) == (clock("2090-01-01T09:00"), True, 1)


def test_the_words_are_those_of_each_member(company):
    told = services.rehearse(greeting(), days=1, cohort={"members": ["zhang"]}, now=NOW)
    ((line,), (day,)) = told.timelines, told.days
    assert [one.words for one in line.occasions] == ["上海的同事，早上好"]
    assert (day.date, day.sent, told.members) == (date(2026, 9, 28), 1, 1)


def test_a_later_first_day_starts_it_then(company):
    told = services.rehearse(greeting(), since=date(2026, 10, 8), days=2, cohort={"members": ["zhang"]}, now=NOW)
    assert [f"{one.at:%m-%d}" for one in told.timelines[0].occasions] == ["10-08", "10-09"]


def test_one_that_runs_is_rehearsed_from_where_it_is(company):
    campaign = launch("早", now=NOW, repeats="cron", cron="0 9 * * *", time_zone="Asia/Shanghai")
    live_through(clock("2026-09-29T12:00"), {})
    told = services.rehearse(campaign, days=2, cohort={"members": ["zhang"]}, now=clock("2026-09-29T12:00"))
    assert [f"{one.at:%m-%d}" for one in told.timelines[0].occasions] == ["09-30"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"days": 0}, "rehearsal_days"),
        ({"days": 93}, "rehearsal_days"),
        ({"cohort": {"members": ["nobody"]}}, "rehearsal_nobody"),
        ({"leavers": {"nobody": date(2026, 10, 1)}}, "member_unknown"),
    ],
)
def test_what_cannot_be_rehearsed_says_why(company, options, code):
    with pytest.raises(SchedulingError) as caught:
        services.rehearse(greeting(), now=NOW, **options)
    assert caught.value.code == code
    assert caught.value.remedy


def test_too_many_messages_are_refused(company, monkeypatch):
    monkeypatch.setattr("scheduling.rehearsal.moved_clock.MOST_RUNS", 20)
    with pytest.raises(SchedulingError) as caught:
        services.rehearse(greeting(cron="*/10 * * * *", days="every"), days=3, now=NOW)
    assert caught.value.code == "rehearsal_long"


def test_a_broken_campaign_says_what_is_wrong(company):
    with pytest.raises(SchedulingError) as caught:
        services.rehearse(make_campaign("{{nickname}}"), now=NOW)
    assert caught.value.code == "variable_unknown"
