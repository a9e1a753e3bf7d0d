"""Webhook endpoints and their deliveries."""

import base64
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from core.parties.acting_client import ClientNameField
from core.work.base import Work

SECRET_BYTES = 32  # Standard Webhooks takes 24 to 64
SECRET_PREFIX = "whsec_"  # noqa: S105 - how a secret begins, not one


def new_secret() -> str:
    """A secret in the format of Standard Webhooks."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def new_event_id() -> str:
    """The ID of an event, which all its deliveries and attempts share."""
    return f"msg_{secrets.token_urlsafe(20)}"


class WebhookEndpoint(models.Model):
    """A URL of another system that receives events."""

    class Event(models.TextChoices):
        RENDER_COMPLETED = "render.completed", _("a video is ready")
        RENDER_FAILED = "render.failed", _("a video failed")
        RENDER_CANCELLED = "render.cancelled", _("a video was cancelled")
        CAMPAIGN_STARTED = "campaign.started", _("a campaign began to send")
        CAMPAIGN_FINISHED = "campaign.finished", _("a campaign has reached all its members")
        CAMPAIGN_STOPPED = "campaign.stopped", _("a campaign was paused, cancelled, or stopped by errors")
        DELIVERY_SETTLED = "delivery.settled", _("members of a campaign got it, or did not")
        MESSAGE_RECEIVED = "message.received", _("a member has written")
        SESSION_FINISHED = "session.finished", _("a member has finished a flow, or left it")
        TICKET_OPENED = "ticket.opened", _("a member is passed on to people")
        TICKET_ASSIGNED = "ticket.assigned", _("an operator has a ticket")
        TICKET_CLOSED = "ticket.closed", _("a ticket was closed")
        QUESTION_UNANSWERED = "question.unanswered", _("a member asked something that has no answer")
        PREFERENCES_CHANGED = "member.preferences_changed", _("a member has chosen something else")
        INCIDENT_OPENED = "incident.opened", _("an incident began")
        INCIDENT_RESOLVED = "incident.resolved", _("an incident is over")

    class Off(models.TextChoices):
        PERSON = "person", _("disabled by hand")
        GONE = "gone", _("its server answered 410 (gone)")
        FAILING = "failing", _("it failed for five days")

    name = models.CharField(_("name"), max_length=60, unique=True, help_text=_("The receiving system, such as “OA”."))
    url = models.URLField(
        _("address"),
        max_length=500,
        help_text=_("HTTPS URL that answers 2xx within 15 seconds. Other answers are retried."),
    )
    events: "models.JSONField[Any, Any]" = models.JSONField(_("events"), default=list)
    enabled = models.BooleanField(_("enabled"), default=True)
    off_because = models.CharField(_("switched off because"), max_length=10, choices=Off, blank=True, editable=False)
    secret = EncryptedTextField(default=new_secret, editable=False)
    old_secret = EncryptedTextField(blank=True, editable=False)
    old_until = models.DateTimeField(_("old secret valid until"), null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    client = ClientNameField(_("created by the program"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")

    def __str__(self) -> str:
        return self.name

    def secrets_at(self, now: datetime) -> list[str]:
        """The secrets to sign with: the current one, and for a day after a renewal the old one."""
        old_counts = self.old_secret and self.old_until is not None and self.old_until > now
        return [self.secret, self.old_secret] if old_counts else [self.secret]


class WebhookDelivery(Work):
    """One event for one endpoint, with the same ID and bytes in every attempt."""

    task = "openuser.deliver_webhook"
    lease = timedelta(seconds=60)
    max_attempts = 10

    class Reason(models.TextChoices):
        REFUSED = "refused", _("it answered with an error")
        THROTTLED = "throttled", _("it asked us to slow down")
        UNREACHABLE = "unreachable", _("it cannot be reached")
        TIMEOUT = "timeout", _("it did not answer in time")
        TLS = "tls", _("its certificate is not valid")
        FORBIDDEN = "forbidden", _("its address is one that we may not call")
        SWITCHED_OFF = "switched_off", _("the endpoint is switched off")
        GONE = "gone", _("its server answered 410 (gone)")

    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, related_name="deliveries", verbose_name=_("webhook endpoint")
    )
    event_id = models.CharField(_("event ID"), max_length=40, editable=False)
    event = models.CharField(_("event"), max_length=40, editable=False)
    payload = models.TextField(_("what is sent"), editable=False)
    answered = models.PositiveSmallIntegerField(_("answer"), null=True, editable=False)
    took_seconds = models.FloatField(_("took seconds"), null=True, editable=False)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [models.UniqueConstraint(fields=["endpoint", "event_id"], name="webhook_delivery_once")]
        indexes = [
            models.Index(fields=["status", "due_at"], name="webhook_delivery_due"),
            models.Index(fields=["created_at"], name="webhook_delivery_age"),
            models.Index(fields=["event_id"], name="webhook_delivery_event"),
            models.Index(fields=["event", "id"], name="webhook_delivery_kind"),
            models.Index(fields=["cid"], name="webhook_delivery_cid"),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.endpoint}"

    @property
    def parsed(self) -> Any:
        """The payload as a Python object."""
        return json.loads(self.payload)
