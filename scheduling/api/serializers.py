"""Schedules and runs in the API. The service validates them."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework import serializers

from core.web.api_fields import ChoiceField, StrictSerializer
from scheduling import services
from scheduling.api.calendar.unknown_days import DaysUnknownFrom
from scheduling.exceptions import SchedulingError
from scheduling.models import Run, Schedule

MOST_GROUPS = 100


class ScheduleSerializer(serializers.ModelSerializer[Schedule]):
    """A recurring text or video."""

    serializer_choice_field = ChoiceField

    user_ids = serializers.ListField(
        child=serializers.CharField(max_length=64),
        required=False,
        max_length=settings.SCHEDULING["MAX_MEMBERS"],
        help_text="Recipients, by WeChat Work user ID; `@all` is everyone in the application's visible range.",
    )
    department_numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        max_length=MOST_GROUPS,
        help_text="Numbers of departments; their members and those of departments below get it.",
    )
    tag_numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        max_length=MOST_GROUPS,
        help_text="Numbers of tags; their members get it.",
    )
    text = serializers.CharField(
        max_length=settings.SCHEDULING["MAX_TEXT"],
        required=False,
        allow_blank=True,
        help_text="The text or script; leave it empty with a template or presentation.",
    )
    values = serializers.DictField(
        child=serializers.CharField(max_length=500, allow_blank=True),
        required=False,
        help_text="Values of the variables of the template or presentation; they may contain facts about each member: "
        "{{name}}, {{alias}}, {{position}}, {{department}}, {{user_id}}.",
    )
    grace_minutes = serializers.IntegerField(
        min_value=1,
        max_value=1440,
        required=False,
        help_text="Grace period in minutes; later runs are recorded as missed.",
    )
    words = serializers.CharField(read_only=True, help_text="The rule in words.")
    draft = serializers.BooleanField(
        required=False, help_text="A draft sends nothing until it is published. Set it when you create a schedule."
    )
    next_runs = serializers.SerializerMethodField(help_text="The next five runs; empty while paused.")
    days_unknown_from = DaysUnknownFrom()

    class Meta:
        model = Schedule
        fields = (
            *("id", "name", "application", "user_ids", "department_numbers", "tag_numbers"),
            *("topic", "message_type", "text", "digital_human", "mode", "template", "presentation", "values", "cron"),
            *(
                "time_zone",
                "days",
                "unknown_days",
                "only_on",
                "grace_minutes",
                "draft",
                "asked_at",
                "returned_note",
                "paused",
                "words",
                "next_runs",
                "days_unknown_from",
                "created_at",
                "updated_at",
            ),
        )
        read_only_fields = ("paused", "asked_at", "returned_note", "created_at", "updated_at")

    def get_next_runs(self, schedule: Schedule) -> list[datetime]:
        return [] if schedule.paused else schedule.rule.upcoming(timezone.now(), services.PREVIEWED)

    def create(self, validated_data: dict[str, Any]) -> Schedule:
        return services.save_schedule(Schedule(**validated_data))

    def update(self, instance: Schedule, validated_data: dict[str, Any]) -> Schedule:
        if validated_data.get("draft", instance.draft) != instance.draft:
            remedy = "POST to its address with publish/ at the end. A published schedule stays published."
            raise SchedulingError("A change does not publish.", code="not_a_change", field="draft", remedy=remedy)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        return services.save_schedule(instance)


class SendBackSerializer(serializers.Serializer[Schedule]):
    """Why a draft is not published yet."""

    note = serializers.CharField(max_length=300, help_text="What to change.")


class ConversionSerializer(StrictSerializer):
    """How a schedule becomes a campaign."""

    ends_schedule = serializers.BooleanField(
        required=False, default=True, help_text="Pause the schedule when the campaign starts, so that nobody gets both."
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Makes nothing.")


class ConvertedSerializer(serializers.Serializer[Any]):
    """The campaign that was made from a schedule."""

    campaign = serializers.IntegerField(allow_null=True, help_text="Null in a dry run.")
    differences = serializers.ListField(
        child=serializers.CharField(), help_text="What the campaign does in another way, in words."
    )


class RunSerializer(serializers.ModelSerializer[Run]):
    """One run of a schedule and its outcome."""

    why = serializers.CharField(read_only=True, help_text="Why nothing was sent, in words; else empty.")
    unreached = serializers.DictField(
        child=serializers.CharField(),
        read_only=True,
        help_text="User IDs that were left out, each with `left`, `out_of_range`, `opted_out` or `unknown`.",
    )
    message_count = serializers.IntegerField(read_only=True, help_text="Number of messages.")

    class Meta:
        model = Run
        fields: tuple[str, ...] = (
            *("id", "schedule", "due_at", "outcome", "reason", "why", "by_hand", "others_missed", "message_count"),
            *("unreached", "cid", "created_at"),
        )
        read_only_fields = fields


class RunDetailSerializer(RunSerializer):
    """A run with its messages; each message has its own outcome."""

    class Meta(RunSerializer.Meta):
        fields = (*RunSerializer.Meta.fields, "messages")
        read_only_fields = fields
