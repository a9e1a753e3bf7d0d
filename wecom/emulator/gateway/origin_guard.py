"""Requests are accepted from programs and from the emulator's own pages, not from other web sites in the browser."""

from collections.abc import Awaitable, Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import async_only_middleware

# Pictures of articles may come from anywhere.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' http: https: data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
Handler = Callable[[HttpRequest], Awaitable[HttpResponse]]


@async_only_middleware
def local_only(get_response: Handler) -> Handler:
    """Refuse foreign host names (DNS rebinding) and cross-site requests."""

    async def middleware(request: HttpRequest) -> HttpResponse:
        request.get_host()
        if (
            request.headers.get("Sec-Fetch-Site") == "cross-site"
            and request.headers.get("Sec-Fetch-Mode") != "navigate"
        ):
            return JsonResponse({"error": "Requests from other sites are refused."}, status=403)
        response = await get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        if not response.streaming and not response.has_header("Content-Length"):
            response["Content-Length"] = len(response.content)  # the platform does not answer in chunks
        return response

    return middleware
