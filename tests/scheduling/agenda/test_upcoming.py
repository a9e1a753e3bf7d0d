"""Everything that goes out in a span of days, what went out, and how many queries it takes."""

from datetime import date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling import services
from scheduling.agenda import counted_days
from scheduling.agenda.agenda_entries import State
from scheduling.agenda.agenda_filters import Filters
from scheduling.models import Campaign, CampaignContent, CampaignRun
from tests.scheduling.support.campaigns import launch, make_campaign, work
from tests.scheduling.support.plain_messages import SHANGHAI, clock
from tests.support import factories
from wecom.models import Application

pytestmark = pytest.mark.django_db
NOW = clock("2026-11-24T12:00")
FIRST, LAST = date(2026, 11, 23), date(2026, 12, 6)


@pytest.fixture(autouse=True)
def people(application):
    cache.clear()
    for name in ("zhangsan", "lisi", "wangwu"):
        factories.make_member(application, name, name=name, status="active")


def shown(filters: Filters | None = None, since: date = FIRST, until: date = LAST, **fields) -> list[tuple[str, ...]]:
    found = services.upcoming(since, until, filters, now=fields.pop("now", NOW), **fields)
    return [(f"{one.at.astimezone(SHANGHAI):%m-%d %H:%M}", one.name, str(one.state)) for one in found.entries]


def alone(name: str, cron: str) -> Campaign:
    """A repeated campaign without approval that is started."""
    campaign = make_campaign(name=name, policy="alone", repeats="cron", cron=cron)
    return services.start_campaign(campaign, alone=True, now=NOW)


def test_campaigns_stand_on_their_days():
    make_campaign(name="年会", starts_at=clock("2026-11-30T10:00"))
    launch(name="周报", repeats="cron", cron="0 9 * * 1", now=NOW)
    alone("晨会", "30 8 * * 2")
    assert shown() == [
        ("11-30 09:00", "周报", "scheduled"),
        ("11-30 10:00", "年会", "draft"),
        ("12-01 08:30", "晨会", "scheduled"),
    ]


def test_the_next_moment_of_each_comes_soonest_first_and_drafts_do_not():
    make_campaign(name="草稿", starts_at=clock("2026-11-25T10:00"))
    launch(name="周报", repeats="cron", cron="0 9 * * 1", now=NOW)
    alone("晨会", "30 8 * * 1-5")
    found = services.next_entries(5, now=NOW)
    assert [(one.name, f"{one.at.astimezone(SHANGHAI):%m-%d %H:%M}") for one in found] == [
        ("晨会", "11-25 08:30"),
        ("周报", "11-30 09:00"),
    ]
    assert services.next_entries(5, campaigns=False, now=NOW) == []


def test_a_repeated_campaign_ends_on_its_last_day():
    make_campaign(name="周报", repeats="cron", cron="0 9 * * 1,3", ends_on=date(2026, 12, 1))
    assert [at for at, _name, _state in shown()] == ["11-25 09:00", "11-30 09:00"]


def test_a_campaign_on_working_days_follows_the_companys_calendar():
    make_campaign(name="晨会", repeats="cron", cron="0 9 * * *", days="working")
    now = clock("2026-09-19T12:00")
    found = [at[:5] for at, *_rest in shown(since=date(2026, 9, 20), until=date(2026, 10, 10), now=now)]
    assert "09-20" in found
    assert "10-10" in found
    assert not {"09-25", *(f"10-0{day}" for day in range(1, 8))} & set(found)


def test_drafts_and_paused_campaigns_are_told_apart():
    make_campaign(name="草稿", repeats="cron", cron="0 9 * * 1")
    services.pause_mailing(alone("暂停", "0 9 * * 2"), now=NOW)
    assert [(name, state) for _at, name, state in shown()] == [("草稿", "draft"), ("暂停", "paused")]


def test_what_went_out_stands_with_its_outcome():
    campaign = launch(name="周报", repeats="cron", cron="0 9 * * *", now=clock("2026-11-24T08:00"))
    services.sweep_campaigns(now=clock("2026-11-24T09:00"))
    work(clock("2026-11-24T09:00"), calls=False)
    factories.make_campaign_run(campaign, moment=clock("2026-11-23T09:00"), reason="missed", ended_at=NOW)
    entries = services.upcoming(FIRST, date(2026, 11, 24), now=NOW).entries
    assert [(one.name, one.state, one.members) for one in entries] == [
        ("周报", State.MISSED, 0),
        ("周报", State.RUNNING, 3),
    ]
    assert entries[1].run == CampaignRun.objects.get(campaign=campaign, reason="").pk
    assert [one.note for one in entries] == ["missed", "0 of 3 sent"]


def test_a_campaign_without_a_moment_is_listed_apart():
    make_campaign(name="随时")
    found = services.upcoming(FIRST, LAST, now=NOW)
    assert found.entries == ()
    assert [(one.name, one.movable) for one in found.undated] == [("随时", True)]


def test_members_are_counted_and_quotas_measured(application):
    application.corporation.accounts = 1
    application.corporation.save()
    make_campaign(name="年会", starts_at=clock("2026-11-30T10:00"))
    found = services.upcoming(FIRST, LAST, now=NOW)
    (day,) = [day for day in found.days if day.loads]
    assert day.entries[0].members == 3
    assert (day.loads[0].recipients, day.loads[0].limit, day.loads[0].percent) == (3, 200, 2)
    (peak,) = services.peaks(found, now=NOW)
    assert (peak.day, peak.load.recipients) == (date(2026, 11, 30), 3)
    assert peak.through_at is not None


