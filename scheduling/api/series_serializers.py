"""Series, their steps and members in the API. The service validates them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.parties.acting_client import account_of
from core.web.api_fields import StrictModelSerializer, StrictSerializer
from scheduling import services
from scheduling.api.calendar.unknown_days import DaysUnknownFrom
from scheduling.api.campaign_serializers import CHANGE_FIELDS, MOST_CONTENTS, CampaignContentSerializer
from scheduling.models import Campaign, CampaignContent, Enrolment, Series, SeriesChange

MOST_STEPS = 60
MOST_DEPARTMENTS = 200


class SeriesStepSerializer(StrictModelSerializer[Campaign]):
    """A message of a series: a campaign on a day and at a time. `/campaigns/{id}/` has all that it says of itself."""

    contents = CampaignContentSerializer(many=True, max_length=MOST_CONTENTS)  # type: ignore[call-arg]

    class Meta:
        model = Campaign
        fields = (
            *("id", "day", "at", "name", "content_type", "message_class", "topic", "offers_settings"),
            *("link_clicks", "valid_minutes", "interrupts", "contents"),
        )
        extra_kwargs = {
            "name": {"required": False},
            "day": {"required": True, "allow_null": False},
            "at": {"help_text": "Such as 09:00; null on day 0 of an event: at once."},
        }


class SeriesProblemSerializer(serializers.Serializer[Any]):
    """An error that keeps a series from being approved; `step` is the key of the step that has it."""

    step = serializers.IntegerField(allow_null=True)
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class SeriesSerializer(StrictModelSerializer[Series]):
    """Messages on days that are counted from a date or an event of each member."""

    audience = serializers.JSONField(help_text="Who may be in it, as campaigns have it.")
    departments = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, max_length=MOST_DEPARTMENTS
    )
    stop_rule = serializers.JSONField(
        required=False, help_text="It ends for members whom this rule means, as segments have it; {} for none."
    )
    steps = SeriesStepSerializer(many=True, max_length=MOST_STEPS, required=False)  # type: ignore[call-arg]
    problems = serializers.SerializerMethodField(help_text="Errors that keep it from being approved; lists have none.")
    days_unknown_from = DaysUnknownFrom()

    class Meta:
        model = Series
        fields = (
            *("id", "name", "application", "audience", "anchor", "fact", "departments", "flow", "repeats_yearly"),
            *("stop_rule", "stops_on_reply", "stop_flow", "late", "days_off", "time_zone", "in_member_zone"),
            *("ends_on", "steps"),
            *("state", "reason", "days_unknown_from", "problems", "created_at", "changed_at"),
        )
        read_only_fields = ("state", "reason", "created_at", "changed_at")

    @extend_schema_field(SeriesProblemSerializer(many=True))
    def get_problems(self, series: Series) -> list[Mapping[str, Any]]:
        listed = getattr(self.context.get("view"), "action", "") == "list"
        drafted = series.state == Series.State.DRAFT and not listed
        problems = services.series_problems(series) if drafted else []
        return [
            {
                "step": problem.step.pk if problem.step else None,
                **{name: getattr(problem.error, name) for name in ("field", "code", "message", "remedy")},
            }
            for problem in problems
        ]

    def validate_audience(self, value: object) -> dict[str, Any]:
        """An audience that selects no members is a problem of the draft; one of another form is refused."""
        return services.parse_audience(value).as_json()

    def validate_stop_rule(self, value: object) -> object:
        if not isinstance(value, dict):
            raise serializers.ValidationError("A rule is an object with “op” and “rules”.", code="rule_invalid")
        return value

    def validate_steps(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A change replaces them, so that each has its day and its words."""
        for step in value:
            if "day" not in step or "contents" not in step:
                raise serializers.ValidationError("Each step has its day and its contents.", code="required")
        return value

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Series:
        steps = validated_data.pop("steps", [])
        by = account_of(self.context["request"])
        series = services.save_series(Series(**validated_data), by=by)
        services.replace_steps(series, map(_step, steps), by=by)
        return with_steps().get(pk=series.pk)

    @transaction.atomic
    def update(self, instance: Series, validated_data: dict[str, Any]) -> Series:
        steps = validated_data.pop("steps", None)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        by = account_of(self.context["request"])
        services.save_series(instance, by=by)
        if steps is not None:
            services.replace_steps(instance, map(_step, steps), by=by)
        return with_steps().get(pk=instance.pk)


class SeriesChangeSerializer(serializers.ModelSerializer[SeriesChange]):
    """A step in the life of a series."""

    class Meta:
        model = SeriesChange
        fields = CHANGE_FIELDS
        read_only_fields = fields


class SeriesForecastSerializer(serializers.Serializer[services.SeriesForecast]):
    """The figures that a start would have now; they equal those of the start."""

    members = serializers.IntegerField(help_text="Members who come in.")
    due = serializers.SerializerMethodField(help_text="Members whose turn comes at once, by the key of the step.")
    at_night = serializers.SerializerMethodField(help_text="Keys of the steps before 8:00 or from 21:00.")
    on_days_off = serializers.BooleanField(
        source="odd.on_days_off", help_text="Whether steps go out on weekends and holidays too."
    )

    def get_due(self, forecast: services.SeriesForecast) -> dict[str, int]:
        return {str(step.pk): count for step, count in forecast.due.items()}

    def get_at_night(self, forecast: services.SeriesForecast) -> list[int]:
        return [step.pk for step in forecast.odd.at_night]


class EnrolmentRequestSerializer(StrictSerializer):
    """A member who comes into a series, counted from today or another day."""

    user_id = serializers.CharField(max_length=64, help_text="The WeChat Work user ID.")
    on = serializers.DateField(required=False, help_text="Day 0; today without it.")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Keeps nothing.")


class StepAheadSerializer(serializers.Serializer[services.StepAhead]):
    """A step that a member would get, and when."""

    step = serializers.IntegerField(source="step.pk")
    day = serializers.IntegerField(source="step.day")
    at = serializers.DateTimeField()


class EnrolmentForecastSerializer(serializers.Serializer[Any]):
    """The steps that would come to the member."""

    steps = StepAheadSerializer(many=True)


class EnrolmentSerializer(serializers.ModelSerializer[Enrolment]):
    """A member of a series: from which day their steps are counted, and how far they are."""

    user_id = serializers.CharField(source="member.user_id", read_only=True)
    steps_had = serializers.SerializerMethodField(help_text="The keys of the steps whose turn has come.")

    class Meta:
        model = Enrolment
        fields = (
            *("id", "series", "user_id", "anchor_on", "anchor_at", "source", "status", "reason", "note", "steps_had"),
            *("created_at", "started_at", "ended_at"),
        )
        read_only_fields = fields

    def get_steps_had(self, row: Enrolment) -> list[int]:
        return sorted(step.step_id for step in row.taken.all())


class StopSerializer(StrictSerializer):
    """Why a series ends for a member."""

    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


def with_steps() -> QuerySet[Series]:
    """Series with their steps in order, and the words of each: a few queries, however many they are."""
    steps = Prefetch("steps", queryset=Campaign.objects.steps().prefetch_related("contents"))
    return Series.objects.select_related("application").prefetch_related(steps)


def _step(fields: dict[str, Any]) -> tuple[Campaign, list[CampaignContent]]:
    values = dict(fields)
    contents = [CampaignContent(**content) for content in values.pop("contents")]
    return Campaign(**values), contents
