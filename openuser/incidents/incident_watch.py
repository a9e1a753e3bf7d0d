"""Opens an incident when its condition is found, and closes it once the condition has been gone for a while.

Beat has it asked every few seconds. Any number of beats and workers may ask at once: one open incident of a kind and
subject is a constraint, and closing one is a compare-and-swap.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.personal_data.retention import log_days
from openuser.incidents import calendar_conditions, channels, conditions, machine_conditions, webhook_conditions
from openuser.incidents.conditions import Condition, Found
from openuser.models import Alert, Incident, WebhookEndpoint
from openuser.webhooks import services as hooks

logger = logging.getLogger(__name__)

CONDITIONS: tuple[Condition, ...] = (
    conditions.CallbacksWait(),
    conditions.MessagesWait(),
    conditions.VideosWait(),
    conditions.Outage(),
    conditions.Held(),
    conditions.Undecided(),
    conditions.RendersFail(),
    conditions.Unlabelled(),
    machine_conditions.Logins(),
    machine_conditions.DiskFull(),
    machine_conditions.Spooled(),
    webhook_conditions.EndpointOff(),
    calendar_conditions.DaysUnknown(),
)
BY_KIND: Mapping[str, Condition] = {condition.kind: condition for condition in CONDITIONS}
FORGOTTEN = timedelta(days=1)  # of a subject that no process knows any more, such as a machine that is gone


def evaluate(now: datetime | None = None) -> None:
    """Ask every condition once."""
    now = now or timezone.now()
    for condition in CONDITIONS:
        by_subject = {finding.subject: finding for finding in condition.find(now)}
        for finding in by_subject.values():
            _open(condition, finding, now)
        for incident in Incident.objects.open().filter(kind=condition.kind).exclude(subject__in=by_subject):
            calm = timedelta(seconds=settings.ALERTS["CALM_SECONDS"])
            if incident.seen_at <= now - (calm if condition.knows(incident.subject) else FORGOTTEN):
                _resolve(incident, now)


def delete_old(now: datetime | None = None) -> None:
    """Delete incidents, with their alerts, that began longer ago than the settings keep them and are over."""
    days = log_days("INCIDENTS_DAYS")
    if days > 0:
        before = (now or timezone.now()) - timedelta(days=days)
        Incident.objects.filter(resolved_at__isnull=False, opened_at__lt=before).delete()


def condition_of(incident: Incident) -> Condition:
    """The condition that made an incident."""
    return BY_KIND[incident.kind]


@transaction.atomic
def _open(condition: Condition, finding: Found, now: datetime) -> None:
    details = dict(finding.details)
    incident, is_new = Incident.objects.get_or_create(
        kind=condition.kind,
        subject=finding.subject,
        resolved_at=None,
        defaults={"opened_at": now, "seen_at": now, "details": details},
    )
    if not is_new:
        Incident.objects.open().filter(pk=incident.pk).update(seen_at=now, details=details)
        return
    logger.error("An incident began.", extra={"incident": incident.pk, "kind": incident.kind})
    _tell(incident, Alert.News.OPENED)


@transaction.atomic
def _resolve(incident: Incident, now: datetime) -> None:
    over = Incident.objects.open().filter(pk=incident.pk, seen_at=incident.seen_at)  # another may have found it since
    if over.update(resolved_at=now):
        incident.resolved_at = now
        logger.warning("An incident is over.", extra={"incident": incident.pk, "kind": incident.kind})
        _tell(incident, Alert.News.RESOLVED)


def _tell(incident: Incident, news: Alert.News) -> None:
    """Queue one alert for each channel, and the event for webhooks."""
    for channel in channels.configured():
        # In the order of the news: that it is over comes after that it began.
        alert = Alert(incident=incident, news=news, channel=channel, order_key=f"incident:{incident.pk}:{channel}")
        alert.save()
        alert.wake()
    events = WebhookEndpoint.Event
    event = events.INCIDENT_OPENED if news == Alert.News.OPENED else events.INCIDENT_RESOLVED
    hooks.announce(event, _data(incident))


def _data(incident: Incident) -> dict[str, Any]:
    moments = {"opened_at": incident.opened_at, "resolved_at": incident.resolved_at}
    return {
        "id": incident.pk,
        "kind": incident.kind,
        "subject": incident.subject,
        "details": incident.details,
        **{name: at.isoformat() if at else None for name, at in moments.items()},
    }