def test_holidays_and_make_up_days_are_named():
    found = services.upcoming(date(2026, 9, 20), date(2026, 10, 1), now=NOW)
    days = {day.date.day: day for day in found.days}
    assert (days[20].works, days[20].differs, days[20].holiday) == (True, True, "国庆节")
    assert (days[1].works, days[1].differs, days[1].holiday) == (False, True, "国庆节")
    assert (days[25].works, days[25].differs) == (False, True)
    assert (days[26].works, days[26].differs) == (False, False)
    assert (days[21].works, days[21].differs, days[21].holiday) == (True, False, "")


def test_filters_hide_entries_and_not_their_conflicts(application):
    make_campaign({"text": "关于年会"}, name="甲", starts_at=clock("2026-11-30T10:00"), message_class="mandatory")
    make_campaign(name="乙", starts_at=clock("2026-11-30T10:00"))
    alone("丙", "0 9 * * 1")
    human = factories.make_digital_human(name="小新")
    CampaignContent.objects.filter(campaign__name="乙").update(digital_human=human)
    for filters, names in (
        (Filters(kind="once"), ["甲", "乙"]),
        (Filters(kind="repeated"), ["丙"]),
        (Filters(state="scheduled"), ["丙"]),
        (Filters(message_class="mandatory"), ["甲"]),
        (Filters(text="年会"), ["甲"]),
        (Filters(digital_human=human.pk), ["乙"]),
        (Filters(application=application.pk + 1), []),
    ):
        assert sorted(name for _at, name, _state in shown(filters)) == sorted(names), filters
    (one,) = services.upcoming(FIRST, LAST, Filters(text="年会"), now=NOW).entries
    assert [conflict.code for conflict in one.conflicts] == ["same_minute"]


@pytest.mark.databases
def test_a_full_month_takes_as_many_queries_as_an_empty_one(application):
    with CaptureQueriesContext(connection) as few:
        services.upcoming(date(2026, 11, 30), date(2027, 1, 3), now=NOW, seconds=-1)
    day = clock("2026-12-01T09:00")
    campaigns = Campaign.objects.bulk_create(
        Campaign(
            name=f"活动{number}",
            audience={"departments": [{"number": number + 1}]},
            starts_at=day + timedelta(hours=7 * number) if number % 2 else None,
            repeats="once" if number % 2 else "cron",
            cron="" if number % 2 else f"{number % 60} 9 * * 1-5",
            days="every" if number % 4 else "working",
        )
        for number in range(200)
    )
    CampaignContent.objects.bulk_create(CampaignContent(campaign=one, text="{{name|同事}}") for one in campaigns)
    often = Campaign.objects.bulk_create(
        Campaign(name=f"早安{number}", audience={"members": ["lisi"]}, repeats="cron", cron=f"{number % 60} 8 * * *")
        for number in range(300)
    )
    CampaignContent.objects.bulk_create(CampaignContent(campaign=one, text="早") for one in often)
    with CaptureQueriesContext(connection) as many:
        found = services.upcoming(date(2026, 11, 30), date(2027, 1, 3), now=NOW, seconds=-1)
    assert len(found.entries) > 10_000
    assert len(many) <= len(few) + 3 <= 15  # the contents of campaigns, and the working days


def sent(name: str, moments: list[datetime], application: Application) -> list[CampaignRun]:
    """Runs of a campaign that have ended."""
    campaign = factories.make_campaign_row(application, name=name, repeats="cron")
    return [factories.make_campaign_run(campaign, moment=at, status="done", ended_at=at) for at in moments]


@pytest.mark.databases
def test_runs_that_a_day_has_often_are_one_entry(application):
    moments = [clock("2026-11-23T08:00") + timedelta(hours=number) for number in range(6)]
    sent("晨会", moments, application)
    runs = sent("午间", [clock("2026-11-23T12:00") + timedelta(minutes=number) for number in range(3)], application)
    entries = services.upcoming(date(2026, 11, 23), date(2026, 11, 23), now=NOW).entries
    often = [one for one in entries if one.name == "晨会"]
    assert [(one.at, one.times, one.last) for one in often] == [(moments[0], 6, moments[-1])]
    assert sorted(one.run for one in entries if one.name == "午间") == [run.pk for run in runs]


@pytest.mark.databases
def test_runs_of_a_campaign_that_a_day_has_often_have_their_sums(application):
    campaign = factories.make_campaign_row(application, name="快报", repeats="cron")
    for number in range(5):
        at = clock("2026-11-23T08:00") + timedelta(hours=number)
        counts = {"planned": 10 + number, "sent": 10, "failed": number % 2}
        factories.make_campaign_run(campaign, moment=at, status="done", ended_at=at, **counts)
    (entry,) = services.upcoming(date(2026, 11, 23), date(2026, 11, 23), now=NOW).entries
    assert (entry.times, entry.members, entry.recipients) == (5, 12, 60)
    assert entry.note == "50 of 60 sent, 2 failed"


@pytest.mark.databases
def test_of_a_day_with_too_many_runs_the_first_are_counted(application, monkeypatch):
    monkeypatch.setattr(counted_days, "MOST_OF_A_DAY", 4)
    sent("晨会", [clock("2026-11-22T08:00") + timedelta(hours=number) for number in range(6)], application)
    sent("晚会", [clock("2026-11-23T08:00") + timedelta(hours=number) for number in range(4)], application)
    found = services.upcoming(date(2026, 11, 22), date(2026, 11, 23), now=NOW)
    bounded = connection.vendor != "sqlite"
    assert [(day.is_cut, day.entries[0].times) for day in found.days] == [(bounded, 4 if bounded else 6), (False, 4)]
