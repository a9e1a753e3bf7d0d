"""An incident before what goes out on working days stops."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from openuser.incidents import incident_watch
from openuser.incidents.incident_watch import condition_of
from openuser.models import Incident
from scheduling import services
from scheduling.models import CalendarDay
from tests.scheduling.support.campaigns import launch
from tests.support import factories
from wecom.models import Application

pytestmark = pytest.mark.django_db
DAILY = {"repeats": "cron", "cron": "0 9 * * *"}


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def company():
    """Of the default application, and it knows 2089."""
    company = factories.make_application(is_default=True).corporation
    CalendarDay.objects.create(corporation=company, date="2089-01-01", source="list")
    return company


@pytest.mark.parametrize(("day", "is_open"), [("2089-11-15T23:59", False), ("2089-11-17T00:00", True)])
def test_it_begins_forty_five_days_before_a_known_year_ends(day, is_open):
    launch(days="working", **DAILY)
    incident_watch.evaluate(at(day))
    assert Incident.objects.filter(kind="days_unknown").exists() is is_open


def test_nothing_that_needs_working_days_is_no_incident():
    launch(days="every", **DAILY)
    incident_watch.evaluate(at("2089-12-20T00:00"))
    assert not Incident.objects.filter(kind="days_unknown").exists()


def test_a_series_that_waits_for_working_days_needs_them():
    factories.make_series_row(
        Application.objects.get(is_default=True), days_off="wait", state="running", approved_hash="x"
    )
    incident_watch.evaluate(at("2089-12-20T00:00"))
    assert Incident.objects.get(kind="days_unknown").details["count"] == 1


def test_it_says_what_stops_and_is_over_with_the_import(company):
    launch(days="working", **DAILY)
    now = at("2089-12-20T00:00")
    incident_watch.evaluate(now)
    incident = Incident.objects.get(kind="days_unknown")
    condition = condition_of(incident)
    assert "2090 are not known; 1 campaigns need them from 1 January on" in condition.words(incident)
    with translation.override("zh-hans"):
        assert "2090 年的工作日尚不清楚" in condition.words(incident)
        assert "国务院" in condition.remedy(incident)
    assert condition.path(incident) == reverse("admin:scheduling_calendarday_import")
    services.import_days(company, services.read_day_list("2090-01-01 休"))
    incident_watch.evaluate(now + timedelta(hours=1))
    incident.refresh_from_db()
    assert incident.resolved_at == now + timedelta(hours=1)
