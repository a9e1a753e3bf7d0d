"""Rows of `scheduling`."""

from typing import Any

from django.utils import timezone

from scheduling.models import Batch, Campaign, CampaignRun, Delivery, Enrolment, RehearsalRun, SendingPolicy, Series
from tests.support.factories.wecom import make_application, make_member
from wecom.models import Application


def make_campaign_row(application: Application | None = None, **fields: Any) -> Campaign:
    """A campaign as a row, without the steps of its life."""
    fields.setdefault("name", "通知")
    return Campaign.objects.create(application=application or make_application(), **fields)


def make_campaign_run(campaign: Campaign | None = None, **fields: Any) -> CampaignRun:
    fields.setdefault("moment", timezone.now())
    return CampaignRun.objects.create(campaign=campaign or make_campaign_row(), **fields)


def make_batch(run: CampaignRun | None = None, **fields: Any) -> Batch:
    run = run or make_campaign_run(status="done")
    fields.setdefault("number", run.batches.count() + 1)
    fields.setdefault("size", 1)
    return Batch.objects.create(run=run, language="zh-hans", variant="A", **fields)


def make_rehearsal_run(campaign: Campaign | None = None, **fields: Any) -> RehearsalRun:
    """A rehearsal of a campaign that somebody asked for."""
    fields = {"asked_by": "user:1", "language": "en", **fields}
    return RehearsalRun.objects.create(campaign=campaign or make_campaign_row(), **fields)


def make_delivery(run: CampaignRun | None = None, **fields: Any) -> Delivery:
    run = run or make_campaign_run()
    if "member" not in fields:
        assert run.campaign.application is not None
        fields["member"] = make_member(run.campaign.application, f"to{Delivery.objects.count()}")
    return Delivery.objects.create(run=run, **fields)


def make_sending_policy(application: Application, **fields: Any) -> SendingPolicy:
    """What holds for all campaigns of the application's company."""
    return SendingPolicy.objects.create(corporation=application.corporation, **fields)


def make_series_row(application: Application | None = None, **fields: Any) -> Series:
    """A series as a row, without the steps of its life."""
    fields.setdefault("name", "入职")
    return Series.objects.create(application=application or make_application(), **fields)


def make_enrolment(series: Series | None = None, **fields: Any) -> Enrolment:
    series = series or make_series_row()
    if "member" not in fields:
        assert series.application is not None
        fields["member"] = make_member(series.application, f"in{Enrolment.objects.count()}")
    return Enrolment.objects.create(series=series, **{"anchor_on": timezone.localdate(), "source": "fact", **fields})
