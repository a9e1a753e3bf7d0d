"""Retention: what is older than the days of its kind goes."""

from datetime import datetime, timedelta

from django.db import models

from core.personal_data import registry
from core.personal_data.holdings import Holding


def expire_all(*, now: datetime) -> dict[str, int]:
    """Remove what has passed its retention, in short transactions. Returns how many rows by model."""
    counts = {holding.label: _expire(holding, now) for holding in reversed(registry.holdings())}
    return {label: count for label, count in counts.items() if count}


def expire(model: type[models.Model], *, now: datetime) -> int:
    """Remove what has passed its retention of one model. Returns how many rows."""
    return _expire(registry.holding_of(model), now)


def _expire(holding: Holding, now: datetime) -> int:
    days = holding.kind.days()
    return holding.expire(now - timedelta(days=days), now) if days > 0 else 0
