"""Which conversations an account reads at the desk, and who looks at one just now.

It reads those of the tickets that it serves, or all by a right of its own.
"""

import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from conversations.models import Operator, Ticket
from core.confidentiality.access_records import Way, record_access
from core.confidentiality.rights import may_read
from core.text.member_names import full_name

DESK = "desk"
LOOKS = 40.0  # seconds; an open page comes back every fifteen
ANSWER = "conversations.answer_ticket"


@dataclass(frozen=True, kw_only=True)
class Reader:
    """An account at the desk. `answers`: may answer members. `reads_all`: has the right to read conversations."""

    operator: Operator | None
    answers: bool
    reads_all: bool

    @classmethod
    def of(cls, user: Any, operator: Operator | None) -> "Reader":
        return cls(operator=operator, answers=user.has_perm(ANSWER), reads_all=may_read(user))

    def among(self, tickets: Collection[Ticket]) -> set[int]:
        """The keys of those of these tickets whose conversations are read."""
        keys = {ticket.pk for ticket in tickets}
        if self.reads_all or not keys:
            return keys
        if not self.answers:
            return set()
        return set(Ticket.objects.served_by(self.operator).filter(pk__in=keys).values_list("pk", flat=True))

    def may_read(self, ticket: Ticket) -> bool:
        return bool(self.among([ticket]))


def record_list(user: Any, rows: Iterable[Any]) -> None:
    """Record whose last words a list shows."""
    people = [row.ticket.conversation.member_id for row in rows if row.words]
    if people:
        record_access(user, DESK, people=people, way=Way.LIST, rows=len(people))


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
