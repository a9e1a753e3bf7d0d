"""Engines that failed several times in a row rest for some minutes, so that a queue does not wait for each anew."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from avatars.models import EngineTrouble

logger = logging.getLogger(__name__)


def rests(kind: str, name: str, *, now: datetime | None = None) -> bool:
    """Whether nobody should ask this engine yet."""
    return EngineTrouble.objects.filter(kind=kind, name=name, rests_until__gt=now or timezone.now()).exists()


def failed(kind: str, name: str, code: str, *, now: datetime | None = None) -> None:
    """Count a failure; from the limit on the engine rests. After a rest one failure more makes it rest again."""
    now = now or timezone.now()
    with transaction.atomic():
        EngineTrouble.objects.get_or_create(kind=kind, name=name)
        trouble = EngineTrouble.objects.select_for_update().get(kind=kind, name=name)
        trouble.failures, trouble.reason, trouble.failed_at = trouble.failures + 1, code[:40], now
        if trouble.failures >= settings.AVATARS["ENGINE_FAILURES"]:
            trouble.rests_until = now + timedelta(minutes=settings.AVATARS["ENGINE_REST_MINUTES"])
        trouble.save()
    logger.warning(
        "An engine failed.", extra={"kind": kind, "engine": name, "code": code, "failures": trouble.failures}
    )


def worked(kind: str, name: str) -> None:
    """All is well again."""
    EngineTrouble.objects.filter(kind=kind, name=name).delete()
