"""Drafts of flows over REST: read, written, undone and done again by the services of the graph's editor."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import services
from conversations.api.serializers.drafts import DraftRequestSerializer, DraftSeenSerializer, DraftSerializer
from conversations.models import Flow
from core.interchange.file_api import refusing_by_place
from core.parties.acting_client import account_of


class FlowDrafts(viewsets.GenericViewSet[Flow]):
    """The addresses `draft/`, `draft/undo/` and `draft/redo/` of a flow."""

    @extend_schema(summary="Get the draft of a flow", responses=DraftSerializer)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def draft(self, request: Request, pk: str) -> Response:
        """Its steps, as `flows/export/` writes them. Members get the version that runs, not the draft."""
        return _shown(services.read_draft(self.get_object()))

    @extend_schema(summary="Replace the draft of a flow", request=DraftRequestSerializer, responses=DraftSerializer)
    @draft.mapping.put
    def write_draft(self, request: Request, pk: str) -> Response:
        """Takes over all steps or nothing; `errors` lists all faults. Refused with `draft_changed` if the draft has
        changed since it was `seen`. It can be undone; publish it afterwards.
        """
        flow, body = self.get_object(), DraftRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with refusing_by_place():
            return _shown(services.write_draft(flow, by=account_of(request), **body.validated_data))

    @extend_schema(summary="Undo a change of a draft", request=DraftSeenSerializer, responses=DraftSerializer)
    @action(detail=True, methods=["post"], url_path="draft/undo", pagination_class=None, filter_backends=())
    def undo_draft(self, request: Request, pk: str) -> Response:
        """The newest change of the draft, by any account."""
        return self._changed(request, services.undo_draft)

    @extend_schema(summary="Redo a change of a draft", request=DraftSeenSerializer, responses=DraftSerializer)
    @action(detail=True, methods=["post"], url_path="draft/redo", pagination_class=None, filter_backends=())
    def redo_draft(self, request: Request, pk: str) -> Response:
        """The change that was undone last."""
        return self._changed(request, services.redo_draft)

    def _changed(self, request: Request, change: Any) -> Response:
        body = DraftSeenSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        flow = self.get_object()
        change(flow, seen=body.validated_data["seen"])
        return _shown(services.read_draft(flow))


def _shown(draft: services.Draft) -> Response:
    return Response(DraftSerializer(draft).data)
