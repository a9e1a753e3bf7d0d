"""Segments over REST, and the reach of an audience before anything is sent."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.parties.acting_client import account_of
from core.web.api_fields import StrictModelSerializer, StrictSerializer
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Segment
from wecom.models import Application

READ, WRITE, DRAFT = "schedules:read", "schedules:write", "schedules:draft"
RULE = "A group of conditions: `op` is `all`, `any` or `none`, `rules` are conditions and groups."


@extend_schema_field({"type": "object", "additionalProperties": True})
class ObjectField(serializers.Field[Any, Any, Any, Any]):
    """A JSON object that a service reads, and whose flaws it names by their place."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError("Write a JSON object.", code="invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class SegmentSerializer(StrictModelSerializer[Segment]):
    """Members that a rule selects."""

    rule = ObjectField(help_text=RULE)
    words = serializers.SerializerMethodField(help_text="The rule in words.")

    class Meta:
        model = Segment
        fields = ("id", "name", "description", "rule", "words", "created_at", "updated_at")
        read_only_fields = ("created_at", "updated_at")
        # The service names the segment that has the name; the company is the default application's.
        validators: tuple[Any, ...] = ()

    def get_words(self, segment: Segment) -> str:
        told = getattr(segment, "told", "")
        return told or services.segments_in_words([segment])[segment.pk]

    def create(self, validated_data: dict[str, Any]) -> Segment:
        segment = Segment(corporation=current_application(None).corporation, **validated_data)
        return services.save_segment(segment, by=account_of(self.context["request"]))

    def update(self, instance: Segment, validated_data: dict[str, Any]) -> Segment:
        for name, value in validated_data.items():
            setattr(instance, name, value)
        return services.save_segment(instance, by=account_of(self.context["request"]))


class RuleSerializer(StrictSerializer):
    """A rule that is not saved."""

    rule = ObjectField(help_text=RULE)


class SegmentCountSerializer(serializers.Serializer[Any]):
    """The members that a rule selects today."""

    words = serializers.CharField(help_text="The rule in words.")
    count = serializers.IntegerField(help_text="Number of members who meet it.")
    of = serializers.IntegerField(help_text="Number of members in the company.")
    names = serializers.ListField(child=serializers.CharField(), help_text="The first of them, by name.")
    warnings = serializers.ListField(child=serializers.CharField(), help_text="Departments and tags that are gone.")


class AudienceSerializer(StrictSerializer):
    """An audience and the application that would send."""

    audience = ObjectField(
        help_text="`everyone`, `departments`, `tags`, `members`, `segments`, `sheet`, and `exclude` with the same."
    )
    application = serializers.IntegerField(
        required=False, min_value=1, help_text="ID of the application; the default one without it."
    )


class LeftOutSerializer(serializers.Serializer[Any]):
    """Members who get nothing for one reason."""

    reason = serializers.CharField(help_text="`left`, `disabled`, `not_activated`, `out_of_range` or `unknown`.")
    words = serializers.CharField(source="label", help_text="The reason in words.")
    count = serializers.IntegerField(help_text="How many.")
    names = serializers.ListField(child=serializers.CharField(), help_text="The first of them, by name.")


class ReachSerializer(serializers.Serializer[Any]):
    """The members that an audience reaches today."""

    count = serializers.IntegerField(help_text="Number of members who would get it.")
    names = serializers.ListField(child=serializers.CharField(), help_text="The first of them, by name.")
    excluded = serializers.IntegerField(help_text="Number of members whom `exclude` takes away.")
    left_out = LeftOutSerializer(many=True, help_text="Who gets nothing, by reason.")


class SegmentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which segments to list."""

    class Meta:
        model = Segment
        fields = ("name",)


@extend_schema_view(list=extend_schema(summary="List segments"), retrieve=extend_schema(summary="Get a segment"))
class Segments(viewsets.ModelViewSet[Segment]):
    """Members by rules over the directory and facts, found anew each time."""

    queryset = Segment.objects.select_related("corporation")
    serializer_class = SegmentSerializer
    filterset_class = SegmentFilter
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}
    partial_scopes = {**dict.fromkeys(("create", "partial_update", "destroy"), DRAFT), "preview": READ}

    def paginate_queryset(self, queryset: Any) -> Any:
        """The rules of a page are told with as many queries for one as for all."""
        page = super().paginate_queryset(queryset) or []
        descriptions = services.segments_in_words(page)
        for segment in page:
            segment.told = descriptions[segment.pk]
        return page

    @extend_schema(summary="Create a segment")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The rule is checked: its facts and segments must exist, and no segment may name itself through others."""
        answer = super().create(request, *args, **kwargs)
        answer.headers["Location"] = reverse("segment-detail", args=[answer.data["id"]], request=request)
        return answer

    @extend_schema(summary="Change a segment")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes the given fields only."""
        return super().partial_update(request, *args, **kwargs)

    @extend_schema(summary="Delete a segment")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A segment that is in use is refused with 409."""
        services.remove_segment(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Count the members of a segment", responses=SegmentCountSerializer)
    @action(detail=True)
    def count(self, request: Request, pk: str) -> Response:
        """Who is in it today, without those who left."""
        segment = self.get_object()
        preview = services.preview_rule(segment.rule, corporation=segment.corporation, own=segment.pk)
        return Response(SegmentCountSerializer(preview).data)

    @extend_schema(summary="Try a rule", request=RuleSerializer, responses=SegmentCountSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Who would be in a segment with this rule. Saves nothing."""
        body = RuleSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reach = services.preview_rule(body.validated_data["rule"], corporation=current_application(None).corporation)
        return Response(SegmentCountSerializer(reach).data)


class Audiences(viewsets.GenericViewSet[Segment]):
    """Audiences before anything is sent."""

    queryset = Segment.objects.all()
    serializer_class = AudienceSerializer
    required_scopes = {"POST": READ}

    @extend_schema(summary="Preview an audience", responses=ReachSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """How many would get a message, the first of them, and who is left out and why. Saves and sends nothing."""
        body = AudienceSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        rule = services.read_audience(body.validated_data["audience"])
        application = current_application(body.validated_data.get("application"))
        return Response(ReachSerializer(services.preview_audience(rule, application=application)).data)


def current_application(key: int | None) -> Application:
    rows = Application.objects.select_related("corporation")
    application = rows.filter(pk=key).first() if key else rows.filter(is_default=True).first()
    if application is None and key:
        raise NotFound
    if application is None:
        remedy = "Connect an application in the admin first."
        raise SchedulingError("There is no default application.", code="no_application", remedy=remedy)
    return application
