"""The access token of an application: one for all processes, fetched by one of them at a time."""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from wecom.client import api, applications
from wecom.client.api import Token
from wecom.exceptions import (
    ApiError,
    BusyError,
    ConfigurationError,
    LimitedError,
    TokenRejected,
    WeComError,
)
from wecom.models import Application

logger = logging.getLogger(__name__)

EARLY = timedelta(minutes=5)
LEASE = timedelta(seconds=20)
POLL = 0.05
HELD = "held"
HELD_FOR = timedelta(minutes=2)
SECRET_BAN = timedelta(hours=1)

T = TypeVar("T")


def valid_token(application: Application, *, rejected: str = "", though_held: bool = False) -> Token:
    """A token that works as far as anybody knows; `rejected` is one that the platform just refused.

    `though_held` is for trying out whether a setting was mended: it gives a token that is there already.

    Whoever holds the row's lease fetches; the others take the old token while it is valid, else wait for the row.
    Raises `ConfigurationError` where the secret is wrong: asking again would get our address banned for an hour, so
    the application is held.
    """
    deadline = time.monotonic() + LEASE.total_seconds() + 5
    while True:
        application.refresh_from_db()
        if though_held and _is_valid(application, rejected, EARLY):
            return _token(application, application.access_token)
        if application.held_until and application.held_until > timezone.now():
            raise ConfigurationError("The application is held.", code=HELD, remedy=application.held_reason)
        if _is_valid(application, rejected, EARLY):
            return _token(application, application.access_token)
        owner = uuid.uuid4().hex
        if _take_lease(application, owner):
            return _token(application, _fetch(application, owner))
        if _is_valid(application, rejected, timedelta()):
            return _token(application, application.access_token)
        if time.monotonic() > deadline:
            raise BusyError("Nobody fetched a token in time.", code="token_timeout")
        time.sleep(POLL)


async def get_access_token(corp_id: str = "", corp_secret: str = "") -> str:
    """The guide's awaitable; see `token_of`. Nothing needs it to send: every call here renews its token itself."""
    return await sync_to_async(access_token)(corp_id, corp_secret)


def access_token(corp_id: str = "", corp_secret: str = "") -> str:
    """The shared token of the application with these credentials; without them, of the default one.

    Raises `NotConfigured` where there is no such application, `ConfigurationError` where the platform refuses it.
    """
    named = corp_id or corp_secret
    return valid_token(applications.with_credentials(corp_id, corp_secret) if named else applications.default())


def with_token(application: Application, call: Callable[[str], T], *, token: str = "") -> T:
    """Call with a token, and once more with a fresh one where the platform refuses it."""
    token = token or valid_token(application)
    try:
        return call(token)
    except ApiError as error:
        # 40001 is a wrong secret when a token is fetched, but in other calls a token that was revoked.
        if not isinstance(error, TokenRejected) and error.errcode != 40001:
            raise
    return call(valid_token(application, rejected=token))


def hold(application: Application, error: WeComError, span: timedelta = HELD_FOR) -> None:
    """Send nothing for this application until a person mends a setting or the time is over, the longest that is set."""
    if error.code == HELD:
        return  # by somebody else, who wrote down why
    until = timezone.now() + span
    shorter = models.Q(held_until=None) | models.Q(held_until__lt=until)
    Application.objects.filter(shorter, pk=application.pk).update(held_until=until, held_reason=str(error))
    logger.error("An application is held until its settings are mended.", extra={"application": application.pk})


def end_hold(application: Application) -> None:
    """A message went through: whatever was wrong has been mended."""
    Application.objects.filter(pk=application.pk).update(held_until=None, held_reason="")


def release_hold(application: Application) -> None:
    """Somebody changed the settings: try again at once, with a new token."""
    Application.objects.filter(pk=application.pk).update(
        held_until=None, held_reason="", access_token="", access_token_expires_at=None
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
    # The expiry is the version that we saw: somebody who refreshed meanwhile changed it, and then we look again.
    seen = models.Q(access_token_expires_at=application.access_token_expires_at)
    allowed = models.Q(held_until=None) | models.Q(held_until__lte=timezone.now())
    row = Application.objects.filter(free, seen, allowed, pk=application.pk)
    return bool(row.update(token_lease_owner=owner, token_lease_until=until))


def _fetch(application: Application, owner: str) -> str:
    mine = Application.objects.filter(pk=application.pk, token_lease_owner=owner)
    try:
        answer = api.get(
            application.api_base_url,
            "gettoken",
            corpid=application.corporation.corp_id,
            corpsecret=application.secret,
        )
        token = api.word(answer, "access_token")
        expires = timezone.now() + timedelta(seconds=api.whole(answer, "expires_in", otherwise=7200))
    except WeComError as caught:
        error = _ban_error(caught) if isinstance(caught, LimitedError) else caught
        if isinstance(error, ConfigurationError):
            hold(application, error, SECRET_BAN)  # before the lease ends: nobody else may ask
        mine.update(token_lease_until=None)
        raise error from caught
    mine.update(access_token=token, access_token_expires_at=expires, token_lease_until=None)
    return token


def _ban_error(error: LimitedError) -> ConfigurationError:
    """Too many wrong secrets came from this address, ours or somebody else's: to go on asking would prolong it."""
    remedy = _("WeChat Work blocks this address for an hour, as it does after several wrong secrets. Check the secret.")
    return ConfigurationError(error.message, errcode=error.errcode, remedy=str(remedy))
