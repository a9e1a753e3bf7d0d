"""Retention: rows older than the days of their kind are removed; logs are kept as long as the law asks for at least."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from core.personal_data import holding_registry
from core.personal_data.holdings import Holding

# Kinds of `RETENTION` that are logs (log-ins, changes by staff, readings, incidents), with the names of their settings.
LOGS: Mapping[str, str] = {
    "LOGINS_DAYS": "OPENUSER_KEEP_LOGINS_DAYS",
    "ADMIN_LOG_DAYS": "OPENUSER_KEEP_ADMIN_LOG_DAYS",
    "ACCESS_RECORDS_DAYS": "OPENUSER_KEEP_ACCESS_RECORDS_DAYS",
    "INCIDENTS_DAYS": "OPENUSER_KEEP_INCIDENTS_DAYS",
}


def expire_all(*, now: datetime) -> dict[str, int]:
    """Remove rows that are past their retention, in short transactions. Returns the number of rows by model."""
    counts = {holding.label: _expire(holding, now) for holding in reversed(holding_registry.holdings())}
    return {label: count for label, count in counts.items() if count}


def expire(model: type[models.Model], *, now: datetime) -> int:
    """Remove a model's rows that are past their retention. Returns their number."""
    return _expire(holding_registry.holding_of(model), now)


def _expire(holding: Holding, now: datetime) -> int:
    days = holding.kind.days()
    return holding.expire(now - timedelta(days=days), now) if days > 0 else 0


def log_days(kind: str) -> int:
    """The retention of a kind of log in days, never below the law's minimum; 0 is forever."""
    days = int(settings.RETENTION[kind])
    return max(days, settings.LEAST_LOG_DAYS) if days > 0 else 0


def too_short() -> list[str]:
    """The settings that ask for less than the law does, with their values."""
    short = [kind for kind in LOGS if 0 < settings.RETENTION[kind] < settings.LEAST_LOG_DAYS]
    return [f"{LOGS[kind]}={settings.RETENTION[kind]}" for kind in short]
