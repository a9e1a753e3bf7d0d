"""Questions without an answer over REST: read, answered, dismissed and put back."""

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import services
from conversations.api.serializers.unanswered import (
    QuestionAnswerSerializer,
    UnansweredQuestionDetailSerializer,
    UnansweredQuestionSerializer,
)
from conversations.models import UnansweredQuestion
from core.confidentiality.confidential_api import ReadingViews
from core.parties.acting_client import account_of

READ, WRITE = "questions:read", "questions:write"


class UnansweredQuestionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which questions to list."""

    asked_after = django_filters.IsoDateTimeFilter("last_asked_at", "gt")

    class Meta:
        model = UnansweredQuestion
        fields = ("status", "language")


@extend_schema_view(list=extend_schema(summary="List questions without an answer"))
class UnansweredQuestions(ReadingViews, viewsets.ReadOnlyModelViewSet[UnansweredQuestion]):
    """Questions of members without an answer in the table, in the members' own words."""

    queryset = UnansweredQuestion.objects.waiting().defer("vector")
    serializer_class = UnansweredQuestionSerializer
    filterset_class = UnansweredQuestionFilter
    required_scopes = {"GET": READ, "POST": WRITE}
    reads_always = True

    def people_in(self, rows: Sequence[UnansweredQuestion]) -> Iterable[int]:
        """Only one question says who asked it."""
        return rows[0].occurrences.values_list("conversation__member", flat=True)[:50] if len(rows) == 1 else ()

    def get_serializer_class(self) -> Any:
        return UnansweredQuestionDetailSerializer if self.action == "retrieve" else UnansweredQuestionSerializer

    @extend_schema(summary="Get a question without an answer", responses=UnansweredQuestionDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """With who asked when, and whether they want to be told."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        summary="Answer a question", request=QuestionAnswerSerializer, responses=UnansweredQuestionSerializer
    )
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """The answer gets the question's wordings, and members who wished so are told. Add a new answer first, under
        `answers/`. A question that is not open is refused with 409.
        """
        question, body = self.get_object(), QuestionAnswerSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        services.answer_question(question, body.validated_data["answer"], by=account_of(request))
        return self._shown(question)

    @extend_schema(summary="Dismiss a question", request=None, responses=UnansweredQuestionSerializer)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        """It stays dismissed when it is asked again. A question that is not open is refused with 409."""
        question = self.get_object()
        services.dismiss_question(question, by=account_of(request))
        return self._shown(question)

    @extend_schema(summary="Open a question again", request=None, responses=UnansweredQuestionSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Undoes an answer or a dismissal: the wordings that it added go."""
        question = self.get_object()
        services.reopen_question(question)
        return self._shown(question)

    def _shown(self, question: UnansweredQuestion) -> Response:
        rows: QuerySet[UnansweredQuestion] = self.get_queryset()
        return Response(UnansweredQuestionSerializer(rows.get(pk=question.pk)).data)
