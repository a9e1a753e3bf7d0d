"""Receivers of the apps' signals: live updates and webhooks."""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse

from avatars.models import Render
from avatars.signals import render_finished, renders_unwanted
from conversations.models import Message, PreferenceChange, QuestionOccurrence, Session, Ticket
from conversations.signals import (
    message_received,
    preferences_changed,
    question_unanswered,
    session_finished,
    ticket_assigned,
    ticket_closed,
    ticket_opened,
)
from core.live_updates import publish_change
from openuser.metrics.auth_failures import AUTH_FAILURES
from openuser.models import WebhookEndpoint
from openuser.pages import staff_sessions
from openuser.webhooks import services as hooks
from scheduling.models import Batch, Campaign, CampaignRun
from scheduling.signals import campaign_finished, campaign_started, campaign_stopped, deliveries_settled
from wecom.models import Outbound
from wecom.signals import outbounds_settled

logger = logging.getLogger(__name__)

EVENTS: dict[str, str] = {
    Render.Status.DONE: WebhookEndpoint.Event.RENDER_COMPLETED,
    Render.Status.FAILED: WebhookEndpoint.Event.RENDER_FAILED,
    Render.Status.CANCELLED: WebhookEndpoint.Event.RENDER_CANCELLED,
}


@receiver(user_login_failed)
def on_login_failed(**_: Any) -> None:
    AUTH_FAILURES.add()
    logger.warning("A log-in failed.")  # without the name, which may be a password in the wrong field


@receiver(user_logged_in)
def on_logged_in(user: User, request: HttpRequest, **_: Any) -> None:
    staff_sessions.begin(request.session)
    logger.info("An account logged in.", extra={"account": user.pk})


@receiver(user_logged_out)
def on_logged_out(user: User | None, **_: Any) -> None:
    if user is not None:  # else the session had ended already
        logger.info("An account logged out.", extra={"account": user.pk})


@receiver(render_finished)
def on_render_finished(render: Render, **_: Any) -> None:
    publish_change("renders", "finished", id=render.pk)
    hooks.announce(EVENTS[render.status], _payload(render), cid=render.cid)


@receiver(renders_unwanted)
def on_renders_unwanted(renders: Sequence[int], **_: Any) -> None:
    publish_change("renders", "finished")
    if hooks.is_subscribed(WebhookEndpoint.Event.RENDER_CANCELLED):
        for render in Render.objects.filter(pk__in=renders).select_related("digital_human").order_by("pk"):
            hooks.announce(WebhookEndpoint.Event.RENDER_CANCELLED, _payload(render), cid=render.cid)


@receiver(outbounds_settled)
def on_outbounds_settled(outbounds: Sequence[Outbound], **_: Any) -> None:
    for outbound in outbounds:
        publish_change("outbounds", "settled", id=outbound.pk)


@receiver(campaign_started)
def on_campaign_started(run: CampaignRun, **_: Any) -> None:
    hooks.announce(WebhookEndpoint.Event.CAMPAIGN_STARTED, _run(run), cid=run.cid)


@receiver(campaign_finished)
def on_campaign_finished(run: CampaignRun, **_: Any) -> None:
    figures = {"planned": run.planned, "left_out": run.left_out, "sent": run.sent, "failed": run.failed}
    hooks.announce(WebhookEndpoint.Event.CAMPAIGN_FINISHED, {**_run(run), **figures}, cid=run.cid)


@receiver(campaign_stopped)
def on_campaign_stopped(campaign: Campaign, reason: str, **_: Any) -> None:
    data = {"campaign": campaign.pk, "series": campaign.series_id, "state": campaign.state, "reason": reason}
    hooks.announce(WebhookEndpoint.Event.CAMPAIGN_STOPPED, data)


@receiver(deliveries_settled)
def on_deliveries_settled(batch: Batch, outbound: Outbound, sent: int, failed: int, **_: Any) -> None:
    data = {"run": batch.run_id, "batch": batch.pk, "outbound": outbound.pk, "msgid": outbound.msgid}
    unreached = [*outbound.invalid, *outbound.unlicensed]
    figures = {"user_ids": outbound.recipients, "unreached": unreached, "sent": sent, "failed": failed}
    hooks.announce(WebhookEndpoint.Event.DELIVERY_SETTLED, {**data, **figures}, cid=batch.cid)


