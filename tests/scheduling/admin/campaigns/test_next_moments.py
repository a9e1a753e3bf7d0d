"""The next moments below the form of a campaign, and who sees them."""

import pytest
from django.test import Client
from django.urls import reverse

from scheduling.admin.campaigns.next_moments import MomentsForm
from tests.scheduling.support.admin_pages import clerk
from tests.scheduling.support.campaign_pages import ADD, seen
from tests.scheduling.support.plain_messages import clock

pytestmark = pytest.mark.django_db
PREVIEW = "/admin/scheduling/campaign/moments/"
MONDAYS = {"repeat": "weekly", "weekdays": "1", "at": "10:00", "time_zone": "America/New_York", "days": "every"}


def shown(client: Client, **times: str) -> str:
    return seen(client, PREVIEW, **{**MONDAYS, **times})


def test_the_form_asks_for_its_next_moments(hr):
    html = seen(hr, ADD)
    assert 'data-testid="next-moments"' in html
    assert reverse("admin:scheduling_campaign_moments") == PREVIEW
    assert "Say when" in html


def test_the_next_five_moments_follow_what_is_entered(hr):
    html = shown(hr)
    assert html.count("<li>Monday") == 5
    assert "every Monday at 10:00" in html
    assert "America/New_York" in html
    assert "every day at 08:30" in shown(hr, repeat="daily", at="08:30")
    assert shown(hr, repeat="once", only_on="2099-05-20").count("<li>") == 1
    assert shown(hr, repeat="working_day", at="09:00").count("<li>") == 1


def test_what_cannot_be_is_told_with_its_remedy(hr):
    wrong = shown(hr, repeat="cron", cron="0 10 * * 9")
    assert "0 and 7 are Sunday" in wrong
    zone = shown(hr, time_zone="<script>")
    assert "<script>" not in zone
    assert "no such time zone" in zone
    assert "That moment has passed." in shown(hr, repeat="once", only_on="2020-05-20")
    assert "It never comes due" in shown(hr, ends_on="2020-05-20")
    assert "1440 messages" in shown(hr, repeat="cron", cron="* * * * *")


@pytest.mark.parametrize("times", [{"repeat": "now"}, {"at": ""}, {"weekdays": ""}, {"repeat": "cron", "cron": ""}])
def test_without_a_time_nothing_is_shown(hr, times):
    assert "Say when" in shown(hr, **times)


@pytest.mark.parametrize(("unknown", "words"), [("hold", "nothing is sent"), ("weekdays", "Monday to Friday count")])
def test_working_days_of_an_unknown_year_are_warned_of(unknown, words):
    times = {"repeat": "daily", "at": "09:00", "time_zone": "Asia/Shanghai", "days": "working", "unknown_days": unknown}
    found = MomentsForm(times).moments(clock("2090-12-01T00:00"))
    assert found is not None
    assert "2091" in found.warnings[0]
    assert words in found.warnings[0]
    found = MomentsForm(times).moments(clock("2026-03-01T00:00"))
    assert found is not None
    assert found.warnings == ()


def test_the_next_working_day_of_an_unknown_year_is_warned_of():
    times = {"repeat": "working_day", "at": "09:00", "time_zone": "Asia/Shanghai", "days": "every"}
    for now, warnings in (("2090-12-01T00:00", 1), ("2026-03-01T00:00", 0)):
        found = MomentsForm(times).moments(clock(now))
        assert found is not None
        assert len(found.warnings) == warnings


def test_the_moments_are_for_those_who_see_campaigns():
    assert Client().get(PREVIEW).status_code == 302
    assert clerk("view_member").get(PREVIEW).status_code == 403
