"""The report of a run: who replied and pressed, by variant and over time, and whether a difference may be chance."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling.models import CampaignLink, CampaignResponse, LinkClicks
from scheduling.responses import run_report
from tests.support import factories
from tests.support.model_rows import make_message

pytestmark = pytest.mark.django_db
MOMENT = timezone.now().replace(minute=20, second=0, microsecond=0) - timedelta(hours=5)


@pytest.fixture
def run():
    """Two variants of three members each, sent within ten minutes; one of B's failed, and one was left out."""
    run = factories.make_campaign_run(moment=MOMENT, ended_at=MOMENT + timedelta(minutes=10))
    for number, variant in ((1, "A"), (2, "B")):
        batch = factories.make_batch(run, number=number, ended_at=MOMENT + timedelta(minutes=5 * number))
        type(batch).objects.filter(pk=batch.pk).update(variant=variant)
        for status in ("sent", "sent", "failed" if variant == "B" else "recalled"):
            factories.make_delivery(run, batch=number, status=status)
    factories.make_delivery(run, status="skipped", reason="left")
    return run


def members(run, variant: str):
    batch = run.batches.get(variant=variant)
    return [one.member for one in run.deliveries.filter(batch=batch.number).order_by("pk")]


def reply(run, member, *, minutes: int, kind: str = "text", **fields) -> None:
    message = make_message(
        application=run.campaign.application,
        member=member,
        direction="in",
        created_at=MOMENT + timedelta(minutes=minutes),
    )
    type(message.content).objects.filter(pk=message.content_id).update(kind=kind)


def test_the_figures_are_those_of_all_members(run):
    found = run_report.report_of(run)
    assert (found.sent, found.failed, found.left_out, found.recalled) == (5, 1, 1, 1)
    assert found.reasons[0] == ("sent", "", 4)


def test_each_member_replies_once_and_presses_and_strangers_do_not_count(run):
    one, other = members(run, "A")[:2]
    for minutes in (6, 30):
        reply(run, one, minutes=minutes)
    reply(run, other, minutes=7, kind="event")
    reply(run, factories.make_member(run.campaign.application, "stranger"), minutes=8)
    reply(run, other, minutes=-5)
    reply(run, other, minutes=4 * 24 * 60)
    assert run_report.report_of(run).replied == 1


def test_variants_have_their_own_replies_answers_and_clicks(run):
    reply(run, members(run, "B")[0], minutes=9)
    CampaignResponse.objects.create(run=run, member=members(run, "A")[0], key="read")
    CampaignResponse.objects.create(run=run, member=members(run, "A")[0], key="ask")
    link = CampaignLink.objects.create(run=run, variant="B", language="en", number=1, target="https://a.cn")
    LinkClicks.objects.create(link=link, hour=MOMENT.replace(minute=0), count=7)
    first, second = run_report.report_of(run).variants
    assert (first.name, first.members, first.share, first.sent, first.answered, first.replied) == (
        "A",
        3,
        50.0,
        3,
        1,
        0,
    )
    assert (second.sent, second.failed, second.replied, second.clicks) == (2, 1, 1, 7)
    assert second.replied_rate == 50.0


def test_sums_over_time_only_grow_and_end_with_the_whole(run):
    reply(run, members(run, "A")[0], minutes=45)
    link = CampaignLink.objects.create(run=run, variant="A", language="en", number=1, target="https://a.cn")
    LinkClicks.objects.create(link=link, hour=MOMENT.replace(minute=0), count=3)
    points = run_report.report_of(run).points
    assert (points[0].sent, points[0].clicks) == (0, 0)
    assert (points[-1].sent, points[-1].replied, points[-1].clicks) == (5, 1, 3)
    assert [one.sent for one in points] == sorted(one.sent for one in points)
    assert len(points) < 60


def test_a_run_of_which_nothing_arrived_has_no_line():
    assert run_report.report_of(factories.make_campaign_run()).points == []


@pytest.mark.parametrize(
    ("one", "of", "other", "of_other", "certain"),
    [(10, 100, 12, 100, False), (10, 100, 25, 100, True), (0, 50, 0, 50, False), (50, 50, 50, 50, False)],
)
def test_a_difference_is_certain_when_chance_makes_it_rarely(one, of, other, of_other, certain):
    assert run_report.differs(one, of, other, of_other) is certain


def test_few_members_say_nothing_about_a_difference(run):
    assert run_report.report_of(run).may_be_chance is None
