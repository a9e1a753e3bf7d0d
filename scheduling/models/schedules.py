"""Schedules, and the outcome of each of their moments."""

import zoneinfo
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from avatars import services as avatars
from avatars.models import DigitalHuman, Render, RenderMode, RenderTemplate
from conversations.models import Message
from scheduling.business_calendar import Rule
from scheduling.descriptions import describe_moment, describe_rule
from wecom.models import Application

LONGEST_GRACE = 24 * 60


def default_time_zone() -> str:
    """The time zone of the installation."""
    return str(settings.TIME_ZONE)


def default_grace() -> int:
    """The default grace period in minutes."""
    return int(settings.SCHEDULING["GRACE_MINUTES"])


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    """Queries on schedules."""

    def due(self, now: datetime) -> "ScheduleQuerySet":
        """Schedules with a due moment that is not handled yet."""
        return self.filter(paused=False, next_tick_at__lte=now)

    def near(self, now: datetime, farthest: datetime) -> "ScheduleQuerySet":
        """Schedules whose next video may have to be rendered now, because it is due until `farthest`."""
        video = self.model.MessageType.VIDEO
        near = self.filter(paused=False, message_type=video, next_tick_at__gt=now, next_tick_at__lte=farthest)
        asked = near.exclude(ahead_for=models.F("next_tick_at"))
        return asked.select_related("digital_human", "application", "template__digital_human__voice", "template__voice")


class Schedule(models.Model):
    """A message or video that is sent repeatedly: to whom, what, and when."""

    class MessageType(models.TextChoices):
        TEXT = "text", _("text")
        VIDEO = "video", _("video of a digital human")

    class Days(models.TextChoices):
        EVERY = "every", _("every day of the cron line")
        WORKING = "working", _("only on China's working days, including make-up days (调休)")

    name = models.CharField(_("name"), max_length=80, blank=True, help_text=_("Only shown in the admin."))
    application = models.ForeignKey(
        Application,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="schedules",
        verbose_name=_("application"),
        help_text=_("Leave it empty for the default application."),
    )
    user_ids = models.JSONField(
        _("members"), default=list, help_text=_("WeChat Work user IDs, one per line, such as zhangsan.")
    )
    message_type = models.CharField(_("sent as"), max_length=8, choices=MessageType, default=MessageType.TEXT)
    text = models.TextField(
        _("text"), blank=True, help_text=_("The text to send, or the script if no template is chosen.")
    )
    digital_human = models.ForeignKey(
        DigitalHuman,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="schedules",
        verbose_name=_("digital human"),
        help_text=_("Digital human in the video. Leave it empty for the desk's."),
    )
    mode = models.CharField(
        _("mode"),
        max_length=24,
        choices=RenderMode,
        blank=True,
        help_text=_("How much of the portrait moves. Leave it empty for the digital human's mode."),
    )
    template = models.ForeignKey(
        RenderTemplate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="schedules",
        verbose_name=_("video template"),
        help_text=_("Used instead of the text, with its own script and digital human."),
    )
    values = models.JSONField(
        _("values of its variables"),
        default=dict,
        blank=True,
        help_text=_("One per line: variable = value. {{name}} stands for a fact about the member."),
    )
    cron = models.CharField(
        _("cron line"),
        max_length=120,
        help_text=_(
            "Minute, hour, day of the month, month, weekday. “0 9 * * *” is every day at 9:00, “0 10 * * 1” every "
            "Monday at 10:00, “30 8 1 * *” the first of every month at 8:30."
        ),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default=default_time_zone,
        help_text=_("Time zone of the cron line, such as Asia/Shanghai."),
    )
    days = models.CharField(_("on which days"), max_length=8, choices=Days, default=Days.EVERY)
    grace_minutes = models.PositiveSmallIntegerField(
        _("grace in minutes"),
        default=default_grace,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_GRACE)],
        help_text=_("How late it may still be sent, for example after an outage. Later runs are recorded as missed."),
    )
    paused = models.BooleanField(_("paused"), default=False, editable=False)
    periodic_task = models.OneToOneField(
        PeriodicTask, models.SET_NULL, null=True, editable=False, related_name="wechat_schedule"
    )
    key = models.CharField(max_length=64, blank=True, editable=False, help_text=_("Hash of the call that created it."))
    watched_from = models.DateTimeField(
        default=timezone.now, editable=False, help_text=_("Runs until then are recorded.")
    )
    next_tick_at = models.DateTimeField(null=True, editable=False)
    ahead = models.ForeignKey(
        Render,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("video rendered ahead"),
    )
    ahead_for = models.DateTimeField(null=True, editable=False, help_text=_("The run it is rendered for."))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ("pk",)
        permissions = [("run_schedule", "Can run a schedule now")]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~models.Q(key=""), name="schedule_one_per_call"),
        ]
        indexes = [models.Index(fields=["paused", "next_tick_at"], name="schedule_due")]

    def __str__(self) -> str:
        return self.name or self.text[:40] or str(self.template or "")

    @property
    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            # The time zone database no longer has it.
            return ZoneInfo(settings.TIME_ZONE)

    @property
    def rule(self) -> Rule:
        return Rule(line=self.cron, zone=self.zone, working_days=self.days == self.Days.WORKING)

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self.grace_minutes)

    @property
    def is_personal(self) -> bool:
        """Whether the script differs from member to member."""
        return self.template is not None and avatars.is_personalised(self.values)

    @property
    def splices(self) -> bool | None:
        """Whether repeated sentences are rendered once; None means as the template is set."""
        return True if self.is_personal and len(self.user_ids) > 1 else None

    @property
    def words(self) -> str:
        """Its rule in words."""
        return describe_rule(self.rule)


class Run(models.Model):
    """The outcome of one moment of a schedule. Written once, together with its messages."""

    class Outcome(models.TextChoices):
        SENT = "sent", _("sent to the outbox")
        MISSED = "missed", _("missed")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("not a working day")

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="runs", verbose_name=_("schedule"))
    due_at = models.DateTimeField(_("due at"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    detail = models.TextField(_("what went wrong"), blank=True)
    by_hand = models.BooleanField(_("started by hand"), default=False)
    others_missed = models.PositiveIntegerField(_("earlier ones missed too"), default=0)
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
            models.Index(fields=["cid"], name="run_cid"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} · {describe_moment(self.due_at, self.schedule.zone)}"

    @property
    def why(self) -> str:
        """Why nothing was sent, and what to do; empty if it was."""
        zone = self.schedule.zone
        if self.outcome == self.Outcome.MISSED:
            values = {"noticed": describe_moment(self.created_at, zone), "count": self.others_missed}
            words = gettext("Too late to send: noticed on %(noticed)s. OpenUser was not working when it was due.")
            more = gettext("%(count)d earlier ones were missed as well.") if self.others_missed else ""
            return f"{words} {more}".strip() % values
        if self.outcome == self.Outcome.SKIPPED:
            return gettext("Nobody works in China on that day.")
        return self.detail


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
