"""`manage.py replace_schedules` and the action of the list: campaigns go on in the place of schedules."""

from datetime import date
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from scheduling import services
from scheduling.models import Campaign, Run, Schedule
from tests.scheduling.support.campaign_pages import person_of, seen
from tests.scheduling.support.campaigns import outcomes, work
from tests.scheduling.support.schedules import clock, make_schedule, sent
from tests.support.factories import make_member

pytestmark = pytest.mark.django_db
LIST = "/admin/scheduling/schedule/"
NOW = clock("2026-11-24T12:00")


@pytest.fixture(autouse=True)
def member(application) -> None:
    make_member(application, "zhangsan", status="active")


def replace(**options: bool) -> str:
    out = StringIO()
    call_command("replace_schedules", stdout=out, **options)
    return out.getvalue()


def states() -> dict[str, str]:
    return dict(Campaign.objects.values_list("name", "state"))


def coming(**fields) -> Schedule:
    return make_schedule(now=timezone.localtime().replace(tzinfo=None).isoformat(), **fields)


def test_each_goes_on_as_it_was_and_twice_does_nothing():
    coming(name="早")
    services.pause(coming(name="停"))
    draft = coming(name="稿", draft=True)
    services.ask_for_publishing(draft, by=User.objects.create_user("writer"))
    coming(name="另一稿", draft=True)
    make_schedule(name="过去", only_on=date(2026, 11, 20), now="2026-11-19T12:00")
    expected = {"早": "scheduled", "停": "paused", "稿": "waiting", "另一稿": "draft"}
    assert "过去: stays. It has no moment ahead." in replace(dry_run=True)
    assert states() == {}
    assert "早: campaign" in replace()
    assert states() == expected
    assert not Schedule.objects.exclude(name="过去").filter(paused=False).exists()
    assert replace().count("\n") == 1
    assert states() == expected


def test_the_next_moment_is_the_campaigns_and_no_member_gets_both():
    schedule = make_schedule(now="2026-11-24T08:00")
    campaign = services.replace_schedule(schedule, now=NOW)
    assert [run.due_at for run in Run.objects.all()] == [clock("2026-11-24T09:00")]
    at = clock("2026-11-25T09:00")
    assert services.run_all_due(now=at) == []
    services.run_due_campaigns(now=at)
    work(at, calls=False)
    assert (outcomes(campaign), sent()) == ({"planned": 1}, ["早上好！"])


def test_who_may_start_without_approval_replaces_them_in_the_list():
    schedule = coming(name="早")
    chosen = {"action": "go_on_as_campaigns", "_selected_action": [schedule.pk]}
    editor, hr = person_of("editor"), person_of("editor", "operator", name="hr")
    assert "go_on_as_campaigns" not in seen(editor, LIST)
    editor.post(LIST, chosen)
    assert states() == {}
    assert "go_on_as_campaigns" in seen(hr, LIST)
    hr.post(LIST, chosen)
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.created_by.username) == ("scheduled", "hr")
    assert campaign.changes.get(after="scheduled").by.username == "hr"


def test_what_no_campaign_can_be_stays_with_its_reason():
    schedule = coming(name="早")
    Schedule.objects.filter(pk=schedule.pk).update(text=" ")
    assert "早: stays. There is nothing to say." in replace()
    schedule.refresh_from_db()
    assert (schedule.paused, states()) == (False, {})
