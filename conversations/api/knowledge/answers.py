"""Questions and answers over REST, one by one and as tables."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import parsers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from conversations import services
from conversations.api.serializers.answers import (
    AnswerFormSerializer,
    AnswerImportRequestSerializer,
    AnswerImportSerializer,
    AnswerSerializer,
    outcome,
)
from conversations.models import Answer
from core.spreadsheets import LARGEST_FILE, read_table
from core.web.api_filters import StrictBooleanFilter
from core.web.json_parser import JSONParser

READ, WRITE = "knowledge:read", "knowledge:write"
BODIES = {"application/json": AnswerSerializer, "multipart/form-data": AnswerFormSerializer}


class AnswerFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which answers to list."""

    enabled = StrictBooleanFilter()
    topic = django_filters.CharFilter(field_name="topic__name")

    class Meta:
        model = Answer
        fields = ("question", "kind", "language")


@extend_schema_view(list=extend_schema(summary="List answers"), retrieve=extend_schema(summary="Get an answer"))
class Answers(viewsets.ModelViewSet[Answer]):
    """Questions and answers of the digital human. A change counts for the next question in every process."""

    queryset = Answer.objects.select_related("topic").prefetch_related("departments", "tags")
    serializer_class = AnswerSerializer
    filterset_class = AnswerFilter
    parser_classes: Any = (JSONParser, parsers.MultiPartParser)
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}

    @extend_schema(summary="Add an answer", request=BODIES, responses={201: AnswerSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send `multipart/form-data` for an answer with a picture, a file or a video of your own."""
        body = self._body(request)
        body.is_valid(raise_exception=True)
        answer = body.save()
        headers = {"Location": str(reverse("answer-detail", args=[answer.pk], request=request))}
        return Response(self.get_serializer(answer).data, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(summary="Change an answer", request=BODIES, responses=AnswerSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes the given fields; `departments` and `tags` replace all."""
        body = self._body(request, self.get_object(), partial=True)
        body.is_valid(raise_exception=True)
        return Response(self.get_serializer(body.save()).data)

    @extend_schema(summary="Delete an answer")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """It is found no more. Set `enabled` to false to keep it."""
        services.remove_answer(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Import answers",
        request={"multipart/form-data": AnswerImportRequestSerializer},
        responses=AnswerImportSerializer,
    )
    @action(detail=False, methods=["post"], url_path="import", parser_classes=(parsers.MultiPartParser,))
    def import_table(self, request: Request) -> Response:
        """Takes over the valid rows, in one transaction, and lists the errors of the others. With `dry_run` nothing is
        stored and the answer is the same.
        """
        who: Any = request.user
        if hasattr(who, "has_perm") and not who.has_perm("conversations.change_answer"):
            raise PermissionDenied
        body = AnswerImportRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        dry_run = body.validated_data["dry_run"]
        table = read_table(body.validated_data["file"].read(LARGEST_FILE + 1))
        findings = services.import_answers(table, dry_run=dry_run)
        return Response(AnswerImportSerializer(outcome(findings, dry_run=dry_run)).data)

    def _body(self, request: Request, answer: Answer | None = None, *, partial: bool = False) -> AnswerSerializer:
        is_form = str(request.content_type).startswith("multipart/")
        kind = AnswerFormSerializer if is_form else AnswerSerializer
        return kind(answer, data=request.data, partial=partial, context=self.get_serializer_context())
