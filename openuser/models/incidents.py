"""Incidents, and the alerts about them."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.work.base import Work


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Queries on incidents."""

    def open(self) -> "IncidentQuerySet":
        return self.filter(resolved_at=None)


class Incident(models.Model):
    """A condition that needs a person, from when it was found until it is over.

    Attributes:
        subject: of several the one that it concerns: the ID of an application, the name of a machine.
        details: figures for the words, as they were last found.
        seen_at: when the condition was last found.
    """

    class Kind(models.TextChoices):
        CALLBACKS_WAIT = "callbacks_wait", _("Callbacks wait")
        MESSAGES_WAIT = "messages_wait", _("Messages wait")
        VIDEOS_WAIT = "videos_wait", _("Videos wait")
        OUTAGE = "outage", _("WeChat Work cannot be reached")
        HELD = "held", _("An application sends nothing")
        UNDECIDED = "undecided", _("Messages may not have arrived")
        RENDERS_FAIL = "renders_fail", _("Videos fail")
        UNLABELLED = "unlabelled", _("A video lacked its AI label")
        LOGINS = "logins", _("Many wrong passwords")
        DISK = "disk", _("A disk is full")
        SPOOL = "spool", _("Callbacks lie on a disk")
        WEBHOOK_OFF = "webhook_off", _("A webhook was switched off")
        DAYS_UNKNOWN = "days_unknown", _("Working days are about to be unknown")

    kind = models.CharField(_("incident"), max_length=20, choices=Kind, editable=False)
    subject = models.CharField(_("subject"), max_length=100, blank=True, editable=False)
    details = models.JSONField(_("details"), default=dict, editable=False)
    opened_at = models.DateTimeField(_("began at"), editable=False)
    seen_at = models.DateTimeField(_("last found"), editable=False)
    resolved_at = models.DateTimeField(_("over since"), null=True, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(resolved_at=None), name="incident_open_once"
            ),
        ]
        indexes = [models.Index(fields=["resolved_at", "opened_at"], name="incident_state")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    def lasted(self, now: datetime) -> timedelta:
        """How long it lasted, or has lasted until now."""
        return (self.resolved_at or now) - self.opened_at


class Alert(Work):
    """One message about an incident through one channel: that it began, or that it is over.

    Attributes:
        called_at: when an attempt began to send it. An attempt that died after that may have sent it.
    """

    task = "openuser.send_alert"
    lease = timedelta(seconds=60)
    max_attempts = 10

    class News(models.TextChoices):
        OPENED = "opened", _("began")
        RESOLVED = "resolved", _("is over")

    class Channel(models.TextChoices):
        GROUP = "group", _("group in WeChat Work")
        MAIL = "mail", _("e-mail")

    class Reason(models.TextChoices):
        UNREACHABLE = "unreachable", _("it cannot be reached")
        REFUSED = "refused", _("it answered with an error")
        UNCERTAIN = "uncertain", _("it may not have arrived; it is not sent twice")
        OFF = "off", _("the channel was switched off")

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="alerts", verbose_name=_("incident"))
    news = models.CharField(_("news"), max_length=10, choices=News, editable=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, editable=False)
    called_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [models.UniqueConstraint(fields=["incident", "news", "channel"], name="alert_once")]
        indexes = [
            models.Index(fields=["status", "due_at"], name="alert_due"),
            models.Index(fields=["order_key", "status", "id"], name="alert_order"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_news_display()}"
