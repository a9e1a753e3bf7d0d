"""Campaigns: content, audience and time."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from scheduling.business_calendar import Calendar, Rule
from scheduling.content_kinds.content_kind import ContentKind
from scheduling.content_kinds.content_kind_registry import kind_named, kinds
from scheduling.content_kinds.written import TextKind
from scheduling.models.former_schedules import Schedule
from scheduling.models.mailings import LONGEST_GRACE, Mailing, default_grace, default_time_zone
from scheduling.models.series import Series
from scheduling.models.topics import HonoursChoices
from wecom.models import Application

LONGEST_LIFE = 7 * 24 * 60  # minutes that a message may wait
FARTHEST_DAY = 365  # of a step, before day 0 and after it


def content_choices() -> list[tuple[str, Any]]:
    """The kinds of content, and their labels in lists."""
    return [(kind.name, _(kind.label)) for kind in kinds()]


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Queries on campaigns."""

    def due(self, now: datetime) -> "CampaignQuerySet":
        """Campaigns that have a moment which is not handled yet."""
        return self.filter(state__in=Campaign.ON, next_at__lte=now)

    def near(self, now: datetime, farthest: datetime) -> "CampaignQuerySet":
        """Campaigns whose videos may have to be asked for now, because they are due until `farthest`."""
        made = [kind.name for kind in kinds() if kind.is_made]
        near = self.filter(state__in=Campaign.ON, content_type__in=made, next_at__gt=now, next_at__lte=farthest)
        return near.filter(models.Q(ahead_for=None) | ~models.Q(ahead_for=F("next_at")))

    def waiting(self) -> "CampaignQuerySet":
        """Campaigns that wait for approval, longest first."""
        return self.filter(state=Campaign.State.WAITING, series=None).order_by("changed_at", "pk")

    def waiting_alone(self) -> "CampaignQuerySet":
        """Those of them that need no approval, but a person who starts them."""
        return self.waiting().filter(policy=Campaign.Policy.ALONE).select_related("created_by")

    def steps(self) -> "CampaignQuerySet":
        """Steps of series, in the order in which members get them."""
        return self.exclude(series=None).order_by("day", F("at").asc(nulls_first=True))


