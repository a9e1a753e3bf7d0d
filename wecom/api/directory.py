"""Departments, tags and directory syncs over REST."""

from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.web.api_filters import IdFilter, StrictBooleanFilter
from wecom import services
from wecom.api.serializers import (
    DepartmentSerializer,
    DirectorySyncRequestSerializer,
    DirectorySyncSerializer,
    TagSerializer,
)
from wecom.models import Department, DirectorySync, Tag

READ = {"GET": "members:read"}


class ExistingFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters that departments and tags share."""

    number = IdFilter(help_text="ID in WeChat Work.")
    name = django_filters.CharFilter("name", "icontains", help_text="Part of the name.")
    gone = StrictBooleanFilter(method="by_gone", help_text="Whether it was deleted in WeChat Work; its row stays.")

    def by_gone(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.filter(gone_at__isnull=not value)


class DepartmentFilter(ExistingFilter):
    """Which departments to list."""

    parent_number = IdFilter(help_text="ID of the parent department.")

    class Meta:
        model = Department
        fields = ()


class TagFilter(ExistingFilter):
    """Which tags to list."""

    class Meta:
        model = Tag
        fields = ()


class SyncFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which syncs to list."""

    application = IdFilter()

    class Meta:
        model = DirectorySync
        fields = ("status", "kind")


@extend_schema_view(list=extend_schema(summary="List departments"), retrieve=extend_schema(summary="Get a department"))
class Departments(viewsets.ReadOnlyModelViewSet[Department]):
    """Departments in the visible range of your applications. Members: `/members/?department=`."""

    queryset = Department.objects.annotate(member_count=Count("memberships"))
    serializer_class = DepartmentSerializer
    filterset_class = DepartmentFilter
    required_scopes = READ


@extend_schema_view(list=extend_schema(summary="List tags"), retrieve=extend_schema(summary="Get a tag"))
class Tags(viewsets.ReadOnlyModelViewSet[Tag]):
    """Tags of the company. Members: `/members/?tag=`."""

    queryset = Tag.objects.annotate(member_count=Count("members")).prefetch_related("departments")
    serializer_class = TagSerializer
    filterset_class = TagFilter
    required_scopes = READ


@extend_schema_view(
    list=extend_schema(summary="List directory syncs"), retrieve=extend_schema(summary="Get a directory sync")
)
class DirectorySyncs(viewsets.ReadOnlyModelViewSet[DirectorySync]):
    """Syncs of the directory from WeChat Work."""

    queryset = DirectorySync.objects.all()
    serializer_class = DirectorySyncSerializer
    filterset_class = SyncFilter
    required_scopes = {**READ, "POST": "members:write"}

    @extend_schema(
        summary="Sync the directory",
        request=DirectorySyncRequestSerializer,
        responses={202: OpenApiResponse(DirectorySyncSerializer, description="The sync is queued, or runs already.")},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Reads the whole directory through one application. Get it again to see its `progress`."""
        serializer = DirectorySyncRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sync = services.sync_directory(serializer.validated_data.get("application"))
        location = str(reverse("directory-sync-detail", args=[sync.pk], request=request))
        headers = {"Location": location}
        return Response(DirectorySyncSerializer(sync).data, status=status.HTTP_202_ACCEPTED, headers=headers)
