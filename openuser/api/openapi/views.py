"""The addresses of the OpenAPI document and of its page, Swagger UI."""

from functools import cache
from typing import Any

from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web import content_policy
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


class Documentation(SpectacularSwaggerSplitView):
    """The page, and with `script` in the query its script: a page that runs nothing inline can have a policy."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response.headers["Content-Security-Policy"] = content_policy.API_DOCUMENTATION
        return response
