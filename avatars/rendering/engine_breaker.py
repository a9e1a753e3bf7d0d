"""Engines that failed several times in a row are skipped for some minutes, so that a queue does not wait for them."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from avatars.models import EngineFailure

logger = logging.getLogger(__name__)


def is_open(kind: str, name: str, *, now: datetime | None = None) -> bool:
    """Whether an engine is to be skipped for now."""
    return EngineFailure.objects.filter(kind=kind, name=name, rests_until__gt=now or timezone.now()).exists()


def record_failure(kind: str, name: str, code: str, *, now: datetime | None = None) -> None:
    """Count a failure. At the limit the engine rests; after that, one more failure makes it rest again."""
    now = now or timezone.now()
    with transaction.atomic():
        EngineFailure.objects.get_or_create(kind=kind, name=name)
        trouble = EngineFailure.objects.select_for_update().get(kind=kind, name=name)
        trouble.failures, trouble.reason, trouble.failed_at = trouble.failures + 1, code[:40], now
        if trouble.failures >= settings.AVATARS["ENGINE_FAILURES"]:
            trouble.rests_until = now + timedelta(minutes=settings.AVATARS["ENGINE_REST_MINUTES"])
        trouble.save()
    logger.warning(
        "An engine failed.", extra={"kind": kind, "engine": name, "code": code, "failures": trouble.failures}
    )


def record_success(kind: str, name: str) -> None:
    """Forget the failures of an engine that works again."""
    EngineFailure.objects.filter(kind=kind, name=name).delete()
