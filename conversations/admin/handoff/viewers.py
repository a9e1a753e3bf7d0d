"""Who looks at a ticket just now. Kept in the cache: a look that is forgotten comes back with the next refresh."""

import time
from contextlib import suppress
from typing import Any

from django.core.cache import cache

from core.text.member_names import full_name

LOOKS = 40.0  # seconds; an open page comes back every fifteen


def others_at(ticket: int, user: Any) -> list[str]:
    """The names of the others who look at this ticket; and note that this account does."""
    key, now = f"desk:viewers:{ticket}", time.time()
    viewers: dict[int, tuple[str, float]] = {}
    # A cache that is away only costs the names.
    with suppress(Exception):
        kept = cache.get(key) or {}
        viewers = {pk: (name, at) for pk, (name, at) in kept.items() if now - at < LOOKS}
        viewers[user.pk] = (full_name(user.last_name, user.first_name) or user.get_username(), now)
        cache.set(key, viewers, LOOKS)
    return sorted(name for pk, (name, _at) in viewers.items() if pk != user.pk)
