"""Campaigns, their runs and deliveries in the API. The service validates them."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.services import Explanation
from core.parties.acting_client import account_of
from core.web.api_explanations import ExplanationLineSerializer
from core.web.api_fields import StrictModelSerializer, StrictSerializer
from scheduling import services
from scheduling.api.calendar.unknown_days import DaysUnknownFrom
from scheduling.models import Campaign, CampaignChange, CampaignContent, CampaignRun, Delivery

MOST_CONTENTS = 4  # two languages in two variants


class CampaignContentSerializer(StrictModelSerializer[CampaignContent]):
    """The words of a campaign in one language and variant."""

    class Meta:
        model = CampaignContent
        fields = (
            *("variant", "share", "language", "text", "literal", "card", "digital_human", "mode", "template"),
            *("presentation", "values", "defaults", "flow"),
        )


class CampaignProblemSerializer(serializers.Serializer[Any]):
    """An error that keeps a campaign from being approved."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class CampaignSerializer(StrictModelSerializer[Campaign]):
    """The same message for many members, once or repeatedly."""

    audience = serializers.JSONField(
        help_text="Who gets it: `everyone`, `departments`, `tags`, `members`, `segments`, `sheet`, and `exclude` with "
        "the same."
    )
    contents = CampaignContentSerializer(many=True, max_length=MOST_CONTENTS)  # type: ignore[call-arg]
    window_weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        required=False,
        max_length=7,
        help_text="Days of the send window if `window_days` is `chosen`: 1 is Monday, 7 is Sunday.",
    )
    problems = serializers.SerializerMethodField(help_text="Errors that keep it from being approved.")
    days_unknown_from = DaysUnknownFrom()

    class Meta:
        model = Campaign
        fields = (
            *("id", "name", "application", "policy", "content_type", "audience", "contents", "message_class", "topic"),
            *(
                "repeats",
                "starts_at",
                "cron",
                "ends_on",
                "time_zone",
                "days",
                "unknown_days",
                "missed",
                "grace_minutes",
                "valid_minutes",
                "interrupts",
                "offers_settings",
            ),
            *("link_clicks", "in_member_zone", "window_from", "window_until", "window_days", "window_weekdays"),
            *("next_working_day_at", "urgent_reason"),
            *("state", "reason", "next_at", "days_unknown_from", "problems", "created_at", "changed_at"),
        )
        read_only_fields = ("state", "reason", "next_at", "created_at", "changed_at")

    @extend_schema_field(CampaignProblemSerializer(many=True))
    def get_problems(self, campaign: Campaign) -> list[Mapping[str, str]]:
        problems = services.campaign_problems(campaign) if campaign.state == Campaign.State.DRAFT else []
        return [
            {"field": problem.field, "code": problem.code, "message": problem.message, "remedy": problem.remedy}
            for problem in problems
        ]

    def validate_audience(self, value: object) -> dict[str, Any]:
        """An audience that selects no members is a problem of the draft; one of another form is refused."""
        return services.parse_audience(value).as_json()

    def create(self, validated_data: dict[str, Any]) -> Campaign:
        contents = [CampaignContent(**content) for content in validated_data.pop("contents")]
        return services.save_campaign(Campaign(**validated_data), contents, by=account_of(self.context["request"]))

    def update(self, instance: Campaign, validated_data: dict[str, Any]) -> Campaign:
        entries = validated_data.pop("contents", None)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        contents = None if entries is None else [CampaignContent(**content) for content in entries]
        return services.save_campaign(instance, contents, by=account_of(self.context["request"]))


class CampaignNoteSerializer(StrictSerializer):
    """Why a step is taken."""

    why = serializers.CharField(max_length=300, required=False, allow_blank=True, default="", help_text="The reason.")


class StartSerializer(StrictSerializer):
    """Start it, or only forecast that."""

    dry_run = serializers.BooleanField(required=False, default=False, help_text="Sends nothing and keeps nothing.")


