"""Rehearsals as work: asked for by a person or a program, gone through in the bulk lane, kept for some days.

The real database is only read while the days pass, but for the progress of the row, which also holds the lease.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone, translation

from core.exceptions import OpenUserError
from core.work.base import LeaseLost
from scheduling.models import Campaign, RehearsalRun
from scheduling.rehearsal import stored_results
from scheduling.rehearsal.database_aside import real_database
from scheduling.rehearsal.rehearsals import planned, rehearse
from scheduling.rehearsal.rehearsed_subjects import Subject

logger = logging.getLogger(__name__)

EACH = 0.5  # seconds between two notes of the progress
DATES = ("leavers", "joiners")


@transaction.atomic
def request_rehearsal(subject: Subject, *, asked_by: str, in_full: bool = False, **wish: Any) -> RehearsalRun:
    """Queue a rehearsal in the language of this thread. `wish` are arguments of `rehearse`.

    Earlier ones of the same subject that `asked_by` still waits for are cancelled. Raises `SchedulingError` for errors
    that show at once.
    """
    planned(subject, **wish, now=timezone.now())
    for earlier in of_subject(subject, asked_by=asked_by).filter(status__in=RehearsalRun.UNFINISHED):
        earlier.cancel(RehearsalRun.Reason.SUPERSEDED)
    run = RehearsalRun.objects.create(
        **_key(subject),
        asked_by=asked_by,
        wish=_as_json(wish),
        in_full=in_full,
        language=translation.get_language() or "en",
    )
    run.wake()
    return run


def asker_of(account: Any) -> str:
    """How a person or a client of the API is noted as who asked; each reads their own rehearsals."""
    return f"{account._meta.label_lower}:{account.pk}"


def of_subject(subject: Subject, *, asked_by: str) -> "models.QuerySet[RehearsalRun]":
    """The rehearsals of a campaign or series that one person or program asked for."""
    return RehearsalRun.objects.filter(**_key(subject), asked_by=asked_by)


def run_rehearsal(pk: int, *, now: datetime | None = None) -> None:
    """Go through the days of one that is queued, and keep its result or its error."""
    run = RehearsalRun.claim(pk, now=now)
    if run is None:
        return
    subject = run.campaign or run.series
    assert subject is not None
    try:
        with translation.override(run.language):
            try:
                rehearsal = rehearse(subject, in_full=run.in_full, progress=_note(run), **_read(run.wish))
            except OpenUserError as error:
                if isinstance(error, LeaseLost):
                    raise
                told = {"code": error.code, "detail": error.message, "remedy": error.remedy, "field": _field(error)}
                run.settle(RehearsalRun.Status.FAILED, error.code[:40], error=told)
                return
        run.settle(RehearsalRun.Status.DONE, result=stored_results.write(rehearsal), percent=100)
    except LeaseLost:
        logger.info("A rehearsal was cancelled or taken over.", extra={"cid": run.cid})


def _note(run: RehearsalRun) -> Callable[[float], None]:
    """Notes the progress now and then, and ends the work with `LeaseLost` once its row was cancelled."""
    due = 0.0

    def note(part: float) -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        due = time.monotonic() + EACH
        with real_database():
            run.extend_lease()
            run.update_leased(percent=round(100 * part))

    return note


def _field(error: OpenUserError) -> str:
    return str(getattr(error, "field", "") or "")


def _key(subject: Subject) -> dict[str, Any]:
    return {"campaign" if isinstance(subject, Campaign) else "series": subject}


def _as_json(wish: Mapping[str, Any]) -> dict[str, Any]:
    arguments = {name: value for name, value in wish.items() if value is not None}
    if "since" in arguments:
        arguments["since"] = arguments["since"].isoformat()
    return arguments | {
        name: {who: day.isoformat() for who, day in arguments[name].items()} for name in DATES if name in arguments
    }


def _read(wish: Mapping[str, Any]) -> dict[str, Any]:
    arguments = dict(wish)
    if "since" in arguments:
        arguments["since"] = date.fromisoformat(arguments["since"])
    days = {
        name: {who: date.fromisoformat(day) for who, day in arguments[name].items()}
        for name in DATES
        if name in arguments
    }
    return arguments | days
