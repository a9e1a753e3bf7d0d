"""Flows, answers and documents as files over REST."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import parsers, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import services
from conversations.api.serializers.drafts import FlowProblemSerializer
from conversations.models import Answer, Document, Flow
from conversations.services import PARTS, Imported, Kind
from core.interchange.file_api import ImportDifferenceSerializer, ids_of, refusing_by_place
from core.interchange.import_page import download
from core.parties.acting_client import account_of
from core.web.api_fields import StrictSerializer

MODELS: dict[Kind, Any] = {"flow": Flow, "answer": Answer, "document": Document}
SCOPES: dict[Kind, str] = {"flow": "flows", "answer": "knowledge", "document": "knowledge"}
CHOSEN = [
    OpenApiParameter("flow", int, many=True, description="IDs of flows; all flows without any of the others."),
    OpenApiParameter("answer", int, many=True, description="IDs of answers; needs `knowledge:read`."),
    OpenApiParameter("document", int, many=True, description="IDs of documents; needs `knowledge:read`."),
    OpenApiParameter("knowledge", bool, description="All answers and documents; needs `knowledge:read`."),
]
PACKED = {(200, "application/yaml"): OpenApiTypes.OBJECT, (200, "application/zip"): OpenApiTypes.BINARY}


class FlowImportSerializer(StrictSerializer):
    """A YAML or ZIP as exported, or written by hand."""

    file = serializers.FileField(help_text="At most 8 MB of YAML; a ZIP holds at most 50 MB of files besides.")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Keeps nothing.")


class FlowImportEntrySerializer(serializers.Serializer[Imported]):
    """The verdict on one entry of the file, with its differences and problems."""

    kind = serializers.CharField(help_text="`flow`, `answer` or `document`.")
    name = serializers.CharField()
    verdict = serializers.CharField(help_text="`new`, `changed` or `same`.")
    id = serializers.IntegerField(source="pk", help_text="Of a new row in a dry run it is not kept.")
    differences = ImportDifferenceSerializer(many=True)
    problems = FlowProblemSerializer(many=True)


class FlowImportedSerializer(serializers.Serializer[Any]):
    """The outcome of an import, or of a dry run."""

    dry_run = serializers.BooleanField()
    entries = FlowImportEntrySerializer(many=True)


class FlowFiles(viewsets.GenericViewSet[Flow]):
    """The addresses `export/` and `import/` of flows."""

    @extend_schema(summary="Export flows and knowledge", parameters=CHOSEN, filters=False, responses=PACKED)
    @action(detail=False, methods=["get"], pagination_class=None)
    def export(self, request: Request) -> HttpResponse:
        """YAML, or a ZIP if answers or documents have files. Equal rows give equal bytes."""
        chosen = {kind: ids_of(request, kind) for kind in MODELS}
        knowledge = request.query_params.get("knowledge") == "true"
        if (knowledge or chosen["answer"] or chosen["document"]) and not _may(request.user, "answer", "read"):
            raise PermissionDenied
        rows = {kind: model._default_manager.filter(pk__in=chosen[kind]) for kind, model in MODELS.items()}
        if not any(chosen.values()):
            rows["flow"] = Flow.objects.all()
        if knowledge:
            rows |= {"answer": Answer.objects.all(), "document": Document.objects.all()}
        return download(services.export_file(flows=rows["flow"], answers=rows["answer"], documents=rows["document"]))

    @extend_schema(
        summary="Import flows and knowledge",
        request={"multipart/form-data": FlowImportSerializer},
        responses=FlowImportedSerializer,
    )
    @action(detail=False, methods=["post"], url_path="import", parser_classes=(parsers.MultiPartParser,))
    def import_file(self, request: Request) -> Response:
        """Takes over all of a file or nothing; `errors` has all that is wrong. Flows become drafts; publish them
        afterwards. Answers and documents need `knowledge:write` besides.
        """
        body = FlowImportSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        dry_run, who = body.validated_data["dry_run"], request.user
        with refusing_by_place():
            imported = services.import_file(
                body.validated_data["file"].read(),
                by=account_of(request),
                may_write=[kind for kind in PARTS if _may(who, kind, "write")],
                dry_run=dry_run,
            )
        return Response(FlowImportedSerializer({"dry_run": dry_run, "entries": imported}).data)


def _may(who: Any, kind: Kind, what: str) -> bool:
    """Whether a client has the scope, or a person the rights."""
    scopes = getattr(who, "scopes", None)
    if scopes is not None:
        return f"{SCOPES[kind]}:{what}" in scopes
    verbs = ("view",) if what == "read" else ("add", "change")
    return bool(who.has_perms([f"conversations.{verb}_{kind}" for verb in verbs]))
