"""Retention: deletes expired callback bodies, media, work files, API responses and webhook deliveries."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.utils import timezone

from avatars import services as avatars
from core.storage import local_copies
from openuser.api import idempotency
from openuser.webhooks import services as hooks
from wecom import services as wecom

KEEP_ATTEMPTS = timedelta(days=30)  # wrong passwords, with their addresses


def delete_expired() -> None:
    """Delete what has passed its retention."""
    wecom.delete_old_callbacks()
    wecom.delete_old_media()
    wecom.delete_old_counts()
    avatars.clean_up()
    idempotency.delete_old_answers()
    hooks.delete_old()
    for kind in (AccessAttempt, AccessFailureLog):
        kind.objects.filter(attempt_time__lt=timezone.now() - KEEP_ATTEMPTS).delete()
    local_copies.delete_unused(settings.BUCKET_COPIES_DAYS)
