"""The origin of a message or of an entry of a conversation: the mailing it comes from."""

from django.db import models

from conversations.models import Message
from conversations.services import Explanation, ExplanationLine
from scheduling.explanations import delivery_explanation
from scheduling.models import Delivery
from wecom.models import Application, Member

KEY = "delivery-"
"""Begins the key of an entry that is a delivery."""


def explain_message(message: Message) -> list[ExplanationLine]:
    """The lines on the campaign or series whose run has caused a message; none for others."""
    if message.cause.get("act") != "start":
        return []
    rows = _deliveries().filter(member=message.member_id, run__cid=message.cid).exclude(run__cid="")
    delivery = rows.first()  # its campaign has started the flow
    return delivery_explanation.lines_of(delivery) if delivery is not None else []


def explain_entry(key: str, *, member: Member, application: Application) -> Explanation | None:
    """Why a member got a delivery that their conversation shows; None for one that is not theirs."""
    number = key.removeprefix(KEY)
    if not key.startswith(KEY) or not number.isdecimal():
        return None
    delivery = _deliveries().filter(pk=int(number), member=member).first()
    if delivery is None or delivery.run.campaign.sender != application:
        return None
    return delivery_explanation.explain(delivery)


def _deliveries() -> "models.QuerySet[Delivery]":
    return Delivery.objects.select_related(
        *("member__corporation", "run__campaign__series", "run__campaign__application"),
        *("run__campaign__created_by", "run__campaign__topic"),
    )