class CampaignStartSerializer(StartSerializer):
    """Start a campaign, or only forecast that."""

    anyway = serializers.BooleanField(
        required=False, default=False, help_text="Starts it in spite of blockers that are not `final`."
    )
    at = serializers.DateTimeField(
        required=False,
        default=None,
        allow_null=True,
        help_text="When it goes out, for a campaign that names no moment of its own; within three months.",
    )
    next_working_day_at = serializers.TimeField(
        required=False,
        default=None,
        allow_null=True,
        help_text="The same, as a time of day: the next time that it is so late on a working day of the company.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["at"] and attrs["next_working_day_at"]:
            raise serializers.ValidationError({"at": "Give `at` or `next_working_day_at`, not both."})
        return attrs


class BetterMomentSerializer(serializers.Serializer[Any]):
    """A moment that is offered instead: pass it as `at` of a start."""

    kind = serializers.CharField(help_text="`morning`, or `working_day` if the next morning is a day off.")
    at = serializers.DateTimeField()
    is_known = serializers.BooleanField(help_text="Whether the working days of its year are known.")


class OddHourSerializer(serializers.Serializer[Any]):
    """The oddities of the moment at which it goes out. A warning: nothing is refused."""

    message = serializers.CharField(source="words")
    is_night = serializers.BooleanField(help_text="From 21:00 to 8:00 in the time zone of the campaign.")
    is_weekend = serializers.BooleanField()
    is_holiday = serializers.BooleanField()
    is_known = serializers.BooleanField(help_text="Whether the working days of its year are known.")
    instead = BetterMomentSerializer(many=True)


class StartedCampaignSerializer(CampaignSerializer):
    """A campaign that was started."""

    odd_hour = serializers.SerializerMethodField(help_text="Null if it goes out at an ordinary hour.")

    class Meta(CampaignSerializer.Meta):
        fields = (*CampaignSerializer.Meta.fields, "odd_hour")  # type: ignore[assignment]

    @extend_schema_field(OddHourSerializer(allow_null=True))
    def get_odd_hour(self, campaign: Campaign) -> dict[str, Any] | None:
        odd = services.odd_hour_of(campaign)
        return dict(OddHourSerializer(odd).data) if odd else None


class BlockerSerializer(serializers.Serializer[Any]):
    """Why a start would be refused."""

    code = serializers.CharField(source="error.code")
    field = serializers.CharField(source="error.field", allow_blank=True)
    message = serializers.CharField(source="error.message")
    remedy = serializers.CharField(source="error.remedy", allow_blank=True)
    final = serializers.BooleanField(help_text="`anyway` overrides those that are not.")


class CampaignForecastSerializer(serializers.Serializer[services.CampaignForecast]):
    """The figures that a start would have now; they equal those of the start."""

    planned = serializers.IntegerField(help_text="Members who get it.")
    calls = serializers.IntegerField(help_text="Batches of at most 1,000 members with equal content.")
    left_out = serializers.DictField(child=serializers.IntegerField(), help_text="Members left out, by reason.")
    variants = serializers.DictField(child=serializers.IntegerField(), help_text="Members who get each variant.")
    zones = serializers.DictField(child=serializers.IntegerField(), help_text="Members who get it, by time zone.")
    blockers = BlockerSerializer(
        many=True, help_text="Why a start would be refused; empty if nothing speaks against it."
    )
    odd_hour = serializers.SerializerMethodField(help_text="Null if it would go out at an ordinary hour.")

    @extend_schema_field(OddHourSerializer(allow_null=True))
    def get_odd_hour(self, forecast: services.CampaignForecast) -> dict[str, Any] | None:
        return dict(OddHourSerializer(forecast.odd).data) if forecast.odd else None


CHANGE_FIELDS = ("id", "at", "by", "client", "before", "after", "wrote", "why", "digest")
"""Of a step or an edit: the account, or the program by its name; an edit has the same state before and after."""


class CampaignChangeSerializer(serializers.ModelSerializer[CampaignChange]):
    """A step in the life of a campaign."""

    class Meta:
        model = CampaignChange
        fields = CHANGE_FIELDS
        read_only_fields = fields


class CampaignRunSerializer(serializers.ModelSerializer[CampaignRun]):
    """One moment of a campaign, with the numbers of its members."""

    class Meta:
        model = CampaignRun
        fields = (
            *("id", "campaign", "moment", "status", "reason", "expires_at", "planned", "left_out", "sent", "failed"),
            *("recalled", "by_hand", "others_missed", "cid", "created_at", "finished_at", "ended_at"),
        )
        read_only_fields = fields


class RunVariantSerializer(serializers.Serializer[Any]):
    """The figures of one variant."""

    name = serializers.CharField()
    members = serializers.IntegerField()
    share = serializers.FloatField(help_text="Members in per cent of all.")
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    replied = serializers.IntegerField()
    replied_rate = serializers.FloatField(help_text="In per cent of those sent to, as the other rates.")
    answered = serializers.IntegerField()
    answered_rate = serializers.FloatField()
    opened = serializers.IntegerField()
    opened_rate = serializers.FloatField()
    clicks = serializers.IntegerField()


class RunPointSerializer(serializers.Serializer[Any]):
    """How many there were until a moment."""

    at = serializers.DateTimeField()
    sent = serializers.IntegerField()
    replied = serializers.IntegerField()
    clicks = serializers.IntegerField()
    answered = serializers.IntegerField()


class RunReportSerializer(serializers.Serializer[services.RunReport]):
    """The figures of a run, over time and by variant."""

    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    left_out = serializers.IntegerField()
    degraded = serializers.IntegerField(help_text="Members who got it in a simpler form.")
    recalled = serializers.IntegerField()
    replied = serializers.IntegerField(help_text="Members who wrote within three days.")
    answered = serializers.IntegerField(help_text="Members who pressed something on the card.")
    opened = serializers.IntegerField(help_text="Members who are known to have opened a link.")
    clicks = serializers.IntegerField(help_text="How often links were opened.")
    may_be_chance = serializers.BooleanField(
        allow_null=True, help_text="Whether the difference of variants may be chance; null if too few members have one."
    )
    variants = RunVariantSerializer(many=True, help_text="Empty if there is one variant.")
    points = RunPointSerializer(many=True, help_text="Sums over time.")


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """The outcome of one member in one run."""

    user_id = serializers.CharField(source="member.user_id", read_only=True)

    class Meta:
        model = Delivery
        fields = ("id", "run", "user_id", "status", "reason", "batch")
        read_only_fields = fields


class DeliveryExplanationSerializer(serializers.Serializer[Explanation]):
    """Why a member got it."""

    by = serializers.CharField(help_text="`campaign`, or `series` for a step of one.")
    summary = serializers.CharField()
    lines = ExplanationLineSerializer(many=True)


class EvidenceSerializer(serializers.Serializer[Any]):
    """The evidence of a delivery: a signed document."""

    version = serializers.IntegerField()
    installation = serializers.CharField()
    made_at = serializers.DateTimeField()
    campaign = serializers.DictField()
    run = serializers.DictField()
    member = serializers.CharField(help_text="User ID.")
    status = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    topic = serializers.DictField(allow_null=True, help_text="What the campaign is about.")
    choice = serializers.DictField(allow_null=True, help_text="What the member had chosen, if that decided.")
    policy = serializers.CharField(
        help_text="`approved`, or `alone` where no second person approves it: see `started`."
    )
    asked = serializers.DictField(allow_null=True, help_text="Who asked for approval, and when.")
    approval = serializers.DictField(allow_null=True, help_text="Who approved exactly this, and when.")
    started = serializers.DictField(allow_null=True)
    call = serializers.DictField(allow_null=True, help_text="The call of message/send, with its attempts.")
    video = serializers.DictField(allow_null=True, help_text="The video, with the consents that it rests on.")
    signature = serializers.DictField(help_text="Ed25519 over the canonical JSON of all other fields.")
