"""Flows that wait to be started for members who joined a department, or who were asked something meanwhile."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.flows import Flow
from conversations.models.sessions import Session
from wecom.models import Application, Member


class FlowStart(models.Model):
    """One start of a flow for one member. It waits until no other question is open, and for the day."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waits")
        STARTED = "started", _("started")
        DROPPED = "dropped", _("not started")

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="starts", verbose_name=_("flow"))
    application = models.ForeignKey(Application, models.CASCADE, related_name="+", verbose_name=_("application"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("member"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.WAITING)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    cid = models.CharField(_("correlation ID"), max_length=32, blank=True, editable=False)
    session = models.ForeignKey(
        Session, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("session")
    )

    class Meta:
        verbose_name = _("start of a flow")
        verbose_name_plural = _("starts of flows")
        constraints = [
            models.UniqueConstraint(
                fields=["flow", "member"], condition=models.Q(status="waiting"), name="flow_start_one_waits"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["waiting", "started", "dropped"]), name="flow_start_known_status"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(status="waiting"), name="flow_start_due"),
        ]

    def __str__(self) -> str:
        return f"{self.flow} → {self.member_id}"
