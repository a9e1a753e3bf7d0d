"""Schedules: recipients, content and time."""

import zoneinfo
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from avatars import services as avatars
from avatars.models import DigitalHuman, Presentation, Render, RenderMode, RenderTemplate
from core.parties.acting_client import ClientNameField
from scheduling.business_calendar import Calendar, Rule
from scheduling.descriptions import describe_rule
from scheduling.models.calendar_days import calendar_of
from scheduling.models.topics import OnTopic
from wecom.models import Application

LONGEST_GRACE = 24 * 60
EVERYONE = "@all"
"""Among the user IDs: all members whom the application reaches, as in WeChat Work's `touser`."""


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

    def asked(self) -> "ScheduleQuerySet":
        """Drafts whose writers ask for publishing, those who wait longest first."""
        return self.filter(draft=True, asked_at__isnull=False).select_related("asked_by").order_by("asked_at", "pk")

    def sent_back_to(self, user_id: int | None) -> "ScheduleQuerySet":
        """Drafts that were sent back to a person who had asked."""
        return self.filter(draft=True, asked_at=None, asked_by=user_id).exclude(returned_note="").order_by("pk")

    def near(self, now: datetime, farthest: datetime) -> "ScheduleQuerySet":
        """Schedules whose next video may have to be rendered now, because it is due until `farthest`."""
        video = self.model.MessageType.VIDEO
        near = self.filter(paused=False, message_type=video, next_tick_at__gt=now, next_tick_at__lte=farthest)
        asked = near.exclude(ahead_for=models.F("next_tick_at"))
        videos = ("template__digital_human__voice", "template__voice", "presentation__digital_human__voice")
        return asked.select_related("digital_human", "application", *videos)


class Schedule(OnTopic):
    """A message or video that is sent repeatedly, with its recipients and its time."""

    class MessageType(models.TextChoices):
        TEXT = "text", _("text")
        VIDEO = "video", _("video of a digital human")

    class Days(models.TextChoices):
        EVERY = "every", _("every day of the schedule")
        WORKING = "working", _("only on working days, including make-up days (调休)")

    class UnknownDays(models.TextChoices):
        HOLD = "hold", _("send nothing and tell you")
        WEEKDAYS = "weekdays", _("count Monday to Friday as working days")

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
    presentation = models.ForeignKey(
        Presentation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="schedules",
        verbose_name=_("presentation"),
        help_text=_("Its scenes instead of the text, in each member's language if all scenes have it."),
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
    unknown_days = models.CharField(
        _("in a year without known working days"),
        max_length=8,
        choices=UnknownDays,
        default=UnknownDays.HOLD,
        db_default=UnknownDays.HOLD,
        help_text=_("China's holidays of a year are published in the November before it."),
    )
    only_on = models.DateField(
        _("only on"), null=True, blank=True, help_text=_("The date of a schedule that runs once; empty for others.")
    )
    department_numbers = models.JSONField(
        _("departments"),
        default=list,
        blank=True,
        db_default=models.Value([], models.JSONField()),
        help_text=_("Numbers of departments. Their members and those of departments below get it."),
    )
    tag_numbers = models.JSONField(
        _("tags"),
        default=list,
        blank=True,
        db_default=models.Value([], models.JSONField()),
        help_text=_("Numbers of tags. Members with one of them get it."),
    )
    paused = models.BooleanField(_("paused"), default=False, editable=False)
    draft = models.BooleanField(_("draft"), default=False, db_default=False, editable=False)
    asked_at = models.DateTimeField(_("publishing asked for at"), null=True, blank=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("publishing asked for by"),
    )
    asked_client = ClientNameField(_("publishing asked for by the program"), default="")
    client = ClientNameField(_("written by the program"))
    returned_note = models.CharField(
        _("why it was sent back"), max_length=300, blank=True, default="", db_default="", editable=False
    )
    periodic_task = models.OneToOneField(
        PeriodicTask, models.SET_NULL, null=True, editable=False, related_name="wechat_schedule"
    )
    key = models.CharField(max_length=64, blank=True, editable=False, help_text=_("Hash of the call that created it."))
    watched_from = models.DateTimeField(
        default=timezone.now, editable=False, help_text=_("Runs until then are recorded.")
    )
    next_tick_at = models.DateTimeField(null=True, editable=False)
    ahead = models.ForeignKey(
        Render, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("video rendered ahead")
    )
    ahead_for = models.DateTimeField(null=True, editable=False, help_text=_("The run it is rendered for."))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ("pk",)
        permissions = [("run_schedule", "Can run a schedule now"), ("publish_schedule", "Can publish a schedule")]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~models.Q(key=""), name="schedule_one_per_call"),
            # Everything that sends leaves out what is paused, also in a process of the version before.
            models.CheckConstraint(
                condition=models.Q(draft=False) | models.Q(paused=True), name="schedule_draft_is_paused"
            ),
            models.CheckConstraint(
                condition=models.Q(template=None) | models.Q(presentation=None), name="schedule_one_video_source"
            ),
        ]
        indexes = [models.Index(fields=["paused", "next_tick_at"], name="schedule_due")]

    def __str__(self) -> str:
        return self.name or self.text[:40] or str(self.source or "")

    @property
    def source(self) -> avatars.VideoSource | None:
        """The template or presentation that is sent instead of a text."""
        return self.template or self.presentation

    @property
    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            # The time zone database no longer has it.
            return ZoneInfo(settings.TIME_ZONE)

    @cached_property
    def calendar(self) -> Calendar:
        """The working days of its company. Lists share one among their schedules."""
        return calendar_of(self.application)

    @property
    def asks_for_days(self) -> bool:
        """Whether it goes out on working days only."""
        return self.days == self.Days.WORKING

    @property
    def rule(self) -> Rule:
        working = self.days == self.Days.WORKING
        return Rule(
            line=self.cron,
            zone=self.zone,
            working_days=working,
            calendar=self.calendar if working else Calendar(),
            holds=self.unknown_days == self.UnknownDays.HOLD,
            only_on=self.only_on,
        )

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self.grace_minutes)

    @property
    def is_personal(self) -> bool:
        """Whether the script differs from member to member."""
        return self.source is not None and avatars.is_personalised(self.values)

    @property
    def splices(self) -> bool | None:
        """Whether repeated sentences are rendered once; None means as the template is set."""
        return True if self.is_personal and not self.names_one_member else None

    @property
    def names_one_member(self) -> bool:
        """Whether it goes to a single member, by their user ID."""
        ids_only = not self.department_numbers and not self.tag_numbers
        return ids_only and len(self.user_ids) == 1 and EVERYONE not in self.user_ids

    @property
    def words(self) -> str:
        """Its rule in words."""
        return describe_rule(self.rule)