class Campaign(Mailing, HonoursChoices):
    """The same message for many members: once, or repeatedly."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        WAITING = "waiting", _("waits for approval")
        APPROVED = "approved", _("approved")
        SCHEDULED = "scheduled", _("scheduled")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    class Policy(models.TextChoices):
        APPROVED = "approved", _("a second person approves it")
        ALONE = "alone", _("no second person approves it")

    class MessageClass(models.TextChoices):
        MANDATORY = "mandatory", _("mandatory: members cannot mute it, and no cap holds it")
        TRANSACTIONAL = "transactional", _("about something of their own")
        OPTIONAL = "optional", _("optional")

    class Repeats(models.TextChoices):
        ONCE = "once", _("once")
        CRON = "cron", _("repeatedly")
        SERIES = "series", _("as a step of a series")

    class Days(models.TextChoices):
        EVERY = "every", _("on every day")
        WORKING = "working", _("only on working days, including make-up days (调休)")

    class UnknownDays(models.TextChoices):
        HOLD = "hold", _("send nothing and tell you")
        WEEKDAYS = "weekdays", _("count Monday to Friday as working days")

    class Missed(models.TextChoices):
        SKIP = "skip", _("skip it")
        ONCE = "once", _("send the latest one, late")
        CATCH_UP = "catch_up", _("send all that were missed, at most 31")

    class Clicks(models.TextChoices):
        NONE = "none", _("do not count")
        TOTAL = "total", _("count how often")
        MEMBERS = "members", _("count, and note which members")

    class WindowDays(models.TextChoices):
        EVERY = "every", _("on every day")
        WORKING = "working", _("on working days")
        CHOSEN = "chosen", _("on certain days of the week")

    class Interrupts(models.TextChoices):
        WAIT = "wait", _("wait until the dialogue has ended or rests")
        SKIP = "skip", _("leave the member out")
        ALWAYS = "always", _("send it at once")

    ON: ClassVar = (State.SCHEDULED, State.RUNNING)
    OVER: ClassVar = (State.FINISHED, State.CANCELLED)
    OF_ITS_OWN: ClassVar = {"key": "", "replaces": None, "periodic_task": None, "ahead_for": None}
    """What a copy does not take over, with what it has instead."""
    EDITABLE: ClassVar = (State.DRAFT, State.WAITING, State.APPROVED, State.SCHEDULED, State.PAUSED)

    application = models.ForeignKey(
        Application,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("application"),
        help_text=_("Leave it empty for the default application."),
    )
    policy = models.CharField(
        _("approval"),
        max_length=8,
        choices=Policy,
        default=Policy.APPROVED,
        db_default=Policy.APPROVED,
        help_text=_(
            "Who may start campaigns without approval starts it. It reaches a limited number of members, and neither "
            "quiet hours nor caps hold it."
        ),
    )
    content_type = models.CharField(_("sent as"), max_length=8, choices=content_choices, default=TextKind.name)
    message_class = models.CharField(
        _("message class"), max_length=13, choices=MessageClass, default=MessageClass.OPTIONAL
    )
    repeats = models.CharField(_("how often"), max_length=6, choices=Repeats, default=Repeats.ONCE)
    starts_at = models.DateTimeField(
        _("starts at"), null=True, blank=True, help_text=_("Leave it empty to send as soon as it is started.")
    )
    next_working_day_at = models.TimeField(
        _("on the next working day at"),
        null=True,
        blank=True,
        help_text=_("The next time that it is so late on a working day, counted from the start."),
    )
    urgent_reason = models.CharField(
        _("urgent because"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("An urgent campaign goes out in quiet hours too. Who approves it reads the reason."),
    )
    cron = models.CharField(
        _("cron line"), max_length=120, blank=True, help_text=_("“0 9 * * 1” is every Monday at 9:00.")
    )
    ends_on = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The last day of a repeated campaign; empty for no end.")
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default=default_time_zone)
    in_member_zone = models.BooleanField(
        _("in each member's own time"),
        default=False,
        help_text=_("10:00 is ten o'clock where the member is. Without a time zone of their own, this one counts."),
    )
    days = models.CharField(_("on which days"), max_length=8, choices=Days, default=Days.EVERY)
    unknown_days = models.CharField(
        _("in a year without known working days"),
        max_length=8,
        choices=UnknownDays,
        default=UnknownDays.HOLD,
        db_default=UnknownDays.HOLD,
        help_text=_("China's holidays of a year are published in the November before it."),
    )
    missed = models.CharField(
        _("if the moment was missed"),
        max_length=8,
        choices=Missed,
        default=Missed.ONCE,
        help_text=_("For example after an outage."),
    )
    grace_minutes = models.PositiveSmallIntegerField(
        _("grace in minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_GRACE)],
        help_text=_("How late a moment is still sent where missed ones are skipped. Empty: that of the installation."),
    )
    valid_minutes = models.PositiveSmallIntegerField(
        _("valid for minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_LIFE)],
        help_text=_("Members whom it has not reached by then do not get it. Empty: it stays valid."),
    )
    window_from = models.TimeField(
        _("send window from"), null=True, blank=True, help_text=_("Empty: it may go out at any time of day.")
    )
    window_until = models.TimeField(
        _("send window until"), null=True, blank=True, help_text=_("What is not out by then waits for the next window.")
    )
    window_days = models.CharField(_("send window on"), max_length=7, choices=WindowDays, default=WindowDays.EVERY)
    window_weekdays: "models.JSONField[Any, Any]" = models.JSONField(
        _("days of the send window"), default=list, blank=True, help_text=_("1 is Monday, 7 is Sunday.")
    )
    link_clicks = models.CharField(
        _("opened links"),
        max_length=7,
        choices=Clicks,
        default=Clicks.NONE,
        help_text=_("Links to web pages become short ones of this server, which lead on and count."),
    )
    interrupts = models.CharField(_("during a dialogue"), max_length=6, choices=Interrupts, default=Interrupts.WAIT)
    series = models.ForeignKey(
        Series, models.CASCADE, null=True, blank=True, related_name="steps", verbose_name=_("series"), editable=False
    )
    day = models.SmallIntegerField(
        _("day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-FARTHEST_DAY), MaxValueValidator(FARTHEST_DAY)],
        help_text=_("Days after day 0; before it, a negative number."),
    )
    at = models.TimeField(
        _("time of day"), null=True, blank=True, help_text=_("Empty on day 0 of an event: as soon as it happens.")
    )
    replaces = models.ForeignKey(
        Schedule,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="successors",
        editable=False,
        help_text="The schedule of 0.5 in whose place it goes on; programs know it by that ID.",
    )
    ends_replaced = models.BooleanField(default=True, db_default=True, editable=False, help_text="Of 0.5; unused.")
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    reason = models.CharField(_("reason"), max_length=40, blank=True, editable=False)
    watched_from = models.DateTimeField(null=True, editable=False, help_text="Moments until then are handled.")
    next_at = models.DateTimeField(_("next moment"), null=True, editable=False)
    key = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("Hash of the call that created it."),
    )
    periodic_task = models.OneToOneField(
        PeriodicTask, models.SET_NULL, null=True, editable=False, related_name="wechat_campaign"
    )
    ahead_for = models.DateTimeField(
        null=True, editable=False, help_text="The moment whose videos were asked for ahead."
    )
    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ("-pk",)
        permissions = [
            ("approve_campaign", "Can approve a campaign"),
            ("send_campaign", "Can start, pause and cancel a campaign"),
            ("start_alone_campaign", "Can start a campaign without approval"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        *("draft", "waiting", "approved", "scheduled", "running", "paused", "finished", "cancelled")
                    ]
                ),
                name="campaign_known_state",
            ),
            # What sends is approved, in a process of any version.
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "scheduled", "running"]) | ~models.Q(approved_hash=""),
                name="campaign_sends_approved",
            ),
            models.UniqueConstraint(fields=["key"], condition=~models.Q(key=""), name="campaign_one_per_call"),
            models.CheckConstraint(
                condition=models.Q(series=None, day=None, at=None)
                | (models.Q(series__isnull=False, repeats="series") & (models.Q(at__isnull=False) | models.Q(day=0))),
                name="campaign_step_has_its_day",
            ),
            # So that the steps of a member have one order.
            models.UniqueConstraint(fields=["series", "day", "at"], name="campaign_step_own_time"),
            models.UniqueConstraint(
                fields=["series"],
                condition=models.Q(at=None, series__isnull=False),
                name="campaign_step_one_at_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "next_at"], name="campaign_due")]

    @property
    def is_editable(self) -> bool:
        return self.series.is_editable if self.series else super().is_editable

    @property
    def kind(self) -> ContentKind:
        """The kind of its content."""
        return kind_named(self.content_type)

    @property
    def may_go_on(self) -> bool:
        """Whether there may be another run of it."""
        return self.series.state not in Series.OVER if self.series else self.next_at is not None

    @property
    def names_moment(self) -> bool:
        """Whether its moments are named by a clock, and are not those of a start or of members in a series."""
        return self.repeats == self.Repeats.CRON or self.starts_at is not None

    @property
    def needs_approval(self) -> bool:
        return self.policy == self.Policy.APPROVED

    @property
    def is_urgent(self) -> bool:
        """Whether it goes out in quiet hours too, for a reason that was approved."""
        return bool(self.urgent_reason.strip())

    @property
    def passes_quiet_hours(self) -> bool:
        """Whether it goes out in quiet hours too: it is urgent, or a person has chosen its time alone."""
        return self.is_urgent or not self.needs_approval

    @property
    def passes_caps(self) -> bool:
        """Whether no cap holds it, and it counts for none."""
        return self.message_class == self.MessageClass.MANDATORY or not self.needs_approval

    @property
    def valid_for(self) -> timedelta | None:
        """How long after its moment a message may still go out; None for ever."""
        return None if self.valid_minutes is None else timedelta(minutes=self.valid_minutes)

    @property
    def holds_unknown_days(self) -> bool:
        """Whether it sends nothing on days of which nothing says whether they are working days."""
        return self.unknown_days == self.UnknownDays.HOLD

    @property
    def grace(self) -> timedelta:
        """How late a moment is still sent where missed ones are skipped."""
        return timedelta(minutes=self.grace_minutes or default_grace())

    @property
    def asks_for_days(self) -> bool:
        """Whether it goes out on working days only, or begins on one."""
        working = self.days == self.Days.WORKING or self.window_days == self.WindowDays.WORKING
        return working or self.next_working_day_at is not None

    @property
    def rule(self) -> Rule | None:
        """The rule of a repeated campaign."""
        if self.repeats != self.Repeats.CRON:
            return None
        working = self.days == self.Days.WORKING
        calendar = self.calendar if working else Calendar()
        return Rule(
            line=self.cron, zone=self.zone, working_days=working, calendar=calendar, holds=self.holds_unknown_days
        )
