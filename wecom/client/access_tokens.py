"""The access token of an application: one for all processes, fetched by one of them at a time."""

import logging
import time
import uuid
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from wecom import metrics
from wecom.client import application_hold, default_application, outages, transport
from wecom.client.transport import Token
from wecom.exceptions import (
    BusyError,
    ConfigurationError,
    LimitedError,
    WeComError,
)
from wecom.models import Application

logger = logging.getLogger(__name__)

EARLY = timedelta(minutes=5)
LEASE = timedelta(seconds=20)
POLL = 0.05
SECRET_BAN = timedelta(hours=1)


def valid_token(
    application: Application, *, rejected: str = "", though_held: bool = False, just_read: bool = False
) -> Token:
    """A token that is not known to be invalid; `rejected` is one that the platform has just refused.

    `though_held` gives a stored token even while the application is held, to test whether a setting was corrected.
    With `just_read` the row is not read again at first.

    One process at a time leases the row and fetches; the others use the old token while it is valid, else they wait.
    Raises `ConfigurationError` if the secret is wrong. The application is then held: a second try would get our address
    banned for an hour.
    """
    deadline = time.monotonic() + LEASE.total_seconds() + 5
    while True:
        if not just_read:
            application.refresh_from_db()
        just_read = False
        if though_held and _is_valid(application, rejected, EARLY):
            return _token(application, application.access_token)
        if application.held_until and application.held_until > timezone.now():
            raise ConfigurationError(
                "The application is held.", code=application_hold.HELD, remedy=application.held_reason
            )
        if _is_valid(application, rejected, EARLY):
            return _token(application, application.access_token)
        owner = uuid.uuid4().hex
        if _take_lease(application, owner):
            return _token(application, _fetch(application, owner))
        if _is_valid(application, rejected, timedelta()):
            return _token(application, application.access_token)
        if time.monotonic() > deadline:
            raise BusyError("No process fetched a token in time.", code="token_timeout")
        time.sleep(POLL)


async def get_access_token(corp_id: str = "", corp_secret: str = "") -> str:
    """The guide's awaitable of `access_token`. Sending does not need it: every call renews its token itself."""
    return await sync_to_async(access_token)(corp_id, corp_secret)


def access_token(corp_id: str = "", corp_secret: str = "") -> str:
    """The token that all processes share, of the application with these credentials; without them, of the default one.

    Raises `NotConfigured` if no such application is connected, `ConfigurationError` if the platform refuses it.
    """
    named = corp_id or corp_secret
    return valid_token(
        default_application.with_credentials(corp_id, corp_secret) if named else default_application.default()
    )


def _token(application: Application, value: str) -> Token:
    return Token(value, corporation_id=application.corporation_id)


def _is_valid(application: Application, rejected: str, early: timedelta) -> bool:
    expires = application.access_token_expires_at
    fresh = expires is not None and expires > timezone.now() + early
    return bool(application.access_token) and fresh and application.access_token != rejected


def _take_lease(application: Application, owner: str) -> bool:
    free = models.Q(token_lease_until=None) | models.Q(token_lease_until__lt=Now())
    until = models.ExpressionWrapper(Now() + models.Value(LEASE), output_field=models.DateTimeField())
    # The expiry serves as a version: if another process has renewed the token since, the update matches no row.
    seen = models.Q(access_token_expires_at=application.access_token_expires_at)
    allowed = models.Q(held_until=None) | models.Q(held_until__lte=timezone.now())
    row = Application.objects.filter(free, seen, allowed, pk=application.pk)
    return bool(row.update(token_lease_owner=owner, token_lease_until=until))


def _fetch(application: Application, owner: str) -> str:
    mine = Application.objects.filter(pk=application.pk, token_lease_owner=owner)
    try:
        with outages.observed(application, closes=False):
            answer = transport.get(
                application.api_base_url,
                "gettoken",
                corpid=application.corporation.corp_id,
                corpsecret=application.secret,
            )
        token = transport.text_field(answer, "access_token")
        expires = timezone.now() + timedelta(seconds=transport.number_field(answer, "expires_in", default=7200))
    except WeComError as caught:
        error = _ban_error(caught) if isinstance(caught, LimitedError) else caught
        if isinstance(error, ConfigurationError):
            application_hold.hold(
                application, error, SECRET_BAN
            )  # before the lease ends, so that no other process asks
        mine.update(token_lease_until=None)
        metrics.TOKEN_REFRESHES.add("failed")
        raise error from caught
    metrics.TOKEN_REFRESHES.add("ok")
    mine.update(access_token=token, access_token_expires_at=expires, token_lease_until=None)
    return token


def _ban_error(error: LimitedError) -> ConfigurationError:
    """Too many wrong secrets came from this address, perhaps not ours: further calls would prolong the ban."""
    remedy = _("WeChat Work blocks this address for an hour, as it does after several wrong secrets. Check the secret.")
    return ConfigurationError(error.message, errcode=error.errcode, remedy=str(remedy))
