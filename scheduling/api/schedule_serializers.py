"""Schedules and their runs as programs know them since 0.5, over the campaigns that send them."""

from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db import models
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from avatars.models import DigitalHuman, Presentation, RenderMode, RenderTemplate
from conversations.models import Topic
from core.web.api_fields import ChoiceField, StrictSerializer
from scheduling import services
from scheduling.api.calendar.unknown_days import DaysUnknownFrom
from scheduling.exceptions import SchedulingError
from scheduling.models import LONGEST_GRACE, Campaign, CampaignRun
from wecom.models import Application

MOST_GROUPS = 100
PREVIEWED = 5
S = Campaign.State


class MessageType(models.TextChoices):
    """The kind of message that a schedule sends."""

    TEXT = "text"
    VIDEO = "video"


class Outcome(models.TextChoices):
    """The outcome of a run."""

    SENT = "sent"
    MISSED = "missed"
    FAILED = "failed"
    SKIPPED = "skipped"


def outcome_of(run: CampaignRun) -> Outcome:
    """The outcome of a campaign's run; one that is under way counts as sent."""
    if run.reason == CampaignRun.Reason.MISSED:
        return Outcome.MISSED
    if run.reason in (CampaignRun.Reason.NOBODY, CampaignRun.Reason.DAYS_UNKNOWN, CampaignRun.Reason.CANCELLED):
        return Outcome.SKIPPED
    return Outcome.FAILED if run.reason else Outcome.SENT


class ScheduleSerializer(serializers.Serializer[Campaign]):
    """A recurring text or video."""

    id = serializers.IntegerField(source="replaces_id", read_only=True)
    name = serializers.CharField(required=False, allow_blank=True, max_length=80, help_text="Only shown in the admin.")
    application = serializers.PrimaryKeyRelatedField(
        queryset=Application.objects.all(), required=False, allow_null=True, help_text="Null: the default application."
    )
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
    topic = serializers.PrimaryKeyRelatedField(
        queryset=Topic.objects.all(),
        required=False,
        allow_null=True,
        help_text="Members who have muted it are left out. Null: nobody can mute it.",
    )
    message_type = ChoiceField(choices=MessageType.choices, required=False)
    text = serializers.CharField(
        max_length=settings.SCHEDULING["MAX_TEXT"],
        required=False,
        allow_blank=True,
        help_text="The text or script; leave it empty with a template or presentation.",
    )
    digital_human = serializers.PrimaryKeyRelatedField(
        queryset=DigitalHuman.objects.all(),
        required=False,
        allow_null=True,
        help_text="Digital human in the video. Null: the desk's.",
    )
    mode = ChoiceField(choices=RenderMode.choices, required=False, allow_blank=True)
    template = serializers.PrimaryKeyRelatedField(
        queryset=RenderTemplate.objects.all(), required=False, allow_null=True, help_text="Instead of the text."
    )
    presentation = serializers.PrimaryKeyRelatedField(
        queryset=Presentation.objects.all(), required=False, allow_null=True, help_text="Instead of the text."
    )
    values = serializers.DictField(
        child=serializers.CharField(max_length=500, allow_blank=True),
        required=False,
        help_text="Values of the variables of the template or presentation; they may contain facts about each member: "
        "{{name}}, {{alias}}, {{position}}, {{department}}, {{user_id}}.",
    )
    cron = serializers.CharField(
        max_length=120, help_text="Minute, hour, day of the month, month, weekday: `0 9 * * *` is every day at 9:00."
    )
    time_zone = serializers.CharField(max_length=64, required=False)
    days = ChoiceField(choices=Campaign.Days.choices, required=False)
    unknown_days = ChoiceField(choices=Campaign.UnknownDays.choices, required=False)
    only_on = serializers.DateField(required=False, allow_null=True, help_text="The date of one that runs once.")
    grace_minutes = serializers.IntegerField(
        min_value=1,
        max_value=LONGEST_GRACE,
        required=False,
        help_text="Grace period in minutes; later runs are recorded as missed.",
    )
    draft = serializers.BooleanField(
        required=False, help_text="A draft sends nothing until it is published. Set it when you create a schedule."
    )
    asked_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="When publishing was asked for.")
    returned_note = serializers.CharField(read_only=True, help_text="Why it was sent back.")
    paused = serializers.BooleanField(read_only=True)
    words = serializers.CharField(read_only=True, help_text="The rule in words.")
    next_runs = serializers.ListField(
        child=serializers.DateTimeField(), read_only=True, help_text="The next five runs; empty while paused."
    )
    days_unknown_from = DaysUnknownFrom()
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(source="changed_at", read_only=True)
    campaign = serializers.IntegerField(source="pk", read_only=True, help_text="The campaign that sends it.")

    def to_representation(self, instance: Campaign) -> Any:
        return super().to_representation(cast(Campaign, _Shown(instance)))

    def create(self, validated_data: dict[str, Any]) -> Campaign:
        """Raises `SchedulingError` with the field and the remedy."""
        draft, by = validated_data.pop("draft", False), validated_data.pop("by", None)
        message = services.PlainMessage(**validated_data)
        return services.send_plain_message(message, has_id=True, draft=draft, by=by)

    def update(self, instance: Campaign, validated_data: dict[str, Any]) -> Campaign:
        """Raises `SchedulingError` with the field and the remedy."""
        by = validated_data.pop("by", None)
        if validated_data.pop("draft", is_draft(instance)) != is_draft(instance):
            remedy = "POST to its address with publish/ at the end. A published schedule stays published."
            raise SchedulingError("A change does not publish.", code="not_a_change", field="draft", remedy=remedy)
        return services.change_plain_message(instance, validated_data, by=by)


