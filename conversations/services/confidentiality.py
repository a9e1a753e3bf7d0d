"""Who serves a member, and whose words a file has."""

from typing import Any

from django.db.models import Q, QuerySet

from conversations.models import Message, Operator, Ticket
from wecom.models import Download, Upload


def serves_file(user: Any, path: str) -> bool:
    """Whether an account serves a ticket of the member who sent this file, or was sent it."""
    if not user.has_perm("conversations.answer_ticket"):
        return False
    operator = Operator.objects.filter(user=user.pk).first()
    served = Ticket.objects.served_by(operator).values("conversation__member")
    return _with_file(path).filter(member__in=served).exists()


def people_of_file(path: str) -> list[int]:
    """The keys of the members who sent this file, or were sent it."""
    return list(_with_file(path).values_list("member", flat=True).distinct()[:100])


def _with_file(path: str) -> QuerySet[Message]:
    downloads = Download.objects.filter(path=path).values("pk")
    uploads = Upload.objects.filter(path=path).values("pk")
    return Message.objects.filter(Q(download__in=downloads) | Q(outbound__upload__in=uploads))
