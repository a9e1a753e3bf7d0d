"""Retention: deletes expired callback bodies, media, work files, API responses and webhook deliveries."""

from django.conf import settings

from avatars import services as avatars
from core.storage import local_copies
from openuser.api import idempotency
from openuser.webhooks import services as hooks
from wecom import services as wecom


def delete_expired() -> None:
    """Delete what has passed its retention."""
    wecom.delete_old_callbacks()
    wecom.delete_old_media()
    wecom.delete_old_counts()
    avatars.clean_up()
    idempotency.delete_old_answers()
    hooks.delete_old()
    local_copies.delete_unused(settings.BUCKET_COPIES_DAYS)
