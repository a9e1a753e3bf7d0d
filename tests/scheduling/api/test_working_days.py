"""Working days over REST, and what other answers say of days that nobody knows."""

from datetime import date, datetime, time, timedelta

import pytest

from scheduling.models import CalendarDay, CalendarImport
from tests.scheduling.day_lists.notices import NOTICES
from tests.scheduling.support.campaigns import launch
from tests.scheduling.support.plain_messages import SHANGHAI
from tests.support.factories import make_api

pytestmark = pytest.mark.django_db
DAYS, IMPORTS = "/api/v1/working-days/", "/api/v1/working-day-imports/"
NOTICE = NOTICES[2024].replace("2024年", "2080年")
"""Of a year whose weekdays are the same."""


@pytest.fixture
def api(application):
    return make_api("working_days:read", "working_days:write", "campaigns:read")


def next_nine() -> datetime:
    """The next time that it is nine in Shanghai."""
    now = datetime.now(SHANGHAI)
    today = datetime.combine(now.date(), time(9), SHANGHAI)
    return today if today > now else today + timedelta(days=1)


def days(api, **query) -> dict[str, tuple[bool, bool]]:
    found = api.get(DAYS, query).json()["days"]
    return {day["date"]: (day["works"], day["known"]) for day in found}


def test_each_day_says_whether_anything_says_that_it_works(api):
    found = days(api, **{"from": "2026-10-01", "to": "2026-10-10"})
    assert (found["2026-10-01"], found["2026-10-10"]) == ((False, True), (True, True))
    found = api.get(DAYS, {"from": "2090-01-02", "to": "2090-01-03"}).json()
    assert [(day["works"], day["known"]) for day in found["days"]] == [(True, False), (True, False)]
    assert (found["known_years"], found["unknown_years"]) == ([], [2090])
    assert "2090" in found["days_unknown"]


def test_a_notice_is_imported_once_and_undone(api):
    body = {"text": NOTICE, "title": "https://www.gov.cn/"}
    answer = api.post(IMPORTS, body, format="json")
    assert answer.status_code == 201
    assert answer.json()["years"] == [2080]
    assert days(api, **{"from": "2080-10-01", "to": "2080-10-01"}) == {"2080-10-01": (False, True)}
    again = api.post(IMPORTS, body, format="json")
    assert (again.status_code, again.json()["imported"], again.json()["changes"]) == (200, None, [])
    address = f"{IMPORTS}{answer.json()['imported']['id']}/undo/"
    assert api.post(address).json()["undone_at"]
    assert api.post(address).status_code == 409
    assert days(api, **{"from": "2080-10-01", "to": "2080-10-01"}) == {"2080-10-01": (True, False)}


def test_a_dry_run_shows_the_changes_and_the_doubts(api):
    text = NOTICE.replace("共8天", "共9天")
    found = api.post(IMPORTS, {"text": text, "dry_run": True}, format="json")
    assert found.status_code == 200
    assert len(found.json()["doubts"]) == 1
    assert {"date": "2080-01-01", "works": False, "name": "元旦"} in found.json()["changes"]
    assert not CalendarDay.objects.exists()
    refused = api.post(IMPORTS, {"text": text}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (422, "list_doubtful")
    assert api.post(IMPORTS, {"text": text, "anyway": True}, format="json").status_code == 201


def test_a_wrong_list_is_refused_with_its_line(api):
    answer = api.post(IMPORTS, {"text": "2090-01-01 休\nabc"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "list_wrong")
    assert "Line 2" in answer.json()["detail"]


def test_who_may_only_read_imports_nothing(application):
    reader = make_api("working_days:read")
    assert reader.post(IMPORTS, {"text": NOTICE}, format="json").status_code == 403
    assert make_api("campaigns:read").get(DAYS).status_code == 403
    assert not CalendarImport.objects.exists()


def test_a_company_that_is_not_there_is_named(api):
    answer = api.get(DAYS, {"application": 4711})
    assert (answer.status_code, answer.json()["code"]) == (422, "application_unknown")


@pytest.mark.parametrize(("unknown_days", "stops"), [("hold", True), ("weekdays", False)])
def test_a_campaign_says_from_when_on_its_days_are_unknown(api, unknown_days, stops):
    campaign = launch(days="working", unknown_days=unknown_days, repeats="cron", cron="0 9 * * *")
    found = api.get(f"/api/v1/campaigns/{campaign.pk}/").json()["days_unknown_from"]
    assert found["stops"] is stops
    assert datetime.fromisoformat(found["at"]) == max(datetime(found["year"], 1, 1, 9, tzinfo=SHANGHAI), next_nine())
    assert f"{found['year']}" in found["message"]


def test_a_campaign_whose_window_opens_on_working_days_says_so(api):
    campaign = launch(window_days="working", repeats="cron", cron="0 9 * * *")
    found = api.get(f"/api/v1/campaigns/{campaign.pk}/").json()["days_unknown_from"]
    first = max(date(found["year"], 1, 1), datetime.now(SHANGHAI).date())
    assert (found["stops"], found["at"][:10]) == (False, first.isoformat())


def test_a_campaign_of_every_day_needs_no_working_days(api):
    launch(repeats="cron", cron="0 9 * * *")
    assert [row["days_unknown_from"] for row in api.get("/api/v1/campaigns/").json()["results"]] == [None]


def test_the_calendar_marks_days_that_are_not_known(api):
    found = api.get("/api/v1/calendar/", {"from": "2090-01-02", "to": "2090-01-02"}).json()
    assert [(day["works"], day["known"]) for day in found["days"]] == [(True, False)]
    assert "2090" in found["days_unknown"]
    found = api.get("/api/v1/calendar/", {"from": "2026-10-01", "to": "2026-10-01"}).json()
    assert ([day["known"] for day in found["days"]], found["days_unknown"]) == ([True], "")
