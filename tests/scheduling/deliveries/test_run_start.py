"""A run begins once, or says why it does not: the audience is gone, the clock jumps, nobody is in it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignRun, Delivery, Segment
from tests.scheduling.support.campaigns import approve, launch, make_campaign, make_person, outcomes, work
from tests.scheduling.support.plain_messages import SHANGHAI, clock
from tests.support import factories
from wecom.models import FactDefinition

pytestmark = pytest.mark.django_db(transaction=True)
RULE = {"op": "all", "rules": [{"subject": "fact:shirt", "test": "is", "value": "L"}]}


@pytest.fixture
def shirts(company, staff):
    """A segment that asks for a fact of the company's own."""
    fact = FactDefinition.objects.create(corporation=company.corporation, key="shirt", name="衣服尺码", kind="text")
    segment = services.save_segment(Segment(corporation=company.corporation, name="大号", rule=RULE))
    return fact, segment


def runs(campaign: Campaign) -> list[tuple[str, str]]:
    rows = campaign.runs.order_by("moment")
    return [(f"{run.moment.astimezone(SHANGHAI):%m-%d %H:%M}", run.reason) for run in rows]


def test_a_segment_that_names_a_fact_that_is_gone_stops_it_unsent(shirts):
    fact, segment = shirts
    campaign = launch(audience={"segments": [segment.pk]})
    fact.delete()
    work()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.reason) == ("paused", "broken")
    step = campaign.changes.first()
    assert step is not None
    assert "大号" in step.why
    assert not Delivery.objects.exists()
    # Nothing is lost: with the fact again it begins where it stood.
    FactDefinition.objects.create(corporation=segment.corporation, key="shirt", name="衣服尺码", kind="text")
    services.resume_mailing(campaign)
    work()
    campaign.refresh_from_db()
    assert campaign.state == "finished"


def test_a_segment_that_names_a_fact_that_is_gone_is_not_approved(shirts):
    fact, segment = shirts
    campaign = make_campaign(audience={"segments": [segment.pk]})
    fact.delete()
    with pytest.raises(SchedulingError) as caught:
        services.campaign_reach(campaign)
    assert caught.value.remedy


def test_an_audience_of_nobody_is_refused_and_sends_nothing(company, staff):
    campaign = make_campaign(audience={})
    with pytest.raises(SchedulingError) as caught:
        services.ask_approval(campaign, by=make_person())
    assert caught.value.code == "audience_empty"
    assert caught.value.remedy


def test_a_clock_that_jumps_ahead_sends_one_and_not_all(company, staff):
    campaign = launch(repeats="cron", cron="*/5 * * * *", now=clock("2026-11-24T12:00"))
    services.sweep_campaigns(now=clock("2026-11-24T12:05"))
    services.sweep_campaigns(now=clock("2026-11-27T12:06"))
    services.sweep_campaigns(now=clock("2026-11-27T12:06"))
    assert runs(campaign) == [("11-24 12:05", ""), ("11-27 12:05", "")]
    campaign.refresh_from_db()
    assert campaign.next_at == clock("2026-11-27T12:10")


def test_a_clock_that_jumps_back_sends_nothing_twice(company, staff):
    campaign = launch(repeats="cron", cron="0 * * * *", now=clock("2026-11-24T12:30"))
    services.sweep_campaigns(now=clock("2026-11-24T13:00"))
    work(clock("2026-11-24T13:00"))
    for at in ("2026-11-24T12:40", "2026-11-24T13:00", "2026-11-24T13:01"):
        services.sweep_campaigns(now=clock(at))
        work(clock(at))
    assert runs(campaign) == [("11-24 13:00", "")]
    assert outcomes(campaign) == {"sent": 3}


def test_it_is_finished_only_when_each_member_has_an_outcome(company, staff):
    factories.make_member(company, "gone", status="left")
    campaign = launch(audience={"everyone": True, "members": ["gone"]})
    work(calls=False)
    campaign.refresh_from_db()
    assert campaign.state == "running"
    work()
    campaign.refresh_from_db()
    run = campaign.runs.get()
    assert campaign.state == "finished"
    assert Delivery.objects.filter(run=run, status=Delivery.Status.PLANNED).count() == 0
    assert run.planned + run.left_out == Delivery.objects.filter(run=run).count() == 4
    assert (run.sent, run.failed, run.left_out) == (3, 0, 1)


def test_what_was_never_woken_begins_with_the_next_sweep(company, staff):
    campaign = approve(make_campaign(starts_at=timezone.now() + timedelta(minutes=5)))
    services.start_campaign(campaign)
    assert not CampaignRun.objects.exists()
    services.sweep_campaigns(now=timezone.now() + timedelta(minutes=6))
    assert campaign.runs.count() == 1
