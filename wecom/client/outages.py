"""An outage of the platform is known per application: rows wait for one probe, and its success wakes them all.

Calls that get no answer begin a spell. A failure some seconds into it opens the circuit: messages and uploads then wait
without a call, except for one probe every ten seconds or so. Otherwise each would find out by itself, minutes later.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.work import sweeper
from core.work.base import W, Work
from wecom.exceptions import AmbiguousError, ApiError, NotReached, WeComError
from wecom.models import Application, Outbound, Upload

logger = logging.getLogger(__name__)

# How long rows wait for a probe: a success wakes them, and beat chooses one of them for each probe. Those that have
# tried wait longer, so that they come after the others.
WAIT, WAIT_AFTER_TRY = timedelta(minutes=10), timedelta(minutes=20)
SYSTEM_BUSY = -1
WAITING = (Outbound.Reason.UNREACHABLE, Outbound.Reason.BUSY, Outbound.Reason.AMBIGUOUS)
BATCH = 500


@contextmanager
def observed(application: Application, *, closes: bool = True) -> Iterator[None]:
    """Notice how a call ends. `closes` is False for calls whose success does not prove that messages go out."""
    try:
        yield
    except WeComError as error:
        if is_outage(error):
            record_failure(application, error)
        elif isinstance(error, ApiError) and closes:
            record_answer(application)
        raise
    if closes:
        record_answer(application)


def is_outage(error: WeComError) -> bool:
    """Whether the platform as a whole may be away, and not just this call refused."""
    if isinstance(error, AmbiguousError):
        return error.code in ("broken", "no_answer") or error.code.startswith("http_5")
    return isinstance(error, NotReached) or (isinstance(error, ApiError) and error.errcode == SYSTEM_BUSY)


def is_open(application: Application) -> bool:
    """Whether the platform is known to be away, as the database says now."""
    away = Application.objects.filter(pk=application.pk, probe_at__isnull=False, failing_since__isnull=False)
    return away.exists()


def may_call(application: Application, now: datetime) -> bool:
    """Whether a row may call: there is no outage, or this is the next probe."""
    if application.probe_at is None or application.failing_since is None:
        return True
    if application.probe_at > now:
        return False
    due = Application.objects.filter(pk=application.pk, probe_at=application.probe_at)
    return bool(due.update(probe_at=now + probe_pause()))


def postpone(row: Work, application: Application, reason: str, *, tried: bool, **fields: Any) -> None:
    """Put a row back until the outage is over. It is not to blame. `fields` are written with it."""
    until = timezone.now() + (WAIT_AFTER_TRY if tried else WAIT)
    row.postpone(until, reason, count_attempt=False, **fields)
    transaction.on_commit(lambda: _wake_if_over(row, application))


def _wake_if_over(row: Work, application: Application) -> None:
    """An answer that came just now woke the rows that waited then, and this was not one of them."""
    if is_open(application):
        return
    now = timezone.now()
    if _put_off(type(row).work_rows().filter(pk=row.pk), now).update(due_at=now, woken_at=now):
        row.wake()


def record_failure(application: Application, error: WeComError) -> None:
    """A call got no answer: begin a spell, or open the circuit if the spell has lasted."""
    now, rows = timezone.now(), Application.objects.filter(pk=application.pk)
    if rows.filter(failing_since=None).update(failing_since=now):
        return
    lasted = rows.filter(probe_at=None, failing_since__lte=now - opens_after())
    if lasted.update(probe_at=now + probe_pause()):
        logger.warning(
            "WeChat Work cannot be reached; everything for it waits.",
            extra={"application": application.pk, "code": error.code},
        )


def record_answer(application: Application) -> None:
    """The platform answered: end the spell; if the circuit was open, wake everything that waits."""
    if application.failing_since is None:
        return
    failing = Application.objects.filter(pk=application.pk, failing_since__isnull=False)
    if failing.filter(probe_at__isnull=False).update(failing_since=None):
        _close(application)
    else:
        failing.filter(probe_at=None).update(failing_since=None)


def _close(application: Application) -> None:
    """Wake the rows that wait. `probe_at` goes last: if this process dies before, `wake_probes` does the rest."""
    woken = sum(_wake_all(kind, application) for kind in _kinds())
    Application.objects.filter(pk=application.pk, failing_since=None).update(probe_at=None)
    logger.warning("WeChat Work can be reached again.", extra={"application": application.pk, "woken": woken})


def wake_probes(now: datetime | None = None) -> None:
    """For each application without an answer, wake the row that shall try next, once the time has come."""
    now = now or timezone.now()
    for application in Application.objects.filter(probe_at__lte=now):
        if application.failing_since is None:
            _close(application)
            continue
        row = _next_probe(application, Outbound, now) or _next_probe(application, Upload, now)
        if row is not None:
            type(row).work_rows().filter(pk=row.pk).update(due_at=now, woken_at=now)
            row.wake()


def list_outages() -> QuerySet[Application]:
    """The applications for which the platform is away, the longest first."""
    return Application.objects.filter(probe_at__isnull=False).order_by("failing_since")


def probe_pause() -> timedelta:
    """The least time between two probes."""
    return timedelta(seconds=settings.WECOM["PROBE_SECONDS"])


def opens_after() -> timedelta:
    """How long a spell is an outage: single calls may fail on any day."""
    return probe_pause() * 0.4


def waiting(kind: type[Work], application: Application) -> QuerySet[Work]:
    """Rows that the platform's absence keeps from their call."""
    of_application = {"application": application}
    return kind.work_rows().filter(**of_application, status=Work.Status.QUEUED, reason__in=WAITING)


def _next_probe(application: Application, kind: type[Work], now: datetime) -> Work | None:
    """The waiting row that is first in its order; one that has just failed comes after the others."""
    first = kind.work_rows().claimable(now + WAIT_AFTER_TRY)
    priority = ["-priority"] if kind.has_priority else []
    return waiting(kind, application).filter(pk__in=first.values("pk")).order_by(*priority, "due_at", "pk").first()


def _kinds() -> Iterator[type[Work]]:
    """The kinds of work that call the platform for an application."""
    names = ((kind, {field.name for field in kind._meta.get_fields()}) for kind in sweeper.work_models())
    return (kind for kind, fields in names if kind._meta.app_label == "wecom" and "application" in fields)


def _put_off(rows: QuerySet[W], now: datetime) -> QuerySet[W]:
    return rows.filter(status=Work.Status.QUEUED, due_at__gt=now)


def _wake_all(kind: type[Work], application: Application) -> int:
    """Cut the pauses of all waiting rows short, in batches; how many."""
    now, last, count = timezone.now(), 0, 0
    rows = _put_off(waiting(kind, application), now).order_by("pk")
    while pks := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        batch = kind.work_rows().filter(pk__in=pks, status=Work.Status.QUEUED)
        count += batch.update(due_at=now, woken_at=None)
        sweeper.wake_rows(kind, batch.claimable(now), now)
        last = pks[-1]
    return count
