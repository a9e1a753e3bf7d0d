"""Rows of `scheduling`."""

from typing import Any

from django.utils import timezone

from scheduling.models import Batch, Campaign, CampaignRun, Delivery
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


def make_delivery(run: CampaignRun | None = None, **fields: Any) -> Delivery:
    run = run or make_campaign_run()
    if "member" not in fields:
        assert run.campaign.application is not None
        fields["member"] = make_member(run.campaign.application, f"to{Delivery.objects.count()}")
    return Delivery.objects.create(run=run, **fields)
