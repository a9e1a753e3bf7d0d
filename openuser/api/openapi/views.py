"""The addresses of the OpenAPI document and of its page, Swagger UI."""

from functools import cache
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http.response import HttpResponseBase
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import NotAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.web import content_policy
from openuser.api.openapi.generator import EnglishSchemaGenerator
from openuser.api.permissions import ReadsDescription


@cache
def description() -> dict[str, Any]:
    """The document. To write it takes a second of CPU, and it is the same until the code changes."""
    return EnglishSchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]


class OpenApiView(APIView):
    """The same document for a reader with any scopes."""

    schema = None  # the document does not describe itself
    renderer_classes = [OpenApiJsonRenderer]
    permission_classes = [ReadsDescription]

    def get(self, request: Request) -> Response:
        return Response(description(), headers={"Content-Disposition": 'inline; filename="OpenUser.json"'})


class Documentation(SpectacularSwaggerSplitView):
    """The page, and with `script` in the query its script: a page that runs nothing inline can have a policy."""

    permission_classes = [ReadsDescription]
    authentication_classes = APIView.authentication_classes

    def handle_exception(self, exc: Exception) -> HttpResponseBase:  # type: ignore[override]
        if isinstance(exc, NotAuthenticated):
            return redirect_to_login(self.request.get_full_path())
        self.request.accepted_renderer = JSONRenderer()  # a problem is no page
        response: HttpResponseBase = super().handle_exception(exc)
        return response

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response.headers["Content-Security-Policy"] = content_policy.API_DOCUMENTATION
        return response
