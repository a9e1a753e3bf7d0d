"""Sends one alert through its channel, and not twice: a group robot knows no repeats."""

import logging
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.work import crash_points
from core.work.base import LeaseLost
from openuser.incidents import channels
from openuser.incidents.channels import News, Outcome
from openuser.incidents.incident_watch import condition_of
from openuser.models import Alert

logger = logging.getLogger(__name__)

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900))


def deliver(pk: int, *, now: datetime | None = None) -> None:
    """Make one attempt; does nothing if the row is not due."""
    alert = Alert.claim(pk, now=now)
    if alert is None:
        return
    now = now or timezone.now()
    try:
        if alert.called_at is not None:  # the worker died between telling and noting
            alert.settle(Alert.Status.DONE, Alert.Reason.UNCERTAIN)
            return
        alert.update_leased(called_at=now)
        crash_points.point("alert.calling")
        outcome = channels.send(alert.channel, _news(alert, now))
        crash_points.point("alert.called")
        if outcome.again and alert.attempts < alert.max_attempts:
            pause = PAUSES[min(alert.attempts, len(PAUSES)) - 1]
            alert.postpone(now + pause, outcome.reason, called_at=None)
        elif outcome.reason in ("", Alert.Reason.UNCERTAIN):
            alert.settle(Alert.Status.DONE, outcome.reason)
        else:
            logger.error("Nobody was alerted.", extra={"alert": alert.pk, "reason": outcome.reason})
            alert.settle(Alert.Status.FAILED, outcome.reason)
    except LeaseLost:
        logger.info("Another worker sends this alert.", extra={"alert": alert.pk})


def send_test(channel: str) -> Outcome:
    """Send a test by a channel at once, and keep nothing of it."""
    with translation.override(settings.LANGUAGE_CODE):
        url = f"{settings.SITE_URL.rstrip('/')}{reverse('admin:openuser_incident_changelist')}"
        text = _("Nothing is wrong: alerts of incidents arrive here.")
        news = News(heading=_("[OpenUser] Test alert"), text=f"{text}\n{url}", key=f"test-{uuid.uuid4().hex}")
    outcome = channels.send(channel, news)
    logger.info("A test alert was sent.", extra={"channel": channel, "reason": outcome.reason})
    return outcome


def _news(alert: Alert, now: datetime) -> News:
    """The words of an alert, in the language of the installation."""
    incident = alert.incident
    condition = condition_of(incident)
    with translation.override(settings.LANGUAGE_CODE):
        title, url = incident.get_kind_display(), f"{settings.SITE_URL.rstrip('/')}{condition.path(incident)}"
        if alert.news == Alert.News.OPENED:
            heading = _("[OpenUser] Incident: %s") % title
            text = f"{condition.words(incident)}\n{condition.remedy(incident)}\n{url}"
        else:
            minutes = max(1, round(incident.lasted(now).total_seconds() / 60))
            heading = _("[OpenUser] Over: %s") % title
            text = _("It lasted %d minutes.") % minutes + f"\n{url}"
    return News(heading=heading, text=text, key=f"incident-{incident.pk}-{alert.news}")
