"""Gauges of WeChat Work: tokens, closed interfaces, quotas. `tenant` is the ID of an application."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Max

from openuser.metrics.gauges import Gauge, Reading
from wecom import services as wecom
from wecom.models import Application, Circuit, DailyQuota, SendReservation

TOKEN_EXPIRES = Gauge(
    name="openuser_token_expires_in_seconds",
    words="Seconds until the access token expires; a new one is fetched when the next call needs it.",
    labels=("tenant",),
)
CIRCUITS = Gauge(
    name="openuser_wecom_circuit_open",
    words="Companies for which WeChat Work has closed an interface for some time (45009).",
    labels=("api",),
)
OUTAGE = Gauge(
    name="openuser_wecom_outage_seconds",
    words="Seconds since WeChat Work was last reached, while it is away; else 0.",
    labels=("tenant",),
)
HELD = Gauge(
    name="openuser_application_held",
    words="Whether an application sends nothing until a setting is corrected.",
    labels=("tenant",),
)
QUOTA = Gauge(
    name="openuser_quota_used_ratio",
    words="The most that is used of a limit: by one member in a minute, or by an application in a day.",
    labels=("scope",),
)
GAUGES = (TOKEN_EXPIRES, CIRCUITS, OUTAGE, HELD, QUOTA)
MINUTE = timedelta(minutes=1)


def read(now: datetime) -> Iterator[Reading]:
    """Every reading."""
    applications = list(Application.objects.filter(enabled=True).select_related("corporation"))
    for application in applications:
        tenant, expires = str(application.pk), application.access_token_expires_at
        if expires is not None:
            yield TOKEN_EXPIRES.at(max(0.0, (expires - now).total_seconds()), tenant)
        away = application.failing_since if application.probe_at else None
        yield OUTAGE.at((now - away).total_seconds() if away else 0.0, tenant)
        yield HELD.at(application.held_until is not None and application.held_until > now, tenant)
    closed = Circuit.objects.filter(until__gt=now).order_by().values_list("api").annotate(companies=Count("pk"))
    for api, companies in closed:
        yield CIRCUITS.at(companies, api)
    yield QUOTA.at(_of_member(now), "member")
    yield QUOTA.at(max((_of_day(application, now) for application in applications), default=0.0), "app_day")


def _of_member(now: datetime) -> float:
    lately = SendReservation.objects.filter(at__gt=now - MINUTE).order_by().values("application", "user_id")
    most = lately.annotate(messages=Count("pk")).aggregate(most=Max("messages"))["most"] or 0
    return most / wecom.MEMBER_MESSAGES_PER_MINUTE


def _of_day(application: Application, now: datetime) -> float:
    limit = wecom.daily_limit(application)
    if not limit:
        return 0.0
    row = DailyQuota.objects.filter(application=application, day=wecom.quota_day(now)).first()
    return (row.recipients if row else 0) / limit
