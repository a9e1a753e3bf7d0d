"""Members who left, erased by themselves after OPENUSER_ERASE_LEAVERS_DAYS."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from core.personal_data.export_and_erasure import ErasureRefused
from wecom.models import Member
from wecom.personal_data import person_requests

logger = logging.getLogger(__name__)

BY = "OPENUSER_ERASE_LEAVERS_DAYS"  # in the receipt, in place of a person
MOST = 50  # in one run, since one may take minutes


def erase_leavers(*, now: datetime | None = None) -> int:
    """Erase members who left long enough ago. Returns how many. The log names those that a consent in force keeps."""
    now = now or timezone.now()
    Member.objects.note_leaving(now=now)
    count = 0
    for member in _due(now):
        try:
            person_requests.erase_person(member, by=BY, now=now)
        except ErasureRefused:
            logger.warning("A member who left is not erased yet; the doctor says why.", extra={"member": member.pk})
            continue
        count += 1
        if count == MOST:
            break
    return count


def kept_leavers(*, now: datetime | None = None) -> Iterator[tuple[Member, Sequence[str]]]:
    """Members who left long enough ago to be erased, and the obstacles to that, each with a remedy."""
    for member in _due(now or timezone.now()):
        if reasons := person_requests.erasure_refusals(member):
            yield member, reasons


def _due(now: datetime) -> Iterator[Member]:
    days = settings.RETENTION["LEAVERS_DAYS"]
    if days > 0:
        before = now - timedelta(days=days)
        left = Member.objects.filter(status=Member.Status.LEFT, left_at__lt=before).order_by("left_at", "pk")
        yield from left.select_related("corporation").iterator(chunk_size=200)
