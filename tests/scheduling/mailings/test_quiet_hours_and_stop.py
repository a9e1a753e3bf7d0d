"""Quiet hours: those of new companies, the question to those from before, and urgent campaigns, which pass them."""

from datetime import time, timedelta

import pytest
from django.test import Client

from openuser.doctor.quiet_hours_check import QuietHours
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Batch, Campaign, SendingPolicy
from tests.scheduling.support.campaign_pages import person_of
from tests.scheduling.support.campaigns import approve, launch, make_campaign, make_person, outcomes, work
from tests.scheduling.support.plain_messages import SHANGHAI, clock
from tests.scheduling.support.series import make_series
from tests.support import factories

pytestmark = pytest.mark.django_db
NIGHT = clock("2026-12-01T05:02")
MORNING = clock("2026-12-01T09:00")


@pytest.fixture
def quiet(application, settings) -> None:
    settings.SCHEDULING = {**settings.SCHEDULING, "QUIET_HOURS": "21:00-08:00"}
    factories.make_member(application, "lisi", status="active")


@pytest.fixture
def undecided(application) -> SendingPolicy:
    """A company from before the update."""
    values = {"quiet_from": None, "quiet_until": None, "quiet_decided_at": None}
    return SendingPolicy.objects.create(corporation=application.corporation, **values)


def refused(step, *args, **options) -> str:
    with pytest.raises(SchedulingError) as caught:
        step(*args, **options)
    assert caught.value.remedy
    return caught.value.code


@pytest.mark.databases
def test_a_new_company_sends_nothing_at_night(quiet):
    campaign = launch("早上好", now=NIGHT)
    work(NIGHT, calls=False)
    batch = Batch.objects.get()
    assert (batch.reason, batch.due_at) == (Batch.Reason.QUIET, clock("2026-12-01T08:00"))
    work(batch.due_at, calls=False)
    assert Batch.objects.get().status == Batch.Status.DONE
    assert outcomes(campaign) == {"planned": 1}


def test_what_expires_in_quiet_hours_is_not_sent(quiet):
    campaign = launch("早上好", now=NIGHT, valid_minutes=60)
    work(NIGHT, calls=False)
    work(clock("2026-12-01T08:00"), calls=False)
    assert outcomes(campaign) == {"expired:expired": 1}


def test_an_urgent_campaign_goes_out_at_night(quiet):
    launch("停水", now=NIGHT, urgent_reason="水管爆了")
    work(NIGHT, calls=False)
    assert Batch.objects.get().status == Batch.Status.DONE


def test_the_class_of_a_message_passes_no_quiet_hours(quiet):
    launch("制度", now=NIGHT, message_class="mandatory")
    work(NIGHT, calls=False)
    assert Batch.objects.get().reason == Batch.Reason.QUIET


def test_urgency_is_approved_once_more_with_its_reason(quiet):
    campaign, sender = approve(make_campaign("停水")), make_person()
    assert refused(services.make_urgent, campaign, " ", by=sender) == "empty"
    services.make_urgent(campaign, "水管爆了", by=sender)
    assert campaign.state == "waiting"
    assert [one.path for one in services.changed_since_approval(campaign)] == ["urgent_reason"]
    assert refused(services.approve, campaign, by=sender) == "own_approval"
    services.approve(campaign, by=make_person())
    campaign.urgent_reason = "别的原因"
    assert services.save_campaign(campaign, by=sender).state == "draft"


@pytest.mark.databases
def test_a_start_is_put_off_until_the_morning(quiet):
    campaign = approve(make_campaign("早上好"))
    services.start_campaign(campaign, at=MORNING, now=NIGHT)
    assert (campaign.state, campaign.next_at, campaign.runs.count()) == ("scheduled", MORNING, 0)
    services.sweep_campaigns(now=MORNING)
    assert campaign.runs.get().moment == MORNING


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=-1), timedelta(days=100)])
def test_a_start_is_put_off_ahead_and_not_for_ever(quiet, later):
    assert refused(services.start_campaign, approve(make_campaign()), at=NIGHT + later, now=NIGHT) == "start_moment"


def test_a_moment_that_was_approved_is_not_put_off(quiet):
    campaign = approve(make_campaign(starts_at=clock("2026-12-01T05:30")), NIGHT)
    assert refused(services.start_campaign, campaign, at=MORNING, now=NIGHT) == "own_moments"


def test_a_campaign_may_wait_for_the_next_working_day(quiet):
    campaign = approve(make_campaign(next_working_day_at=time(9, 30)), clock("2026-12-04T18:00"))
    services.start_campaign(campaign, now=clock("2026-12-04T18:00"))
    assert f"{campaign.next_at.astimezone(SHANGHAI):%m-%d %H:%M}" == "12-07 09:30"
    campaign = make_campaign(next_working_day_at=time(9, 30), in_member_zone=True)
    assert refused(services.ask_approval, campaign) == "working_day_zone"


def test_a_company_from_before_is_asked_and_nothing_changes(undecided, settings):
    settings.SCHEDULING = {**settings.SCHEDULING, "QUIET_HOURS": "21:00-08:00"}
    factories.make_member(undecided.corporation.applications.get(), "lisi", status="active")
    launch("早上好", now=NIGHT)
    work(NIGHT, calls=False)
    assert Batch.objects.get().status == Batch.Status.DONE
    assert QuietHours().run().level == "warn"


@pytest.mark.databases
@pytest.mark.parametrize(("answer", "hours"), [("yes", (time(21), time(8))), ("no", (None, None))])
def test_the_question_is_answered_by_one_click_and_kept(undecided, answer, hours):
    boss = person_of("administrator", name="boss")
    assert 'data-testid="quiet-hours"' in home(boss)
    page = f"/admin/scheduling/sendingpolicy/{undecided.pk}/quiet-hours/"
    assert boss.get(page).status_code == 405
    assert boss.post(page, {"wanted": answer}).status_code == 302
    undecided.refresh_from_db()
    assert (undecided.quiet_from, undecided.quiet_until) == hours
    assert (undecided.quiet_decided_by.get_username(), QuietHours().run().level) == ("boss", "good")
    assert 'data-testid="quiet-hours"' not in home(boss)
    boss.post(page, {"wanted": "yes"})  # from a page that was left open
    undecided.refresh_from_db()
    assert undecided.quiet_from == hours[0]


def test_who_may_not_decide_is_not_asked(undecided):
    hr = person_of("editor", name="hr")
    assert 'data-testid="quiet-hours"' not in home(hr)
    page = f"/admin/scheduling/sendingpolicy/{undecided.pk}/quiet-hours/"
    assert hr.post(page, {"wanted": "no"}).status_code == 403


def home(client: Client) -> str:
    return client.get("/admin/").content.decode()


def test_a_step_of_a_series_is_neither_urgent_nor_waits(quiet):
    step = make_series(0).steps.get()
    step.urgent_reason, step.next_working_day_at = "快", time(9)
    services.save_campaign(step)
    kept = Campaign.objects.get(pk=step.pk)
    assert (kept.urgent_reason, kept.next_working_day_at) == ("", None)
