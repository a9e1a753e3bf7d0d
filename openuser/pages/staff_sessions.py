"""Sessions of staff end some hours after the log-in, after a while without a use, or by an administrator."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils import timezone

OPENED, USED = "opened_at", "used_at"  # in a session, in seconds since 1970
NOTED_EVERY = 60  # seconds: to note a use is a write


class StaffSessionMiddleware:
    """Logs out those whose session is over. Django would start its twelve hours again with each notice on a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            if is_over(request.session):
                logout(request)
            elif is_by_person(request):
                note_use(request.session)
        return self.get_response(request)


def begin(session: SessionBase) -> None:
    """A person has logged in."""
    session[OPENED] = session[USED] = int(time.time())


def is_over(session: Mapping[str, Any] | SessionBase) -> bool:
    """Whether the time of a session is over. One of an earlier version counts from its first request on."""
    now = time.time()
    idle = settings.SESSION_IDLE_MINUTES * 60
    return bool(
        session.get(OPENED, now) + settings.SESSION_COOKIE_AGE < now or (idle and session.get(USED, now) + idle < now)
    )


def is_by_person(request: HttpRequest) -> bool:
    """Whether a person may have caused a request: pages refresh themselves, and browsers tell when a script asks."""
    return request.method != "GET" or request.headers.get("Sec-Fetch-Dest") != "empty"


def note_use(session: SessionBase) -> None:
    if OPENED not in session:
        begin(session)
    elif session[USED] + NOTED_EVERY < time.time():
        session[USED] = int(time.time())


def end_all(user: User, *, but: str | None = None) -> int:
    """End the sessions of an account, but for the one of this key; how many."""
    rows = Session.objects.filter(expire_date__gt=timezone.now()).exclude(pk=but or "")
    own = [row.pk for row in rows.iterator() if row.get_decoded().get(SESSION_KEY) == str(user.pk)]
    count, _ = Session.objects.filter(pk__in=own).delete()
    return count


def session_token(request: HttpRequest) -> JsonResponse:
    """The token for the forms of this session, asked by open pages (core/static/core/signed_out.js).

    Without a session, the admin leads to its log-in page.
    """
    return JsonResponse({"token": get_token(request)})
