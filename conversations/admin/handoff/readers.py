"""Which conversations an account reads at the desk: of the tickets that it serves, or all by a right of its own."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from conversations.models import Operator, Ticket
from core.confidentiality.access_records import Way, record_access
from core.confidentiality.rights import may_read

DESK = "desk"
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
