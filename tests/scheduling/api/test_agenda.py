"""The calendar over REST: the values of the page, for those who may read campaigns."""

from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from scheduling.models import Campaign, Schedule
from tests.scheduling.support.campaigns import make_campaign
from tests.support import factories
from tests.support.factories import make_api
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db
CALENDAR = "/api/v1/calendar/"
# Days that lie ahead whenever the tests run; 2126-11-25 is a Monday.
DAYS = {"from": "2126-11-25", "to": "2126-12-01"}


@pytest.fixture(autouse=True)
def plans(application):
    cache.clear()
    factories.make_member(application, "zhangsan", status="active")
    make_campaign(name="年会", starts_at="2126-11-25T22:00:00+08:00")
    make_campaign(name="随时")
    make_campaign(name="晨会", repeats="cron", cron="*/10 9 * * 1")


def calendar(*scopes: str, **query: Any) -> Any:
    answer = make_api(*scopes).get(CALENDAR, {**DAYS, **query})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_calendar_has_the_values_of_the_page():
    found = calendar("campaigns:read")
    assert [day["date"] for day in found["days"]] == [f"2126-11-{day}" for day in range(25, 31)] + ["2126-12-01"]
    monday = found["days"][0]
    often, once = monday["entries"]
    assert (often["name"], often["times"], often["schedule"]) == ("晨会", 6, None)
    assert often["campaign"] == Campaign.objects.get(name="晨会").pk
    assert often["at"].startswith("2126-11-25T09:00")
    assert (once["kind"], once["state"], once["members"]) == ("once", "draft", 1)
    assert monday["loads"][0]["recipients"] == 7
    assert [one["name"] for one in found["undated"]] == ["随时"]
    assert found["uncounted"] == 0


def test_the_calendar_is_for_those_who_may_read_campaigns():
    assert problem(make_api("schedules:read").get(CALENDAR, DAYS), 403)["code"] == "scope_missing"


def test_a_campaign_that_was_made_from_a_schedule_names_it():
    schedule = Schedule.objects.create(cron="0 9 * * *", paused=True)
    Campaign.objects.filter(name="晨会").update(replaces=schedule)
    (often,) = calendar("campaigns:read", kind="repeated")["days"][0]["entries"]
    assert often["schedule"] == schedule.pk


def test_a_calendar_is_filtered():
    found = calendar("campaigns:read", kind="repeated")
    assert {one["kind"] for day in found["days"] for one in day["entries"]} == {"repeated"}
    assert found["undated"] == []
    assert calendar("campaigns:read", q="会", state="scheduled")["days"][0]["entries"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2126-11-25", "to": "2126-11-24"}, "to"),
        ({"from": "2126-11-25", "to": "2127-11-24"}, "to"),
        ({"from": "x", "to": "2127-11-24"}, "from"),
        ({"to": "2127-11-24"}, "to"),
        ({**DAYS, "kind": "schedule"}, "kind"),
    ],
)
def test_wrong_days_and_choices_are_named(query, field):
    answer = make_api("campaigns:read").get(CALENDAR, query)
    assert field in str(problem(answer, 422))


def test_without_days_it_is_the_month_that_begins_today():
    found = make_api("campaigns:read").get(CALENDAR).json()["days"]
    assert found[0]["date"] == f"{timezone.localdate()}"
    assert len(found) == 31
