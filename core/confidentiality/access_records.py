"""Records of readings of members' messages: one for each reader, page, member and hour, without the text."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils import timezone

from core.models import AccessRecord

Way = AccessRecord.Way
MOST_PEOPLE = 200  # that are recorded one by one; of more, one record says how many rows were shown


def record_access(
    who: Any, page: str, *, people: Collection[int] = (), way: str = Way.ROW, rows: int = 1, now: datetime | None = None
) -> None:
    """Record that this account or program has read rows about these people (keys of members).

    `page` is the label of a model, or the name of a page. One more reading within the hour adds nothing.
    """
    at = now or timezone.now()
    hour = at.replace(minute=0, second=0, microsecond=0)
    is_program = hasattr(who, "scopes")
    reader = str(who.name if is_program else who.get_username())
    known = sorted({person for person in people if person})
    whom = known if 0 < len(known) <= MOST_PEOPLE else [0]
    AccessRecord.objects.bulk_create(
        [
            AccessRecord(
                **{"reader": reader, "is_program": is_program, "page": page, "way": way},
                **{"person": person, "rows": rows, "hour": hour, "at": at},
            )
            for person in whom
        ],
        ignore_conflicts=True,
    )
