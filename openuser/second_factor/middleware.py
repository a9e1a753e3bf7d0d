"""Staff without a second factor reach only its page, while the setting requires one."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY

from openuser.second_factor import devices

OPEN_TO_ALL = {"second-factor", "admin:login", "admin:logout", "admin:jsi18n", "set_language", "live", "ready"}


class SecondFactorMiddleware:
    """Redirects staff whose session was opened without a second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponseBase | None:
        match = request.resolver_match
        if not devices.is_required() or (match and match.view_name in OPEN_TO_ALL):
            return None
        user: Any = request.user  # with what OTPMiddleware adds
        if not user.is_staff or user.is_verified():
            return None
        return HttpResponseRedirect(reverse("second-factor"))


def lacks_second_factor(user: Any, session: Any) -> bool:
    """Whether a websocket's session is of staff and was opened without the factor that the setting requires."""
    return bool(devices.is_required() and user.is_staff and DEVICE_ID_SESSION_KEY not in session)
