"""Campaigns, series and segments as files over REST."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import parsers, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.interchange.file_api import ImportDifferenceSerializer, errors_by_place, ids_of
from core.parties.acting_client import account_of
from core.web.api_fields import StrictSerializer
from scheduling import services
from scheduling.api.campaign_serializers import CampaignProblemSerializer
from scheduling.models import Campaign, Segment, Series
from scheduling.services import PARTS, FileRefused, Imported, Kind

SEGMENTS_SCOPE = "schedules:write"
CHOSEN = [
    OpenApiParameter(
        "campaign", int, many=True, description="IDs of campaigns; all campaigns without any of the three."
    ),
    OpenApiParameter("series", int, many=True, description="IDs of series; all series without any of the three."),
    OpenApiParameter("segment", int, many=True, description="IDs of segments, besides those that the campaigns name."),
]
PACKED = {(200, "application/yaml"): OpenApiTypes.OBJECT, (200, "application/zip"): OpenApiTypes.BINARY}


class CampaignImportSerializer(StrictSerializer):
    """A YAML or ZIP as exported, or written by hand."""

    file = serializers.FileField(help_text="At most 2 MB of YAML; a ZIP holds at most 50 MB of files besides.")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Keeps nothing.")


class ImportedSerializer(serializers.Serializer[Imported]):
    """The verdict on one entry of the file."""

    kind = serializers.CharField(help_text="`segment`, `campaign` or `series`.")
    name = serializers.CharField()
    verdict = serializers.CharField(help_text="`new`, `changed` or `same`.")
    id = serializers.IntegerField(source="pk", help_text="Of a new row in a dry run it is not kept.")
    differences = ImportDifferenceSerializer(many=True)
    problems = CampaignProblemSerializer(source="missing", many=True, help_text="What keeps it from being approved.")


class CampaignImportedSerializer(serializers.Serializer[Any]):
    """The outcome of an import, or of a dry run."""

    dry_run = serializers.BooleanField()
    entries = ImportedSerializer(many=True)


class CampaignFiles(viewsets.GenericViewSet[Campaign]):
    """The addresses `export/` and `import/` of campaigns."""

    @extend_schema(summary="Export campaigns", parameters=CHOSEN, filters=False, responses=PACKED)
    @action(detail=False, methods=["get"], pagination_class=None)
    def export(self, request: Request) -> HttpResponse:
        """YAML, or a ZIP if the campaigns send files. Equal campaigns give equal bytes."""
        campaigns, series, segments = (ids_of(request, name) for name in ("campaign", "series", "segment"))
        chosen = bool(campaigns or series or segments)
        packed = services.export_file(
            campaigns=Campaign.objects.filter(pk__in=campaigns) if chosen else Campaign.objects.filter(series=None),
            series=Series.objects.filter(pk__in=series) if chosen else Series.objects.all(),
            segments=Segment.objects.filter(pk__in=segments),
        )
        headers = {"Content-Disposition": f'attachment; filename="{packed.name}"'}
        return HttpResponse(packed.data, content_type=packed.content_type, headers=headers)

    @extend_schema(
        summary="Import campaigns",
        request={"multipart/form-data": CampaignImportSerializer},
        responses=CampaignImportedSerializer,
    )
    @action(detail=False, methods=["post"], url_path="import", parser_classes=(parsers.MultiPartParser,))
    def import_file(self, request: Request) -> Response:
        """Takes over all of a file or nothing; `errors` has all that is wrong. Segments need `schedules:write` besides.

        New and changed campaigns are drafts.
        """
        body = CampaignImportSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        dry_run, who = body.validated_data["dry_run"], request.user
        try:
            imported = services.import_file(
                body.validated_data["file"].read(),
                by=account_of(request),
                may_write=_kinds_of(who),
                dry_run=dry_run,
            )
        except FileRefused as error:
            raise ValidationError(errors_by_place(error)) from error
        return Response(CampaignImportedSerializer({"dry_run": dry_run, "entries": imported}).data)


def _kinds_of(who: Any) -> list[Kind]:
    """The kinds that a person has the rights to write; of a client, segments have a scope of their own."""
    scopes = getattr(who, "scopes", None)
    if scopes is not None:
        return [kind for kind in PARTS if kind != "segment" or SEGMENTS_SCOPE in scopes]
    return [kind for kind in PARTS if who.has_perms([f"scheduling.{verb}_{kind}" for verb in ("add", "change")])]
