"""Incidents over REST."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import viewsets

from core.web.api_filters import ChoiceFilter, StrictBooleanFilter
from openuser.incidents.serializers import IncidentSerializer
from openuser.models import Alert, Incident


class IncidentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of incidents."""

    kind = ChoiceFilter(choices=Incident.Kind.choices)
    open = StrictBooleanFilter(method="by_state", help_text="Whether it goes on.")
    opened_after = django_filters.IsoDateTimeFilter("opened_at", "gt")
    opened_before = django_filters.IsoDateTimeFilter("opened_at", "lt")

    class Meta:
        model = Incident
        fields = ("subject",)

    def by_state(self, queryset: QuerySet[Incident], name: str, value: Any) -> QuerySet[Incident]:
        return queryset.filter(resolved_at__isnull=bool(value))


@extend_schema_view(list=extend_schema(summary="List incidents"), retrieve=extend_schema(summary="Get an incident"))
class Incidents(viewsets.ReadOnlyModelViewSet[Incident]):
    """Conditions of the installation that need a person: their beginning, their remedy, and the alerts."""

    queryset = Incident.objects.prefetch_related(Prefetch("alerts", Alert.objects.order_by("pk")))
    serializer_class = IncidentSerializer
    filterset_class = IncidentFilter
    required_scopes = {"GET": "incidents:read"}
