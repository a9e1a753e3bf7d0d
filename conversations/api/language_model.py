"""The use of the language model over REST: days, with their questions, tokens and cost."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import services
from conversations.models import ModelUsage
from core.web.api_fields import StrictSerializer

MOST_DAYS = 366


class DaysRequestSerializer(StrictSerializer):
    """How many days."""

    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, required=False, default=30)


class ModelDaySerializer(serializers.Serializer[services.ModelDay]):
    """One day, of all companies together."""

    day = serializers.DateField()
    questions = serializers.IntegerField()
    tokens_sent = serializers.IntegerField()
    tokens_answered = serializers.IntegerField()
    cost = serializers.IntegerField(help_text="In millionths of the currency; 0 without prices.")
    failures = serializers.IntegerField(help_text="The service failed or was too slow.")
    rejected = serializers.IntegerField(help_text="Answers that their sources do not bear, so that none was sent.")
    limited = serializers.IntegerField(help_text="Questions over a limit, which were not asked.")


class LimitsSerializer(serializers.Serializer[Any]):
    """Limits of a day; 0: none."""

    questions = serializers.IntegerField()
    tokens = serializers.IntegerField()
    cost = serializers.IntegerField(help_text="In millionths of the currency.")


class ModelSpendingSerializer(serializers.Serializer[Any]):
    """The use of the language model against its limits."""

    company_limits = LimitsSerializer()
    member_limits = LimitsSerializer()
    days = ModelDaySerializer(many=True)


class LanguageModelSpending(generics.GenericAPIView[ModelUsage]):
    """Sums of the whole company, without members and without questions."""

    queryset = ModelUsage.objects.all()
    serializer_class = ModelSpendingSerializer
    filter_backends = ()
    required_scopes = {"GET": "language_model:read"}

    @extend_schema(
        summary="Get what the language model was used for",
        operation_id="language_model_spending_retrieve",
        parameters=[OpenApiParameter("days", int, description="How many days, today first; by default 30.")],
        responses=ModelSpendingSerializer,
    )
    def get(self, request: Request) -> Response:
        """Today first; also days without a question."""
        asked = DaysRequestSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        limits = {"company_limits": services.company_limits(), "member_limits": services.member_limits()}
        days = services.model_days(asked.validated_data["days"])
        return Response(ModelSpendingSerializer({**limits, "days": days}).data)
