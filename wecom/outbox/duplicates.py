"""Telling equal messages apart: the platform swallows a request whose bytes it has seen in the last four hours."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from core.lookups import any_of
from wecom.contents import Card, Content
from wecom.media import uploads
from wecom.models import Application, Outbound, Upload
from wecom.outbox.payloads import REPEATS

BARE_MEDIA = frozenset({"image", "voice", "file"})  # nothing but a media ID: two messages with one file are equal
REMEMBERED = timedelta(hours=5)  # one hour more than the platform remembers
# Whether there is another message with the same bytes, for the statement that freezes them.
EQUAL = (
    'EXISTS (SELECT 1 FROM "wecom_outbound" other WHERE other.fingerprint = %s AND other.id <> %s'
    " AND (other.finished_at IS NULL OR other.finished_at >= %s))"
)


def fingerprint(
    application: Application, recipients: list[str], content: Content, payload: dict[str, Any], upload: Upload | None
) -> str:
    """The same for messages whose bytes would be equal. All copies of a file count as one.

    A card is known by its name, under which the platform takes one only; one without a name of its own by its contents,
    so that a handler that runs again is understood to send the same.
    """
    if isinstance(content, Card):
        named = not content.has_random_name
        payload = {key: value for key, value in payload.items() if (key == "task_id") == named}
    whole = [application.pk, recipients, content.msgtype, payload, f"{upload.kind}:{upload.sha256}" if upload else None]
    whole += [content.options()] if content.options() else []
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def distinct_upload(upload: Upload, fingerprint: str, now: datetime) -> Upload:
    """The upload, or a copy of it with another media ID that no equal message of the last hours has."""
    equal = Outbound.objects.filter(fingerprint=fingerprint).exclude(finished_at__lt=now - REMEMBERED)
    taken = set(equal.values_list("upload__copy", flat=True))
    number = next(number for number in range(len(taken) + 1) if number not in taken)
    return upload if number == upload.copy else uploads.get_or_create_copy(upload, number)


def comes_in_turn(outbound: Outbound) -> bool:
    """Whether equal messages, which go to the same member, wait until this one is settled, or were before it."""
    return bool(outbound.order_key) and not outbound.gave_way


def asked(outbound: Outbound, now: datetime) -> tuple[object, ...]:
    """The values that `EQUAL` asks for."""
    since = Outbound._meta.get_field("finished_at").get_db_prep_save(now - REMEMBERED, connection)
    return (outbound.fingerprint, outbound.pk, since)


def next_repeats(outbounds: Sequence[Outbound], now: datetime) -> dict[int, int]:
    """For each of these different messages, by ID, a repeat number that no equal one of the last hours has.

    All equal rows are locked, so that two workers that freeze at once do not take the same number.
    """
    equal = Outbound.objects.filter(any_of("fingerprint", {outbound.fingerprint for outbound in outbounds}))
    equal = equal.exclude(finished_at__lt=now - REMEMBERED)
    rows = equal.order_by("pk").select_for_update().only("pk", "repeat", "first_attempt_at", "fingerprint")
    taken: dict[str, dict[int, int]] = defaultdict(dict)
    for row in rows:
        if row.first_attempt_at or row.repeat:
            taken[row.fingerprint][row.pk] = row.repeat
    return {outbound.pk: _next_repeat(outbound, taken[outbound.fingerprint]) for outbound in outbounds}


def _next_repeat(outbound: Outbound, taken: dict[int, int]) -> int:
    """The number after those of equal messages, by ID, and after its own of before a person sent it again.

    Where numbers end, the lowest that is free: equal messages that come all day use them up in weeks.
    """
    numbers = {outbound.repeat - 1, *(number for pk, number in taken.items() if pk != outbound.pk)}
    following = max(numbers) + 1
    return following if following < REPEATS else next(number for number in range(REPEATS) if number not in numbers)