def is_draft(campaign: Campaign) -> bool:
    """Whether it is not published yet."""
    return campaign.state in (S.DRAFT, S.WAITING, S.APPROVED)


class _Shown:
    """A campaign of `campaigns_of_schedules` under the names of a schedule."""

    def __init__(self, campaign: Any) -> None:
        self._campaign, self._message = campaign, services.read_plain_message(campaign)
        self.draft, self.paused = is_draft(campaign), campaign.state not in Campaign.ON

    def __getattr__(self, name: str) -> Any:
        return getattr(self._message if hasattr(self._message, name) else self._campaign, name)

    @property
    def asked_at(self) -> datetime | None:
        return self._campaign.changed_at if self._campaign.state == S.WAITING else None

    @property
    def returned_note(self) -> str:
        was_sent_back = self._campaign.state == S.DRAFT and self._campaign.last_before == S.WAITING
        return str(self._campaign.last_why) if was_sent_back else ""

    @property
    def words(self) -> str:
        return services.moments_in_words(self._campaign)

    @property
    def next_runs(self) -> list[datetime]:
        return [] if self.paused else services.next_moments(self._campaign, timezone.now(), PREVIEWED)


class SendBackSerializer(serializers.Serializer[Campaign]):
    """Why a draft is not published yet."""

    note = serializers.CharField(max_length=300, help_text="What to change.")


class ConversionSerializer(StrictSerializer):
    """How a schedule becomes a campaign."""

    ends_schedule = serializers.BooleanField(required=False, default=True, help_text="Has no effect any more.")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Makes nothing.")


class ConvertedSerializer(serializers.Serializer[Any]):
    """The campaign of a schedule."""

    campaign = serializers.IntegerField(allow_null=True, help_text="The campaign that sends it.")
    differences = serializers.ListField(child=serializers.CharField(), help_text="Empty: it is a campaign already.")


class RunSerializer(serializers.ModelSerializer[CampaignRun]):
    """One run of a schedule and its outcome."""

    schedule = serializers.IntegerField(source="campaign.replaces_id", read_only=True)
    due_at = serializers.DateTimeField(source="moment", read_only=True)
    outcome = serializers.SerializerMethodField()
    why = serializers.SerializerMethodField(help_text="Why nothing was sent, in words; else empty.")
    unreached = serializers.SerializerMethodField(
        help_text="User IDs that were left out, each with `left`, `out_of_range`, `opted_out` or another reason."
    )
    message_count = serializers.IntegerField(source="planned", read_only=True, help_text="Number of members.")

    class Meta:
        model = CampaignRun
        fields: tuple[str, ...] = (
            *("id", "schedule", "due_at", "outcome", "reason", "why", "by_hand", "others_missed", "message_count"),
            *("unreached", "cid", "created_at"),
        )
        read_only_fields = fields

    @extend_schema_field(ChoiceField(choices=Outcome.choices))
    def get_outcome(self, run: CampaignRun) -> Outcome:
        return outcome_of(run)

    def get_why(self, run: CampaignRun) -> str:
        return str(CampaignRun.Reason(run.reason).label) if run.reason in CampaignRun.Reason.values else run.reason

    def get_unreached(self, run: Any) -> dict[str, str]:
        return {row.member.user_id: row.reason for row in run.those_left_out}


class RunDetailSerializer(RunSerializer):
    """A run with its members; each has an outcome of its own among `deliveries/`."""

    messages = serializers.SerializerMethodField(help_text="Empty: see `deliveries/?run=` with the same ID.")

    class Meta(RunSerializer.Meta):
        fields = (*RunSerializer.Meta.fields, "messages")
        read_only_fields = fields

    def get_unreached(self, run: Any) -> dict[str, str]:
        """Also the named members that the directory had lost, who have no row."""
        had = set(run.deliveries.values_list("member__user_id", flat=True))
        named = run.content.get("audience", {}).get("members", ()) if had else ()  # of before 0.6 there are no rows
        return {**dict.fromkeys(sorted(set(named) - had), "unknown"), **super().get_unreached(run)}

    def get_messages(self, _run: CampaignRun) -> list[int]:
        return []
