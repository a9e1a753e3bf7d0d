"""Uploaded lists of members over REST: an audience by its name."""

from typing import Any

import django_filters
from django.db.models import Count
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, parsers, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.parties.acting_client import account_of
from core.spreadsheets import LARGEST_FILE
from core.web.api_fields import StrictSerializer
from scheduling import services
from scheduling.api.segments import DRAFT, READ, WRITE, LeftOutSerializer, current_application
from scheduling.models import AudienceSheet


class AudienceListSerializer(serializers.ModelSerializer[AudienceSheet]):
    """A list that audiences name as `sheet`."""

    lines = serializers.IntegerField(read_only=True, help_text="Number of user IDs in it.")

    class Meta:
        model = AudienceSheet
        fields = ("id", "name", "lines", "created_at", "expires_at")
        read_only_fields = fields


class AudienceListUploadSerializer(StrictSerializer):
    """A file with user IDs."""

    file = serializers.FileField(help_text="CSV or XLSX with a column 用户ID, 账号 or userid; at most 20 MB.")
    name = serializers.CharField(required=False, max_length=80, default="", allow_blank=True, help_text="Its name.")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Keeps nothing.")


class ListRowSerializer(serializers.Serializer[Any]):
    """A row that is left out."""

    row = serializers.IntegerField(help_text="As Excel counts, from 1.")
    value = serializers.CharField(allow_blank=True, help_text="What it holds.")
    reason = serializers.CharField(help_text="`no_user_id`, `repeated`, or `unknown`: not in the directory (yet).")


class AudienceListUploadedSerializer(serializers.Serializer[Any]):
    """The result of an upload, or of its dry run."""

    dry_run = serializers.BooleanField()
    list = AudienceListSerializer(allow_null=True, help_text="null in a dry run.")
    lines = serializers.IntegerField(help_text="Number of user IDs.")
    count = serializers.IntegerField(help_text="Members who would get a message today.")
    left_out = LeftOutSerializer(many=True)
    rows = ListRowSerializer(many=True, help_text="At most 1,000. Unknown user IDs are kept: a sync may bring them.")


class AudienceListFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which lists to list."""

    class Meta:
        model = AudienceSheet
        fields = ("name",)


@extend_schema_view(
    list=extend_schema(summary="List uploaded lists"), retrieve=extend_schema(summary="Get an uploaded list")
)
class AudienceLists(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[AudienceSheet]
):
    """Lists of user IDs. They are deleted after 180 days, or when no campaign needs them any more."""

    queryset = AudienceSheet.objects.kept().annotate(lines=Count("members"))
    serializer_class = AudienceListSerializer
    filterset_class = AudienceListFilter
    parser_classes = (parsers.MultiPartParser,)
    required_scopes = {"GET": READ, "POST": WRITE, "DELETE": WRITE}
    partial_scopes = {**dict.fromkeys(("create", "destroy"), DRAFT)}

    @extend_schema(
        summary="Upload a list",
        request={"multipart/form-data": AudienceListUploadSerializer},
        responses={
            200: OpenApiResponse(AudienceListUploadedSerializer, description="A dry run."),
            201: OpenApiResponse(AudienceListUploadedSerializer, description="The list is kept."),
        },
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Keeps the user IDs of a file, and lists the rows left out. With `dry_run` it keeps nothing."""
        body = AudienceListUploadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        imported = services.import_sheet(
            asked["file"].read(LARGEST_FILE + 1),
            name=asked["name"] or asked["file"].name.rpartition(".")[0],
            application=current_application(None),
            by=account_of(request),
            dry_run=asked["dry_run"],
        )
        kept = None if asked["dry_run"] else self.get_queryset().get(pk=imported.sheet.pk)
        answer = {"dry_run": asked["dry_run"], "list": kept, "lines": imported.preview.lines, "rows": imported.rows}
        answer |= {"count": imported.preview.count, "left_out": imported.preview.left_out}
        headers = {"Location": str(reverse("audience-list-detail", args=[kept.pk], request=request))} if kept else {}
        code = status.HTTP_201_CREATED if kept else status.HTTP_200_OK
        return Response(AudienceListUploadedSerializer(answer).data, status=code, headers=headers)

    @extend_schema(summary="Delete an uploaded list")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A list that a campaign or series still needs is refused with 409."""
        services.discard_sheet(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
