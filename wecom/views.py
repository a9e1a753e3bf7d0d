"""The webhook: it passes the parts of a request to the reception of callbacks. WeChat Work waits one second for a GET
and five for a POST.
"""

from django.conf import settings
from django.http import HttpResponse
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from wecom import services


class Webhook(APIView):
    """The callback URL of an application; without a key in the path, of the default one."""

    authentication_classes = []
    permission_classes = []
    parser_classes = []
    throttle_classes = []
    http_method_names = ["get", "post", "head"]
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Negotiates nothing and asks no permission: the answer has one form, and the signature is the permission."""

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        """Unknown methods also get an empty answer."""
        if isinstance(exc, MethodNotAllowed):
            return HttpResponse(status=405)
        raise exc

    def get(self, request: Request, key: str = "") -> HttpResponse:
        """The URL check of “save callback settings”."""
        return services.check_webhook_url(key, _query(request)).response()

    def post(self, request: Request, key: str = "") -> HttpResponse:
        """One message or event."""
        return services.receive_callback(key, _query(request), self._body(request)).response()

    def _body(self, request: Request) -> bytes | None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.WECOM["MAX_BODY"]:
            return None
        # A chunked body has no length to go by, and Django's `body` would take all of it.
        body: bytes = request._request.read(settings.WECOM["MAX_BODY"] + 1)
        return body


def _query(request: Request) -> bytes:
    query: str = request.META.get("QUERY_STRING", "")
    return query.encode("latin-1", "replace")
