"""Statements over REST: read, and confirmed by a second person. `origin` of a digital human records them."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, parsers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from avatars import services
from avatars.api.requester import name_of
from avatars.api.serializers import StatementSerializer
from avatars.api.serializers.statements import ConfirmationSerializer
from avatars.forms.origins import MAY_NOT_STATE
from avatars.models import Statement
from core.web.api_filters import IdFilter
from core.web.json_parser import JSONParser


class StatementFilter(django_filters.FilterSet):  # type: ignore[misc]
    digital_human = IdFilter()
    voice = IdFilter()

    class Meta:
        model = Statement
        fields = ("recorded_by",)


@extend_schema_view(
    list=extend_schema(summary="List statements"),
    retrieve=extend_schema(summary="Get a statement"),
)
class Statements(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Statement]):
    """Statements that a picture is drawn or a voice synthetic, so that no consent is needed."""

    queryset = Statement.objects.select_related("digital_human", "voice")
    serializer_class = StatementSerializer
    filterset_class = StatementFilter
    required_scopes = {"GET": "consents:read", "POST": "consents:write"}
    parser_classes = (JSONParser, parsers.MultiPartParser)

    @extend_schema(
        summary="Confirm that a picture is drawn", request=ConfirmationSerializer, responses=StatementSerializer
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """As a second person, signed in to the admin: a program is no person. A picture that looks like a photograph is
        not shown before.
        """
        who: Any = request.user
        if not hasattr(who, "scopes") and not who.has_perm("avatars.add_consent"):
            raise PermissionDenied(MAY_NOT_STATE, code="statement_forbidden")
        statement = self.get_object()
        body = ConfirmationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        evidence = {"evidence": given.get("evidence"), "link": given["evidence_link"]}
        services.confirm_drawn(statement, by=name_of(request), how=given["confirmation"], **evidence)
        return Response(self.get_serializer(self.get_object()).data)
