"""The working days of a company over REST: read, imported from a list, and taken back."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import django_filters
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import generics, mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.web.api_fields import StrictSerializer
from core.web.api_filters import IdFilter
from scheduling import services
from scheduling.models import CalendarDay, CalendarImport

READ, WRITE = "working_days:read", "working_days:write"
MOST_DAYS, LONGEST_LIST = 732, 100_000
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


class WorkingDaysQuerySerializer(StrictSerializer):
    """Which days."""

    to = serializers.DateField(
        required=False, help_text=f"The last day, by default the end of that year; at most {MOST_DAYS} days."
    )
    application = serializers.IntegerField(
        min_value=1, required=False, help_text="Of whose company; without it of the default application's."
    )

    def get_fields(self) -> dict[str, Any]:
        # `from` is a keyword of Python.
        first = serializers.DateField(required=False, help_text="The first day, by default today.")
        return {"from": first, **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.setdefault("from", timezone.localdate())
        attrs.setdefault("to", date(attrs["from"].year, 12, 31))
        if not EARLIEST <= attrs["from"] <= attrs["to"] <= LATEST:
            raise serializers.ValidationError({"to": f"It lies between `from` and {LATEST}."})
        if attrs["to"] - attrs["from"] >= timedelta(days=MOST_DAYS):
            raise serializers.ValidationError({"to": f"Ask for at most {MOST_DAYS} days."})
        return attrs


class WorkingDaySerializer(serializers.Serializer[services.WorkingDay]):
    """A day, as the company works on it."""

    date = serializers.DateField()
    works = serializers.BooleanField(help_text="What its weekday says if it is not `known`.")
    known = serializers.BooleanField(help_text="Whether anything says that it is a working day or not.")
    name = serializers.CharField(help_text="Why it differs from its weekday.")


class WorkingDaysSerializer(serializers.Serializer[Any]):
    """Days, and which years are not known."""

    days = WorkingDaySerializer(many=True)
    known_years = serializers.ListField(child=serializers.IntegerField(), help_text="Of these days' years.")
    unknown_years = serializers.ListField(child=serializers.IntegerField(), help_text="Of these days' years.")
    days_unknown = serializers.CharField(help_text="What that means and what to do, in words; empty if all are known.")


class DayListSerializer(StrictSerializer):
    """A list of a year's holidays and make-up days."""

    text = serializers.CharField(
        max_length=LONGEST_LIST,
        help_text="The State Council's notice with its title, a calendar file (ICS), CSV, or lines such as "
        "“2027-01-01 休 元旦”.",
    )
    title = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True, help_text="Where it comes from, such as its URL."
    )
    application = serializers.IntegerField(
        min_value=1, required=False, help_text="For whose company; without it for the default application's."
    )
    anyway = serializers.BooleanField(
        required=False, default=False, help_text="Takes it over although it contradicts itself: see `doubts` first."
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Keeps nothing.")


class DayChangeSerializer(serializers.Serializer[services.DayChange]):
    """A day that becomes other than it was."""

    date = serializers.DateField()
    works = serializers.BooleanField(help_text="Whether it works from now on.")
    name = serializers.CharField()


class WorkingDayImportSerializer(serializers.ModelSerializer[CalendarImport]):
    """A list that was taken over."""

    class Meta:
        model = CalendarImport
        fields = ("id", "title", "way", "years", "at", "undone_at")
        read_only_fields = fields


class DayListImportedSerializer(serializers.Serializer[Any]):
    """The result of an import, or of its dry run."""

    dry_run = serializers.BooleanField()
    imported = WorkingDayImportSerializer(
        allow_null=True, help_text="null in a dry run, and if the company had all of it already."
    )
    years = serializers.ListField(child=serializers.IntegerField(), help_text="Known in full by this list.")
    changes = DayChangeSerializer(many=True)
    kept = serializers.ListField(
        child=serializers.DateField(), help_text="Days that a person entered otherwise; they stay."
    )
    doubts = serializers.ListField(
        child=serializers.CharField(), help_text="Where the list contradicts itself or lacks a holiday."
    )


class WorkingDaysView(generics.GenericAPIView[Any]):
    """Working days, holidays and make-up days."""

    queryset = CalendarDay.objects.all()
    serializer_class = WorkingDaysSerializer
    filter_backends = ()
    pagination_class = None
    required_scopes: Mapping[str, str] = {"GET": READ}

    @extend_schema(
        summary="List working days",
        operation_id="working_days_retrieve",
        parameters=[WorkingDaysQuerySerializer],
        responses=WorkingDaysSerializer,
    )
    def get(self, request: Request) -> Response:
        """Every day, whether the company works on it, and whether anything says so."""
        query = WorkingDaysQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        data = query.validated_data
        company = services.company_of(data.get("application"))
        days = services.list_working_days(company, data["from"], data["to"])
        return Response(WorkingDaysSerializer(days).data)


class WorkingDayImportFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which imports to list."""

    corporation = IdFilter()

    class Meta:
        model = CalendarImport
        fields = ("corporation",)


@extend_schema_view(
    list=extend_schema(summary="List imports of working days"),
    retrieve=extend_schema(summary="Get an import of working days"),
)
class WorkingDayImports(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[CalendarImport]):
    """Lists of holidays and make-up days that were taken over."""

    queryset = CalendarImport.objects.all()
    serializer_class = WorkingDayImportSerializer
    filterset_class = WorkingDayImportFilter
    required_scopes = {"GET": READ, "POST": WRITE}

    @extend_schema(
        summary="Import working days",
        request=DayListSerializer,
        responses={
            200: OpenApiResponse(DayListImportedSerializer, description="A dry run, or nothing that was not there."),
            201: OpenApiResponse(DayListImportedSerializer, description="The days are kept."),
        },
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Takes over a list. A year that it holds in full is replaced, except days that a person entered.

        The same list again changes nothing. Refused with `list_doubtful` if the list contradicts itself, until you say
        `anyway`.
        """
        body = DayListSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        day_list = services.read_day_list(asked["text"])
        done = services.import_days(
            services.company_of(asked.get("application")),
            day_list,
            way=CalendarImport.Way.API,
            by=request.user if isinstance(request.user, AbstractBaseUser) else None,
            title=asked["title"],
            anyway=asked["anyway"] or asked["dry_run"],
            dry_run=asked["dry_run"],
        )
        answer = {"dry_run": asked["dry_run"], "imported": done.row, "years": sorted(done.years)}
        answer |= {"changes": done.changes, "kept": done.kept, "doubts": day_list.doubts}
        if done.row is None:
            return Response(DayListImportedSerializer(answer).data)
        headers = {"Location": str(reverse("working-day-import-detail", args=[done.row.pk], request=request))}
        return Response(DayListImportedSerializer(answer).data, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(summary="Undo an import of working days", request=None, responses=WorkingDayImportSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Gives the days back as they were, except those that a person has changed since. Only of the last import."""
        return Response(self.get_serializer(services.undo_import(self.get_object())).data)
