"""The tables of the schedules of 0.5, which campaigns without approval have replaced. The next release drops them.

The sweeper turns each schedule into a campaign once and empties its row, which stays as the ID that programs know.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from avatars.models import DigitalHuman, Presentation, Render, RenderTemplate
from conversations.models import Message, Topic
from core.parties.acting_client import ClientNameField
from scheduling.models.mailings import default_grace, default_time_zone
from wecom.models import Application


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    """Queries on schedules."""

    def remaining(self) -> "ScheduleQuerySet":
        """Those that are no campaign yet, oldest first."""
        return self.exclude(cron="").order_by("pk")


class Schedule(models.Model):
    """A schedule of 0.5 that is still to become a campaign, or the ID of one that has: `successors`."""

    name = models.CharField(max_length=80, blank=True)
    application = models.ForeignKey(Application, models.CASCADE, null=True, blank=True, related_name="+")
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="+")
    user_ids = models.JSONField(default=list)
    message_type = models.CharField(max_length=8, default="text")
    text = models.TextField(blank=True)
    digital_human = models.ForeignKey(DigitalHuman, models.PROTECT, null=True, blank=True, related_name="+")
    mode = models.CharField(max_length=24, blank=True)
    template = models.ForeignKey(RenderTemplate, models.PROTECT, null=True, blank=True, related_name="+")
    presentation = models.ForeignKey(Presentation, models.PROTECT, null=True, blank=True, related_name="+")
    values = models.JSONField(default=dict, blank=True)
    cron = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default=default_time_zone)
    days = models.CharField(max_length=8, default="every")
    grace_minutes = models.PositiveSmallIntegerField(default=default_grace)
    unknown_days = models.CharField(max_length=8, default="hold", db_default="hold")
    only_on = models.DateField(null=True, blank=True)
    department_numbers = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))
    tag_numbers = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))
    paused = models.BooleanField(default=False)
    draft = models.BooleanField(default=False, db_default=False)
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_client = ClientNameField(default="")
    client = ClientNameField()
    returned_note = models.CharField(max_length=300, blank=True, default="", db_default="")
    periodic_task = models.OneToOneField(PeriodicTask, models.SET_NULL, null=True, related_name="+")
    key = models.CharField(max_length=64, blank=True)
    watched_from = models.DateTimeField(default=timezone.now)
    next_tick_at = models.DateTimeField(null=True)
    ahead = models.ForeignKey(Render, models.SET_NULL, null=True, related_name="+")
    ahead_for = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ScheduleQuerySet.as_manager()

    EMPTY: ClassVar = {
        **dict.fromkeys(("name", "text", "mode", "cron", "asked_client", "client", "returned_note", "key"), ""),
        **dict.fromkeys(("digital_human", "template", "presentation", "periodic_task", "ahead", "topic"), None),
        **dict.fromkeys(("asked_at", "asked_by", "ahead_for", "next_tick_at", "only_on"), None),
        **{"user_ids": (), "department_numbers": (), "tag_numbers": (), "values": {}},
        **{"message_type": "text", "paused": True, "draft": False},
    }
    """What a row has once a campaign has replaced it. A process of the version before sends nothing that is paused."""

    class Meta:
        verbose_name = "schedule of 0.5"
        verbose_name_plural = "schedules of 0.5"
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~models.Q(key=""), name="schedule_one_per_call"),
            models.CheckConstraint(
                condition=models.Q(draft=False) | models.Q(paused=True), name="schedule_draft_is_paused"
            ),
            models.CheckConstraint(
                condition=models.Q(template=None) | models.Q(presentation=None), name="schedule_one_video_source"
            ),
        ]
        indexes = [models.Index(fields=["paused", "next_tick_at"], name="schedule_due")]

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class Run(models.Model):
    """The outcome of a moment of a schedule of 0.5, until that is a campaign."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="runs")
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=8)
    reason = models.CharField(max_length=40, blank=True)
    detail = models.TextField(blank=True)
    by_hand = models.BooleanField(default=False)
    others_missed = models.PositiveIntegerField(default=0)
    unreached = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))
    messages = models.ManyToManyField(Message, through="RunMessage", related_name="+")
    cid = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "run of a schedule of 0.5"
        verbose_name_plural = "runs of schedules of 0.5"
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
        return f"{self.schedule_id}, {self.due_at:%Y-%m-%d %H:%M}"


class RunMessage(models.Model):
    """A message of such a run."""

    run = models.ForeignKey(Run, models.CASCADE)
    message = models.OneToOneField(Message, models.CASCADE, related_name="+")
    defaulted = models.JSONField(default=list)

    class Meta:
        verbose_name = "message of a run of 0.5"
        verbose_name_plural = "messages of runs of 0.5"

    def __str__(self) -> str:
        return f"{self.run_id} → {self.message_id}"