@receiver(message_received)
def on_message_received(message: Message, **_: Any) -> None:
    data = {"id": message.pk, "user_id": message.member.user_id, "application": message.application_id}
    data |= {"kind": message.content.kind, "received_at": message.created_at.isoformat()}
    hooks.announce(WebhookEndpoint.Event.MESSAGE_RECEIVED, data, cid=message.cid)


@receiver(session_finished)
def on_session_finished(session: Session, **_: Any) -> None:
    conversation, version = session.conversation, session.version
    data = {"id": session.pk, "user_id": conversation.member.user_id, "application": conversation.application_id}
    data |= {"flow": version.flow_id, "version": version.number, "status": session.status, "state": session.state}
    moments = {"started_at": session.started_at, "finished_at": session.finished_at}
    data |= {name: at.isoformat() if at else None for name, at in moments.items()}
    hooks.announce(WebhookEndpoint.Event.SESSION_FINISHED, data, cid=session.cid)


@receiver(question_unanswered)
def on_question_unanswered(occurrence: QuestionOccurrence, is_new: bool, **_: Any) -> None:
    question = occurrence.question
    data = {"id": question.pk, "user_id": occurrence.conversation.member.user_id, "language": question.language}
    data |= {"times": question.times, "is_new": is_new, "asked_at": occurrence.asked_at.isoformat()}
    hooks.announce(WebhookEndpoint.Event.QUESTION_UNANSWERED, data, cid=occurrence.cid)


@receiver(preferences_changed)
def on_preferences_changed(change: PreferenceChange, **_: Any) -> None:
    data = {"user_id": change.member.user_id, "origin": change.origin, "before": change.before, "after": change.after}
    hooks.announce(WebhookEndpoint.Event.PREFERENCES_CHANGED, data)


@receiver(ticket_opened)
def on_ticket_opened(ticket: Ticket, **_: Any) -> None:
    hooks.announce(WebhookEndpoint.Event.TICKET_OPENED, _ticket(ticket), cid=ticket.cid)


@receiver(ticket_assigned)
def on_ticket_assigned(ticket: Ticket, **_: Any) -> None:
    hooks.announce(WebhookEndpoint.Event.TICKET_ASSIGNED, _ticket(ticket), cid=ticket.cid)


@receiver(ticket_closed)
def on_ticket_closed(ticket: Ticket, **_: Any) -> None:
    hooks.announce(WebhookEndpoint.Event.TICKET_CLOSED, _ticket(ticket), cid=ticket.cid)


def _ticket(ticket: Ticket) -> dict[str, Any]:
    """Persons and moments, but no words."""
    moments = ("opened_at", "taken_at", "answered_at", "closed_at")
    return {
        "id": ticket.pk,
        "user_id": ticket.conversation.member.user_id,
        "application": ticket.conversation.application_id,
        "group": ticket.group_id,
        "topic": ticket.topic_id,
        "operator": ticket.operator_id,
        "status": ticket.status,
        "reason": ticket.reason,
        "outcome": ticket.outcome,
        **{name: at.isoformat() if (at := getattr(ticket, name)) else None for name in moments},
    }


def _run(run: CampaignRun) -> dict[str, Any]:
    return {
        "campaign": run.campaign_id,
        "series": run.campaign.series_id,
        "run": run.pk,
        "moment": run.moment.isoformat(),
        "reason": run.reason,
    }


def _payload(render: Render) -> dict[str, Any]:
    """The data of a webhook: IDs, numbers and URLs, but not the script."""
    files = ["video", "captions", "poster"] if render.video else []
    files += ["translated_captions"] if render.translated_captions else []
    return {
        "id": render.pk,
        "digital_human": render.digital_human_id,
        "status": render.status,
        "reason": render.reason,
        "mode": render.mode,
        "seconds": render.seconds,
        "size": render.size,
        "content_id": render.content_id,
        "cid": render.cid,
        **{f"{name}_url": _absolute_url(f"render-{name.replace('_', '-')}", render.pk) for name in files},
    }


def _absolute_url(name: str, pk: int) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{reverse(name, args=[pk])}"
