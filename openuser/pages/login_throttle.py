"""Slows the guessing of passwords and codes down, and stops it, before anything is hashed.

Failures count by account and address together, so that the guesses of one person keep no others out: not those behind
the same address, such as a company's, and not the owner of the account. An address alone is stopped at a much higher
number, and does not stop those who have logged in from it before. While an account is guessed from many addresses, each
of them has fewer tries, unless the account has logged in from it before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Max, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.web.client_address import client_network

FREE = 3  # wrong passwords without a wait; then 1, 2, 4 … seconds
GUESSED, GUESSED_BY_MANY = 10, 100  # failures of an account at other addresses that leave an unknown one these tries:
TRIES, TRIES_OF_MANY = 3, 1


@dataclass(frozen=True, kw_only=True)
class Failures:
    """Recent failures: of this account from this address, of the account elsewhere, and from the address in all."""

    here: int = 0
    elsewhere: int = 0
    address: int = 0
    last_here: datetime | None = None
    last_of_address: datetime | None = None
    is_known: bool = False

    @property
    def tries(self) -> int:
        """How many failures from this address stop the log-ins of the account from it."""
        most = int(settings.AXES_FAILURE_LIMIT)
        if self.is_known or self.elsewhere < GUESSED:
            return most
        return min(most, TRIES if self.elsewhere < GUESSED_BY_MANY else TRIES_OF_MANY)

    @property
    def is_stopped(self) -> bool:
        return self.here >= self.tries or self._is_address_stopped

    @property
    def _is_address_stopped(self) -> bool:
        return self.address >= settings.LOGIN_ADDRESS_FAILURES and not self.is_known

    def wait(self, now: datetime) -> timedelta:
        """How long the next log-in is refused."""
        ends = [now]
        if self.here and self.last_here:
            step = timedelta(seconds=2 ** (self.here - FREE)) if self.here >= FREE else timedelta()
            ends.append(self.last_here + (settings.AXES_COOLOFF_TIME if self.here >= self.tries else step))
        if self._is_address_stopped and self.last_of_address:
            ends.append(self.last_of_address + settings.AXES_COOLOFF_TIME)
        return max(ends) - now


class LoginThrottle(AxesDatabaseHandler):  # type: ignore[misc]
    """The handler of django-axes: it records failures and asks here whether the next log-in is refused."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        return seconds_to_wait(request, credentials) > 0

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        """The number that stops log-ins once they are stopped: axes compares it after it has recorded a failure."""
        return int(settings.AXES_FAILURE_LIMIT) if failures_of(request, credentials).is_stopped else 0

    def user_login_failed(self, sender: Any, credentials: Any, request: Any = None, **kwargs: Any) -> None:
        super().user_login_failed(sender, credentials, request, **kwargs)
        # A name that no account has may be a password in the wrong field. The time of one statement tells nothing.
        accounts = User.objects.values("username")
        named = AccessFailureLog.objects.filter(username=get_client_username(request, credentials))
        named.exclude(username__in=accounts).update(username=None)

    def remove_out_of_limit_failure_logs(self, *, username: str, limit: int | None = None) -> int:
        """None: guesses must not push out the records of others before their retention."""
        return 0


def failures_of(request: Any, credentials: dict[str, Any] | None) -> Failures:
    """The recent failures that concern a log-in."""
    name, address = get_client_username(request, credentials), request.axes_ip_address
    here, of_name, of_address = Q(username=name, ip_address=address), Q(username=name), Q(ip_address=address)
    recent = AccessAttempt.objects.filter(
        of_name | of_address, attempt_time__gte=request.axes_attempt_time - settings.AXES_COOLOFF_TIME
    )
    failures = recent.aggregate(
        here=Sum("failures_since_start", filter=here, default=0),
        elsewhere=Sum("failures_since_start", filter=of_name & ~of_address, default=0),
        address=Sum("failures_since_start", filter=of_address, default=0),
        last_here=Max("attempt_time", filter=here),
        last_of_address=Max("attempt_time", filter=of_address),
    )
    return Failures(**failures, is_known=is_known(name, address))


def is_known(name: str | None, address: str) -> bool:
    """Whether an account has logged in from an address, as far as log-ins are kept."""
    return bool(name) and AccessLog.objects.filter(username=name, ip_address=address).exists()


def seconds_to_wait(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    """For how many seconds from now the next log-in of this account from this address is refused."""
    return ceil(failures_of(request, credentials).wait(timezone.now()).total_seconds())


def address_of(request: HttpRequest) -> str:
    """The key by which failures are counted: an IPv4 address, or the first of an IPv6 network of /64, which one
    visitor has."""
    return str(client_network(request).network_address)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None, **_: Any) -> HttpResponse:
    """The page after too many wrong passwords: how long to wait; the same whether the account exists."""
    seconds = max(1, seconds_to_wait(request, credentials))
    minutes = ceil(seconds / 60) if seconds > 60 else 0
    context = {**admin.site.each_context(request), "seconds": seconds, "minutes": minutes}
    answer = render(request, "admin/locked_out.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
