"""Flows that a campaign starts: each member gets the first question in their conversation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from conversations import services as conversations
from conversations.exceptions import ConversationError
from conversations.models import Flow
from scheduling.models import CampaignRun, Delivery
from wecom.models import Application


def start_all(
    words: Mapping[str, Any], members: Mapping[int, str], application: Application, *, run: CampaignRun, now: datetime
) -> tuple[int, int]:
    """Start the flow for members, by key with their user IDs; how many it was started for, and how many not."""
    flow = Flow.objects.get(pk=words["flow_id"])
    failed = set()
    for key, user_id in members.items():  # in the order of their keys, as everywhere
        talk = conversations.conversation_with(user_id, application=application)
        try:
            with transaction.atomic():
                conversations.start_flow(talk, flow, cid=run.cid, now=now)
        except ConversationError:
            failed.add(key)
    rows = Delivery.objects.filter(run=run, member__in=members)
    rows.filter(member__in=failed).update(status=Delivery.Status.FAILED, reason=Delivery.Reason.REFUSED)
    rows.exclude(member__in=failed).update(status=Delivery.Status.SENT)
    return len(members) - len(failed), len(failed)
