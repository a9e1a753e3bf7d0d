"""Campaigns for tests: written, approved by a second person, started, and sent by the workers' own functions."""

from collections import Counter
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone
from rest_framework.test import APIClient

from core.work.base import Work
from scheduling import services
from scheduling.models import Batch, Campaign, CampaignContent, CampaignRun, Delivery, Series
from tests.wecom.support.deliveries import deliver
from wecom.models import Outbound

EVERYONE = {"everyone": True}
M = TypeVar("M", Campaign, Series)


def make_campaign(*texts: Any, **fields: Any) -> Campaign:
    """A draft; each text is words in Chinese, or the fields of a content."""
    fields.setdefault("name", "通知")
    fields.setdefault("audience", EVERYONE)
    words = [one if isinstance(one, dict) else {"text": one} for one in texts or ("早上好",)]
    return services.save_campaign(Campaign(**fields), [CampaignContent(**one) for one in words])


def approve(mailing: M, now: datetime | None = None) -> M:
    """Ask for approval as one person, and approve as another."""
    services.ask_approval(mailing, by=make_person(), now=now)
    return services.approve(mailing, by=make_person(), now=now)


def launch(*texts: Any, now: datetime | None = None, **fields: Any) -> Campaign:
    """A campaign that is approved and started, of which nothing was sent yet."""
    campaign = approve(make_campaign(*texts, **fields), now)
    services.start_campaign(campaign, now=now)
    return campaign


def make_person() -> User:
    return User.objects.create_user(f"staff{User.objects.count()}", is_staff=True)


def approver_api() -> APIClient:
    """A person who may do all, over REST: the second one, where a client has written and asked."""
    person, _created = User.objects.get_or_create(username="second", is_staff=True, is_superuser=True)
    api = APIClient()
    api.force_login(person)
    return api


def work(now: datetime | None = None, *, calls: bool = True) -> None:
    """What the workers do until nothing is due any more; without `calls` nothing reaches the platform."""
    for _round in range(50):
        moment = now or timezone.now()
        due: list[Any] = [(services.start_run, pk) for pk in _due(CampaignRun, moment)]
        due += [(services.send_batch, pk) for pk in _due(Batch, moment)]
        for function, pk in due:
            function(pk, now=moment)
        outbounds = list(Outbound.objects.filter(status="queued", due_at__lte=timezone.now())) if calls else []
        for outbound in outbounds:
            deliver(outbound)
        if not due and not outbounds:
            return
    raise AssertionError("the workers never come to rest")


def outcomes(campaign: Campaign) -> dict[str, int]:
    """How many members have each status, with its reason."""
    rows = Delivery.objects.filter(run__campaign=campaign).values_list("status", "reason")
    return dict(Counter(f"{status}:{reason}" if reason else str(status) for status, reason in rows))


def reason_of(campaign: Campaign, user_id: str) -> str:
    """Why a member did not get it; "" for one who did."""
    return Delivery.objects.get(run__campaign=campaign, member__user_id=user_id).reason


def _due(model: type[Work], now: datetime) -> list[int]:
    return list(model.work_rows().claimable(now).order_by(F("pk")).values_list("pk", flat=True))
