"""Moves of members who are in a flow when another version of it begins to run."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.flows import FlowVersion
from conversations.models.sessions import Session
from core.work.base import Work


class SessionPlan(models.Model):
    """The choice for the sessions that wait in one state when a version begins to run."""

    class Choice(models.TextChoices):
        PIN = "pin", _("finish the version they began with")
        FINISH = "finish", _("finish it until a date, then it ends")
        MOVE = "move", _("go on in the new version")

    version = models.ForeignKey(
        FlowVersion, models.CASCADE, related_name="session_plans", verbose_name=_("flow version")
    )
    state = models.CharField(_("step"), max_length=40)
    state_name = models.CharField(_("name of the step"), max_length=60)
    choice = models.CharField(_("choice"), max_length=6, choices=Choice)
    target = models.CharField(_("goes on at"), max_length=40, blank=True)
    finish_by = models.DateTimeField(_("until"), null=True, blank=True)
    text = models.TextField(_("text at the end"), blank=True)
    tell_hours = models.PositiveSmallIntegerField(
        _("told before (hours)"), default=0, db_default=0, help_text=_("0: not told before the date.")
    )
    session_count = models.PositiveIntegerField(_("sessions"))

    class Meta:
        verbose_name = _("plan for sessions")
        verbose_name_plural = _("plans for sessions")
        ordering = ["version", "pk"]

    def __str__(self) -> str:
        return f"{self.version}: {self.state_name}"


class MoveBatch(Work):
    """Up to a hundred sessions that are moved, or ended, together."""

    task = "conversations.move_sessions"
    max_attempts = 20  # a kill costs one; each attempt goes on where the last one was
    lease = timedelta(seconds=30)

    class Reason(models.TextChoices):
        ANSWERS = "answers_first", _("waits for answers that are being handled")
        DATE = "date", _("members were told; waits for the date")

    plan = models.ForeignKey(SessionPlan, models.CASCADE, related_name="batches", verbose_name=_("plan for sessions"))

    class Meta:
        verbose_name = _("batch of sessions")
        verbose_name_plural = _("batches of sessions")
        indexes = [models.Index(fields=["status", "due_at"], name="move_batch_due")]

    def __str__(self) -> str:
        return f"{self.plan} #{self.pk}"


class SessionMove(models.Model):
    """The outcome of one session. `lost` names the slots that the new version has no place for."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waits")
        MOVED = "moved", _("goes on in the new version")
        ENDED = "ended", _("ended at the date")
        WENT_ON = "went_on", _("the member had gone on meanwhile")
        OVER = "over", _("had ended before")
        FAILED = "failed", _("could not be moved")

    batch = models.ForeignKey(MoveBatch, models.CASCADE, related_name="moves", verbose_name=_("batch of sessions"))
    session = models.ForeignKey(Session, models.CASCADE, related_name="moves", verbose_name=_("session"))
    version = models.ForeignKey(FlowVersion, models.CASCADE, related_name="+", verbose_name=_("version it was in"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.WAITING)
    lost = models.JSONField(_("answers without a place"), default=list, blank=True)
    told_at = models.DateTimeField(_("told before, at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("move of a session")
        verbose_name_plural = _("moves of sessions")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["batch", "session"], name="session_move_once_in_batch")]

    def __str__(self) -> str:
        return f"{self.session} → {self.batch}"
