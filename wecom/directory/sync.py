"""Reads the directory through one application, in steps that survive a crash in between.

Every step is one call and one transaction, which stores the answer with the checkpoint: the stage and the cursor where
the next attempt resumes. When everything was read, the sync looks up each missing member by user ID. Members who no
longer exist have left, and members out of the range are unreachable. All others are in range after all. No member
is deleted.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.live_updates import publish_change
from core.work import crash_points
from core.work.base import LeaseLost, Work
from wecom.client import retry_policy
from wecom.client.handler_context import current_application
from wecom.directory import api_calls, member_rows, sync_stages
from wecom.exceptions import ApiError, WeComError
from wecom.models import Application, DirectorySync

logger = logging.getLogger(__name__)


@transaction.atomic
def request_sync(application: Application, kind: "DirectorySync.Kind" = DirectorySync.Kind.FULL) -> DirectorySync:
    """Queue a sync, unless a suitable one waits. The syncs of one application run one after the other."""
    rows = application.directory_syncs.filter(kind=kind)
    # A running sync may have passed this change already; a full one goes on to its end.
    waiting = (
        rows.filter(status=Work.Status.QUEUED)
        if kind == DirectorySync.Kind.CHANGES
        else rows.filter(status__in=Work.UNFINISHED)
    )
    sync = waiting.order_by("pk").first()
    if sync is None:
        order_key = f"directory:{application.pk}"
        sync = DirectorySync.objects.create(application=application, kind=kind, order_key=order_key)
        sync.wake()
    return sync


@transaction.atomic
def sync_directory(application: Application | None = None) -> DirectorySync:
    """Queue a sync of the departments, members and tags that the application sees; or the sync that waits or runs.

    Through the contacts assistant it reads user IDs only.
    """
    return request_sync(application or current_application())


def request_first_sync(application: Application) -> None:
    """Queue the first sync of an application, unless `DIRECTORY_SYNC_HOURS` switches syncs off."""
    if not settings.WECOM["DIRECTORY_SYNC_HOURS"]:
        return
    if application.enabled and not application.directory_syncs.filter(kind=DirectorySync.Kind.FULL).exists():
        request_sync(application)


def request_lookups(application: Application) -> None:
    """Have every application of the company that reads details look up the changed members."""
    for row in Application.objects.filter(corporation=application.corporation_id, enabled=True):
        if not row.is_assistant and member_rows.awaiting_lookup(row).exists():
            request_sync(row, DirectorySync.Kind.CHANGES)


def sync_due_directories(now: datetime | None = None) -> int:
    """Queue a sync of each application that had none within `DIRECTORY_SYNC_HOURS`. Returns how many."""
    hours = settings.WECOM["DIRECTORY_SYNC_HOURS"]
    if not hours:
        return 0
    since = (now or timezone.now()) - timedelta(hours=hours)
    fresh = DirectorySync.objects.whole().filter(created_at__gt=since).values("application")
    due = Application.objects.filter(enabled=True).exclude(pk__in=fresh)
    return len([request_sync(application) for application in due])


def run_sync(pk: int, *, now: datetime | None = None) -> None:
    """Resume a sync from its checkpoint, to its end or until an error stops it."""
    sync = DirectorySync.claim(pk, now=now)
    if sync is None:
        return
    crash_points.point("directory.claimed")
    try:
        _run_stages(sync)
    except LeaseLost:
        logger.info("Another worker reads this directory.", extra={"sync": sync.pk})
    except WeComError as error:
        _handle_error(sync, error)
    publish_change("directory", "changed", id=sync.pk)


def _run_stages(sync: DirectorySync) -> None:
    stages: list[tuple[DirectorySync.Stage, Callable[[DirectorySync], None]]] = STAGES
    if sync.kind == DirectorySync.Kind.CHANGES:
        stages = [(DirectorySync.Stage.DETAILS, sync_stages.look_up_members)]
    names = [name for name, _read in stages]
    begin = names.index(DirectorySync.Stage(sync.stage)) if sync.stage in names else 0
    for name, read in stages[begin:]:
        if sync.stage != name:
            sync.update_leased(stage=name, cursor="")
        read(sync)
    reason = DirectorySync.Reason.INCOMPLETE if sync.notes else ""
    sync.settle(Work.Status.DONE, reason, errcode=0)
    logger.info("A directory was read.", extra={"sync": sync.pk, "members": sync.members_read})


def _handle_error(sync: DirectorySync, error: WeComError) -> None:
    errcode = error.errcode if isinstance(error, ApiError) else None
    try:
        if (
            errcode in api_calls.FORBIDDEN | api_calls.OUT_OF_RANGE
        ):  # which says nothing about sending: the application is not held
            sync.settle(Work.Status.FAILED, DirectorySync.Reason.FORBIDDEN, errcode=errcode)
        else:
            retry_policy.retry_or_fail(sync, sync.application, error)
    except LeaseLost:
        logger.info("Another worker reads this directory.", extra={"sync": sync.pk})
    logger.warning("A directory could not be read to its end.", extra={"sync": sync.pk, "errcode": errcode})


STAGES: list[tuple[DirectorySync.Stage, Callable[[DirectorySync], None]]] = [
    (DirectorySync.Stage.DEPARTMENTS, sync_stages.read_departments),
    (DirectorySync.Stage.MEMBERS, sync_stages.read_members),
    (DirectorySync.Stage.TAGS, sync_stages.read_tags),
    (DirectorySync.Stage.UNSEEN, sync_stages.queue_unseen_members),
    (DirectorySync.Stage.DETAILS, sync_stages.look_up_members),
]
