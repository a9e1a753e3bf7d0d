"""Signed cookies of pages for members: who has signed in through WeChat Work, for one part of the site alone."""

import re
import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language

from wecom import services as wecom
from wecom.models import Application

LOGIN_AGE = 5 * 60  # seconds that a sign-in may take
WECHAT_BROWSER = re.compile(r"wxwork|micromessenger", re.IGNORECASE)


def read(request: HttpRequest, name: str, age: int) -> dict[str, Any]:
    """The content of a signed cookie; {} if it is missing, forged or expired."""
    try:
        value = signing.loads(request.COOKIES.get(_full_name(name), ""), salt=name, max_age=age)
    except signing.BadSignature:
        return {}
    return value if isinstance(value, dict) else {}


def write(response: HttpResponse, name: str, value: dict[str, Any], age: int, *, path: str) -> None:
    """Set a signed cookie that only pages below this path get."""
    response.set_cookie(
        _full_name(name),
        signing.dumps(value, salt=name),
        max_age=age,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget(response: HttpResponse, name: str, *, path: str) -> None:
    """Delete a cookie that was set below this path."""
    response.delete_cookie(_full_name(name), path=path)


def sign_in(
    request: HttpRequest, application: Application, *, back: str, cookie: str, path: str, **begun: Any
) -> HttpResponse:
    """Redirect to the platform's sign-in, which leads `back`; the cookie keeps `begun`, with its state."""
    state = secrets.token_hex(16)
    inside = bool(WECHAT_BROWSER.search(request.headers.get("User-Agent", "")))
    target = f"{settings.SITE_URL.rstrip('/')}{back}"
    language = get_language() or "zh"
    address = wecom.authorize_url(application, back=target, state=state, inside=inside, language=language)
    response = HttpResponseRedirect(address)
    write(response, cookie, {"state": state, **begun}, LOGIN_AGE, path=path)
    return response


def is_answered(request: HttpRequest, begun: dict[str, Any]) -> bool:
    """Whether the platform answers the sign-in that this browser has begun."""
    state = str(begun.get("state", ""))
    return bool(state) and secrets.compare_digest(state.encode(), request.GET.get("state", "").encode())


def _full_name(name: str) -> str:
    """Browsers take a cookie of that prefix over HTTPS only; the other prefix, `__Host-`, has no path."""
    return f"__Secure-{name}" if settings.SESSION_COOKIE_SECURE else name
