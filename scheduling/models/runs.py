"""The outcome of each moment of a schedule, and rehearsals of campaigns and series."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations.models import Message
from core.work.base import Work
from scheduling.descriptions import describe_moment
from scheduling.models.campaigns import Campaign
from scheduling.models.schedules import Schedule
from scheduling.models.series import Series


class Run(models.Model):
    """The outcome of one moment of a schedule. Written once, together with its messages."""

    class Outcome(models.TextChoices):
        SENT = "sent", _("sent to the outbox")
        MISSED = "missed", _("missed")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("skipped")

    class Reason(models.TextChoices):
        """Why a moment was skipped; a failed one has the code of its error."""

        DAY_OFF = "day_off", _("not a working day")
        DAYS_UNKNOWN = "days_unknown", _("held, because the working days of the year are not known")
        NOBODY = "nobody", _("none of its members can be reached")
        STOPPED = "stopped", _("sending was stopped for the whole company")

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="runs", verbose_name=_("schedule"))
    due_at = models.DateTimeField(_("due at"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    detail = models.TextField(_("what went wrong"), blank=True)
    by_hand = models.BooleanField(_("started by hand"), default=False)
    others_missed = models.PositiveIntegerField(_("earlier ones missed too"), default=0)
    unreached = models.JSONField(
        _("members left out"),
        default=dict,
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        help_text=_("User IDs with the reason: left, out_of_range, opted_out or unknown."),
    )
    messages = models.ManyToManyField(
        Message, through="RunMessage", related_name="schedule_runs", verbose_name=_("messages")
    )
    cid = models.CharField(_("correlation ID"), max_length=32, blank=True)
    created_at = models.DateTimeField(_("recorded at"), default=timezone.now)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="run_once_per_moment")]
        indexes = [
            models.Index(fields=["due_at"], name="run_due"),
            models.Index(
                fields=["due_at"],
                condition=models.Q(outcome__in=["missed", "failed", "skipped"]),
                name="run_not_sent",
            ),
            models.Index(fields=["cid"], name="run_cid"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} · {describe_moment(self.due_at, self.schedule.zone)}"

    @property
    def why(self) -> str:
        """Why nothing was sent, and the remedy; empty if it was."""
        zone = self.schedule.zone
        if self.outcome == self.Outcome.MISSED:
            values = {"noticed": describe_moment(self.created_at, zone), "count": self.others_missed}
            words = gettext("Too late to send: noticed on %(noticed)s. OpenUser was not working when it was due.")
            more = gettext("%(count)d earlier ones were missed as well.") if self.others_missed else ""
            return f"{words} {more}".strip() % values
        if self.outcome == self.Outcome.SKIPPED:
            return self._why_skipped()
        return self.detail

    def _why_skipped(self) -> str:
        if self.reason == self.Reason.DAYS_UNKNOWN:
            words = gettext(
                "The working days of %(year)d are not known, so nothing was sent. Import them, or let the schedule "
                "count Monday to Friday."
            )
            return words % {"year": self.due_at.astimezone(self.schedule.zone).year}
        if self.reason == self.Reason.NOBODY:
            return gettext("None of its members can be reached. Their reasons are on the page of the run.")
        if self.reason == self.Reason.STOPPED:
            return gettext("Sending was stopped for the whole company. Later moments go out once it is allowed again.")
        return gettext("That day is not a working day.")


class RunMessage(models.Model):
    """A message of a run."""

    run = models.ForeignKey(Run, models.CASCADE)
    message = models.OneToOneField(Message, models.CASCADE, related_name="+")
    defaulted = models.JSONField(
        _("defaults used"), default=list, help_text=_("Variables whose value is unknown for the member.")
    )

    class Meta:
        verbose_name = _("message of a run")
        verbose_name_plural = _("messages of runs")

    def __str__(self) -> str:
        return f"{self.run_id} → {self.message_id}"


class RehearsalRun(Work):
    """A rehearsal that a person or a program asked for, and its result, which is deleted after some days."""

    task = "scheduling.rehearse"
    max_attempts = 3
    lease = timedelta(seconds=30)

    class Reason(models.TextChoices):
        SUPERSEDED = "superseded", _("another rehearsal was asked for")

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, null=True, blank=True, related_name="rehearsals", verbose_name=_("campaign")
    )
    series = models.ForeignKey(
        Series, models.CASCADE, null=True, blank=True, related_name="rehearsals", verbose_name=_("series")
    )
    asked_by = models.CharField(
        _("asked by"), max_length=80, editable=False, help_text="The kind and the number of a person or a client."
    )
    wish = models.JSONField(_("who takes part, and which days"), default=dict)
    in_full = models.BooleanField(_("shows personal facts"), default=False)
    language = models.CharField(_("language"), max_length=12)
    percent = models.PositiveSmallIntegerField(_("percent"), default=0)
    result = models.JSONField(_("result"), null=True, blank=True)
    error = models.JSONField(_("what went wrong"), null=True, blank=True)

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(campaign=None) ^ models.Q(series=None), name="rehearsal_of_one_subject"
            )
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="rehearsal_due"),
            models.Index(fields=["created_at"], name="rehearsal_age"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign or self.series} #{self.pk}"
