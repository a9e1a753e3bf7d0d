"""Whether a session of the admin still holds, asked by open pages (core/static/core/signed_out.js)."""

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token


def view(request: HttpRequest) -> JsonResponse:
    """The token for the forms of this session. Without one, the admin leads to its log-in page."""
    return JsonResponse({"token": get_token(request)})
