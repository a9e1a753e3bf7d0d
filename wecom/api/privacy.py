"""A member's personal data over REST: export, erasure, receipts."""

import tempfile
from typing import Any

import django_filters
from django.http import FileResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.confidentiality.access_records import Way, record_access
from wecom import services
from wecom.api.serializers import PersonRequestSerializer, PrivacyRequestSerializer
from wecom.models import PrivacyRequest

BODY = OpenApiParameter("user_id", str, required=True, description="User ID in WeChat Work.")
APPLICATION = OpenApiParameter("application", int, description="Uses the default application if empty.")


class PrivacyRequestFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which receipts to list."""

    class Meta:
        model = PrivacyRequest
        fields = ("kind", "digest")


@extend_schema_view(
    list=extend_schema(summary="List receipts of personal data requests"),
    retrieve=extend_schema(summary="Get a receipt"),
)
class PrivacyRequests(viewsets.ReadOnlyModelViewSet[PrivacyRequest]):
    """Receipts of exports and erasures. They have counts and a digest, but no name."""

    queryset = PrivacyRequest.objects.all()
    serializer_class = PrivacyRequestSerializer
    filterset_class = PrivacyRequestFilter
    required_scopes = {"GET": "personal_data:read", "POST": "personal_data:write"}
    works_outside_transaction = True  # an erasure takes minutes; a repeated one goes on

    @extend_schema(
        summary="Erase a member's personal data",
        request=PersonRequestSerializer,
        responses={201: OpenApiResponse(PrivacyRequestSerializer, description="The data is erased.")},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Deletes words, names, answers and files. Rows that are counted stay without them. It can't be undone."""
        receipt = services.erase_person(_member(request.data), by=_who(request))
        location = str(reverse("privacy-request-detail", args=[receipt.pk], request=request))
        data = PrivacyRequestSerializer(receipt).data
        return Response(data, status=status.HTTP_201_CREATED, headers={"Location": location})

    @extend_schema(
        summary="Export a member's personal data",
        parameters=[BODY, APPLICATION],
        filters=False,
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def export(self, request: Request) -> HttpResponseBase:
        """A ZIP with JSON lines by model, and the files. The export gets a receipt too."""
        member = _member(request.query_params.dict())
        file = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - the response closes it
        services.export_person(member, file, by=_who(request))
        record_access(request.user, "personal_data", people=[member.pk], way=Way.EXPORT)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"{member.user_id}.zip")


def _member(data: Any) -> Any:
    serializer = PersonRequestSerializer(data=data)
    serializer.is_valid(raise_exception=True)
    person = serializer.validated_data
    return services.find_person(person["user_id"], application=person.get("application"))


def _who(request: Request) -> str:
    """The name of the account or the program for the receipt."""
    who: Any = request.user
    return str(who.get_username() if hasattr(who, "get_username") else who.name)
