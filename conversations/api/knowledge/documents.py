"""Documents over REST: uploaded, read in the background, replaced by newer files."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import parsers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from conversations import services
from conversations.api.knowledge.answers import READ, WRITE
from conversations.api.serializers.documents import DocumentFormSerializer, DocumentSerializer
from conversations.models import Document
from core.web.api_filters import StrictBooleanFilter
from core.web.json_parser import JSONParser


class DocumentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which documents to list."""

    enabled = StrictBooleanFilter()
    topic = django_filters.CharFilter(field_name="topic__name")

    class Meta:
        model = Document
        fields = ("title", "kind", "status", "language")


@extend_schema_view(list=extend_schema(summary="List documents"), retrieve=extend_schema(summary="Get a document"))
class Documents(viewsets.ModelViewSet[Document]):
    """Documents whose passages members are quoted, with title and page."""

    queryset = Document.objects.select_related("topic").prefetch_related("departments", "tags")
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter
    parser_classes: Any = (JSONParser, parsers.MultiPartParser)
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}

    @extend_schema(
        summary="Upload a document",
        request={"multipart/form-data": DocumentFormSerializer},
        responses={201: DocumentSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """It is read in the background: `status` and `progress` say how far. A file that shows at once that it cannot
        be read is refused.
        """
        body = DocumentFormSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        document = body.save()
        headers = {"Location": str(reverse("document-detail", args=[document.pk], request=request))}
        return Response(self.get_serializer(document).data, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(
        summary="Change or replace a document",
        request={"application/json": DocumentSerializer, "multipart/form-data": DocumentFormSerializer},
        responses=DocumentSerializer,
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes the given fields. With a newer `file` in a form, that takes the place of the one before when it is
        read; until then the earlier passages are quoted.
        """
        is_form = str(request.content_type).startswith("multipart/")
        kind = DocumentFormSerializer if is_form else DocumentSerializer
        body = kind(self.get_object(), data=request.data, partial=True, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return Response(self.get_serializer(body.save()).data)

    @extend_schema(summary="Delete a document")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """With its passages and its file."""
        services.remove_document(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
