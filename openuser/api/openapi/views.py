"""The address of the OpenAPI document."""

from functools import cache
from typing import Any

from drf_spectacular.renderers import OpenApiJsonRenderer
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from openuser.api.openapi.generator import EnglishSchemaGenerator


@cache
def description() -> dict[str, Any]:
    """The document. To write it takes a second of CPU, and it is the same until the code changes."""
    return EnglishSchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]


class OpenApiView(APIView):
    """Asks for no token: tools read it before they have one."""

    schema = None  # the document does not describe itself
    renderer_classes = [OpenApiJsonRenderer]
    permission_classes = [AllowAny]
    authentication_classes = []

    def get(self, request: Request) -> Response:
        return Response(description(), headers={"Content-Disposition": 'inline; filename="OpenUser.json"'})
