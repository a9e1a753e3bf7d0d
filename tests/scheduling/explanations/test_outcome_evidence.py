"""Why somebody did not get a campaign, with the rows that say so: the cap, the variable, the day of leaving."""

import pytest

from scheduling import services
from scheduling.models import Delivery, SendingPolicy
from tests.scheduling.support.campaigns import launch, make_person, work
from tests.scheduling.support.plain_messages import clock
from tests.support import factories
from wecom.models import Member

pytestmark = pytest.mark.django_db
NINE = clock("2026-11-25T09:00")


@pytest.fixture
def anna(application) -> Member:
    return factories.make_member(application, "anna", name="安娜", status="active")


def evidence(member: Member, reason: str) -> dict[str, str]:
    """What is told of a member's last delivery, by label."""
    delivery = Delivery.objects.select_related("run__campaign", "member").filter(member=member).latest("pk")
    assert delivery.reason == reason
    return {line.label: line.words for line in services.outcome_evidence(delivery)}


def decide(member: Member, reason: str, status: str = "skipped") -> dict[str, str]:
    """The same of a delivery that is given its reason here."""
    Delivery.objects.filter(member=member).update(status=status, reason=reason, batch=0)
    return evidence(member, reason)


def test_a_cap_is_told_with_what_was_counted(application, anna):
    SendingPolicy.objects.create(corporation=application.corporation, daily_cap=1, weekly_cap=5)
    for name in ("早安", "午安"):
        launch("你好", name=name, now=NINE)
        work(NINE, calls=False)
    found = evidence(anna, "cap")
    assert found["Messages of the day"] == "1, and the cap is 1: 早安 (2026-11-25 09:00)"
    assert found["Messages of the week"].startswith("1, and the cap is 5")


def test_the_variables_are_named_that_lack_a_value(application, anna):
    launch("{{name}}，{{city}}的{{position|同事}}")
    work(calls=False)
    assert evidence(anna, "no_value") == {"Variables without a value": "{{city}}"}


def test_who_left_is_told_with_the_moment(application, anna):
    launch()
    work(calls=False)
    Member.objects.filter(pk=anna.pk).update(status="left", left_at=NINE)
    assert decide(anna, "left") == {"Left the company": "2026-11-25 09:00"}


@pytest.mark.parametrize("status", ["not_activated", "disabled"])
def test_the_state_in_the_directory_is_told(application, anna, status):
    launch()
    work(calls=False)
    Member.objects.filter(pk=anna.pk).update(status=status)
    assert decide(anna, status)["In the directory today"]


def test_the_visible_range_is_asked_again(application, anna):
    launch()
    work(calls=False)
    application.application_members.create(member=anna, in_range=False)
    assert "does not see" in decide(anna, "out_of_range")["Visible range"]


def test_what_expired_or_was_missed_is_told_with_its_moments(application, anna):
    launch(valid_minutes=30, now=NINE)
    work(NINE, calls=False)
    found = {"Its moment": "2026-11-25 09:00", "Expired": "2026-11-25 09:30"}
    assert decide(anna, "expired", "expired") == found
    assert decide(anna, "missed") == found


def test_a_cancellation_names_who_and_why(application, anna):
    campaign = launch()
    services.start_run(campaign.runs.get().pk)
    services.cancel_mailing(campaign, by=make_person(), why="写错了")
    assert evidence(anna, "cancelled")["Cancelled"].endswith("写错了")
