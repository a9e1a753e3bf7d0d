"""The admin's home as somebody sees it, and what it lists."""

import re
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from scheduling.models import Campaign, CampaignRun
from tests.support.factories import make_campaign_run, make_outbound
from wecom.models import Outbound


def home(*permissions: str, language: str = "en") -> str:
    """The page that a user with these permissions sees."""
    return opened(reverse("admin:index"), *permissions, language=language)


def opened(address: str, *permissions: str, language: str = "en") -> str:
    answer = signed_in(*permissions, language=language).get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def signed_in(*permissions: str, language: str = "en") -> Client:
    user = User.objects.create_user(f"user{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = language
    return client


def make_failed(reason: str, **fields: Any) -> Outbound:
    return make_outbound(status="failed", reason=reason, finished_at=timezone.now(), **fields)


def make_unsent(campaign: Campaign, moment: datetime, reason: str = "missed") -> CampaignRun:
    return make_campaign_run(campaign, moment=moment, status="cancelled", reason=reason, ended_at=moment)
