"""Retry or fail a row whose call failed, for calls that are safe to repeat."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from core.exceptions import TemporaryError
from core.work.base import Work
from wecom.client import application_hold, outages
from wecom.exceptions import ApiError, ConfigurationError, LimitedError, RecipientError, TokenRejected, WeComError
from wecom.models import Application

# Codes that the Reason of every kind of row has.
HELD, BUSY, REFUSED, RECIPIENT, QUOTA = "held", "busy", "refused", "recipient", "quota"
FIRST, LONGEST = timedelta(seconds=3), timedelta(minutes=5)


def retry_or_fail(row: Work, application: Application, error: WeComError, **fields: Any) -> None:
    """Put the row back if time or a corrected setting may help, else fail it. `fields` are written with it."""
    fields["errcode"] = error.errcode if isinstance(error, ApiError) else None
    if isinstance(error, ConfigurationError):
        application_hold.hold(application, error)
        row.postpone(timezone.now() + application_hold.HELD_FOR, HELD, count_attempt=False, **fields)
    elif isinstance(error, LimitedError) and error.until is not None:
        row.postpone(error.until, QUOTA, count_attempt=False, **fields)
    elif outages.is_outage(error) and outages.is_open(application):
        outages.postpone(row, application, BUSY, tried=True, **fields)
    # A token refused twice means a busy platform: the next attempt fetches another one.
    elif isinstance(error, TemporaryError | TokenRejected) and row.attempts < row.max_attempts:
        row.postpone(_next_attempt_at(row), BUSY, **fields)
    elif isinstance(error, TemporaryError):
        row.settle(Work.Status.FAILED, BUSY, **fields)
    else:
        row.settle(Work.Status.FAILED, RECIPIENT if isinstance(error, RecipientError) else REFUSED, **fields)


def _next_attempt_at(row: Work) -> datetime:
    """When to try again: 6 s, 12 s … 5 min from now."""
    return timezone.now() + min(FIRST * int(2**row.attempts), LONGEST)
