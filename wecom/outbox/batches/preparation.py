"""The preparation of a batch before its calls, in one transaction: quota, bytes, attempts."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from core.work import batches
from wecom.directory import member_rows
from wecom.exceptions import ContentError
from wecom.models import Attempt, Outbound
from wecom.outbox import dispatcher, duplicates
from wecom.quotas import batch_quota


@transaction.atomic
def prepare(outbounds: Sequence[Outbound], now: datetime) -> list[Attempt]:
    """Reserve quota, freeze the bytes and record an attempt, for each message that can go out with the others now.

    Left out are those whose member is out of reach or has had many messages, for which a limit leaves no room, or
    which the platform would refuse; and those that another worker has by now.
    """
    application = outbounds[0].application
    beyond = member_rows.find_unreachable(application, [outbound.recipients[0] for outbound in outbounds])
    within = [outbound for outbound in outbounds if outbound.recipients[0] not in beyond]
    fitting, shard = batch_quota.find_room(within, now) if within else ([], 0)
    frozen = _freeze(fitting, now) if fitting else []
    if not frozen:
        return []
    batch_quota.count(frozen, now, shard=shard)
    tried = dict(Attempt.objects.filter(outbound__in=frozen).values_list("outbound").annotate(Max("number")))
    return Attempt.objects.bulk_create(
        Attempt(outbound=outbound, number=tried.get(outbound.pk, 0) + 1) for outbound in frozen
    )


def _freeze(outbounds: Sequence[Outbound], now: datetime) -> list[Outbound]:
    """Give each its bytes; those that have them, and are still leased."""
    repeats, fields = duplicates.next_repeats(outbounds, now), {}
    for outbound in outbounds:
        try:
            body = dispatcher.build_body(outbound, repeats[outbound.pk])
        except ContentError:
            continue  # settled where it is delivered alone
        fields[outbound.pk] = {"body": body, "repeat": repeats[outbound.pk]}
    sound = [outbound for outbound in outbounds if outbound.pk in fields]
    return batches.update_leased(sound, fields, first_attempt_at=now)
