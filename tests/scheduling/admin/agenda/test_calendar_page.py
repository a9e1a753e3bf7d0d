"""The calendar page: what it shows to whom, its filters and spans, and the address that moves an entry."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from scheduling import services
from scheduling.admin.agenda.filter_form import Span
from scheduling.models import Campaign
from tests.scheduling.support.campaign_pages import page, person_of, seen
from tests.scheduling.support.campaigns import approve, make_campaign
from tests.support import factories

pytestmark = pytest.mark.django_db
CALENDAR = "/admin/calendar/"
MOVE = f"{CALENDAR}move/"
TODAY = timezone.localdate()
NEXT, AFTER = TODAY + timedelta(days=8), TODAY + timedelta(days=9)
AT = timezone.make_aware(datetime.combine(NEXT, time(10, 15)))  # on that day too when midnight passes meanwhile


@pytest.fixture(autouse=True)
def ready(application):
    cache.clear()
    factories.make_member(application, "zhangsan", status="active")


@pytest.fixture
def hr() -> Client:
    return person_of("editor", "operator", name="hr")


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(name="年会通知", starts_at=AT)


def move(client: Client, campaign: Campaign, day: object = AFTER, seen: object = NEXT, **fields: str) -> Any:
    return client.post(MOVE, {"campaign": f"{campaign.pk}", "day": f"{day}", "seen": f"{seen}", **fields})


def test_an_entry_has_its_time_state_count_and_link(hr, campaign):
    html = seen(hr, CALENDAR, view="week", on=f"{NEXT}", part="1")
    entry = html.partition(f'data-movable="{campaign.pk}"')
    for words in ("10:15", "年会通知", "draft", "1 member"):
        assert words in entry[2].partition("</a>")[0]
    assert page(campaign) in entry[0][-200:] + entry[2][:10]


def test_a_page_counts_nothing_until_its_script_asks(hr, campaign):
    shown = {"view": "week", "on": f"{NEXT}"}
    first, part, again = (seen(hr, CALENDAR, **shown, **more) for more in ({}, {"part": "1"}, {}))
    assert "data-uncounted" in first
    assert "1 member" not in first
    for html in (part, again):
        assert "data-uncounted" not in html
        assert "1 member" in html
        assert 'data-testid="peak"' in html


def test_today_holidays_and_make_up_days_are_marked(hr):
    assert 'aria-current="date"' in seen(hr, CALENDAR)
    html = seen(hr, CALENDAR, on="2026-10-01")
    for words in ("day off · National Day", "make-up day · National Day"):
        assert words in html
    chinese = hr.get(CALENDAR, {"on": "2026-10-01"}, headers={"accept-language": "zh-hans"}).content.decode()
    assert "调休上班 · 国庆节" in chinese


def test_without_rights_to_change_nothing_can_be_moved(campaign):
    viewer = person_of("viewer")
    html = seen(viewer, CALENDAR, view="week", on=f"{NEXT}")
    assert "年会通知" in html
    assert "data-movable" not in html
    assert move(viewer, campaign).status_code == 403


def test_who_may_not_see_campaigns_sees_no_calendar(campaign):
    assert person_of(name="nobody").get(CALENDAR).status_code == 403


def test_the_filter_hides_what_does_not_match(hr, campaign):
    make_campaign(name="晨会", repeats="cron", cron="0 9 * * *")
    html = seen(hr, CALENDAR, view="week", on=f"{NEXT}", kind="repeated")
    assert "晨会" in html
    assert "年会通知" not in html
    assert "Nothing here matches" in seen(hr, CALENDAR, q="没有这样的词", kind="nonsense")


def test_a_day_with_many_entries_leads_to_its_week(hr):
    for number in range(6):
        make_campaign(name=f"活动{number}", starts_at=AT + timedelta(minutes=number))
    html = seen(hr, CALENDAR, on=f"{NEXT}")
    assert "2 more" in html
    assert f"?view=week&amp;on={NEXT}" in html


@pytest.mark.parametrize("view", ["month", "week", "year"])
@pytest.mark.parametrize("on", ["", "x", "2026-02-31", "0001-01-01", "9999-12-31", "2028-02-29", "2026-12-31"])
def test_spans_are_whole_weeks_and_lead_to_their_neighbours(view, on):
    span = Span.of(view, on)
    assert (span.first.weekday(), span.last.weekday()) == (0, 6)
    assert span.first <= span.on <= span.last
    for day in (span.before, span.after):
        neighbour = Span.of(span.view, f"{day}")
        assert (neighbour.first, neighbour.view) != (span.first, "year")
        assert abs((neighbour.on - span.on).days) <= 45


def test_a_draft_is_moved_and_that_is_logged(hr, campaign):
    answer = move(hr, campaign)
    assert answer.json()["day"] == f"{AFTER}"
    assert answer.json()["back"] == f"{NEXT}"
    assert "年会通知" in answer.json()["moved"]
    campaign.refresh_from_db()
    assert timezone.localdate(campaign.starts_at) == AFTER
    assert "moved" in LogEntry.objects.get(object_id=campaign.pk).change_message


def test_an_approved_campaign_asks_before_its_approval_ends(hr, campaign):
    approve(campaign)
    asked = move(hr, campaign)
    assert "approved" in asked.json()["ask"]
    assert "draft" in move(hr, campaign, voids="yes").json()["moved"]
    campaign.refresh_from_db()
    assert campaign.state == "draft"


def test_what_cannot_be_moved_is_answered_with_a_remedy(hr, campaign):
    for answer in (
        move(hr, campaign, TODAY - timedelta(days=1)),
        move(hr, campaign, seen=TODAY),
        move(hr, make_campaign(repeats="cron", cron="0 9 * * *")),
    ):
        assert answer.status_code == 200
        assert answer.json()["error"]
    for key in ("999999", "film-1"):
        assert hr.post(MOVE, {"campaign": key, "day": f"{AFTER}"}).status_code == 403
    assert hr.get(MOVE).status_code == 405


def test_a_started_one_is_moved_by_those_who_may_start_it(hr):
    campaign = services.start_campaign(make_campaign(name="值班", policy="alone", starts_at=AT), alone=True)
    assert "moved" in move(hr, campaign).json()
    campaign.refresh_from_db()
    assert (campaign.state, timezone.localdate(campaign.next_at)) == ("scheduled", AFTER)
    writer = person_of("editor", name="writer")
    assert "started again" in move(writer, campaign, NEXT, AFTER).json()["ask"]
    assert "start it once more" in move(writer, campaign, NEXT, AFTER, voids="yes").json()["moved"]
    campaign.refresh_from_db()
    assert campaign.state == "draft"


def test_the_calendar_is_in_the_sidebar_and_on_the_home_page(hr):
    html = seen(hr, "/admin/")
    assert html.count(f'href="{CALENDAR}"') >= 2
