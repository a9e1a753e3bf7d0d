"""Reading the directory through one application, in steps that a kill in between does no harm to.

Every step is one call and one transaction, which writes what was learnt together with the checkpoint: the stage and
the cursor at which the next attempt goes on. Only when everything was read, whoever was not seen is looked up by name:
who does not exist any more has left, who is out of the range cannot be written to, and the others were found after
all. Nobody is deleted.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from openuser.lib import crash
from openuser.lib.publish import tell
from openuser.lib.work import LeaseLost, Work
from wecom import departments, directory, people, retries, tags
from wecom.exceptions import ApiError, ConfigurationError, RecipientError, WeComError
from wecom.models import Application, Department, DirectorySync, Member, Reach, Tag

logger = logging.getLogger(__name__)

Stage = DirectorySync.Stage
MOST_NOTES = 50
# Codes that say something of one department or person, and nothing of the others.
SKIPPED = directory.NO_DEPARTMENT | directory.NO_MEMBER | directory.OUT_OF_RANGE | {directory.TOO_LARGE}


@transaction.atomic
def request(application: Application, kind: "DirectorySync.Kind" = DirectorySync.Kind.FULL) -> DirectorySync:
    """Queue a sync, unless one waits that will do. One application's run one after the other."""
    rows = application.directory_syncs.filter(kind=kind)
    # One that runs already may have passed what changed just now; one that reads everything goes on to its end.
    waiting = (
        rows.filter(status=Work.Status.QUEUED)
        if kind == DirectorySync.Kind.CHANGES
        else rows.filter(status__in=Work.UNFINISHED)
    )
    found = waiting.order_by("pk").first()
    if found is None:
        order_key = f"directory:{application.pk}"
        found = DirectorySync.objects.create(application=application, kind=kind, order_key=order_key)
        found.wake()
    return found


def request_changes(application: Application) -> None:
    """Have every application of the company that reads details look up who changed."""
    for one in Application.objects.filter(corporation=application.corporation_id, enabled=True):
        if not one.is_assistant and people.stale(one).exists():
            request(one, DirectorySync.Kind.CHANGES)


def request_due(every: timedelta, now: datetime | None = None) -> int:
    """Queue a full sync for each application whose last one is that old, or that never had one. Returns how many."""
    since = (now or timezone.now()) - every
    fresh = DirectorySync.objects.whole().filter(created_at__gt=since).values("application")
    due = Application.objects.filter(enabled=True).exclude(pk__in=fresh)
    return len([request(application) for application in due])


def deliver(pk: int, *, now: datetime | None = None) -> None:
    """Go on with a sync from its checkpoint, to its end or until something is in the way."""
    sync = DirectorySync.claim(pk, now=now)
    if sync is None:
        return
    crash.point("directory.claimed")
    try:
        _go_on(sync)
    except LeaseLost:
        logger.info("Somebody else reads this directory.", extra={"sync": sync.pk})
    except WeComError as error:
        _stopped(sync, error)
    tell("directory", "changed", id=sync.pk)


def _go_on(sync: DirectorySync) -> None:
    stages: list[tuple[DirectorySync.Stage, Callable[[DirectorySync], None]]] = STAGES
    if sync.kind == DirectorySync.Kind.CHANGES:
        stages = [(Stage.DETAILS, _details)]
    names = [name for name, _read in stages]
    begin = names.index(Stage(sync.stage)) if sync.stage in names else 0
    for name, read in stages[begin:]:
        if sync.stage != name:
            sync.record(stage=name, cursor="")
        read(sync)
    reason = DirectorySync.Reason.INCOMPLETE if sync.notes else ""
    sync.settle(Work.Status.DONE, reason, errcode=0)
    logger.info("A directory was read.", extra={"sync": sync.pk, "members": sync.members_read})


def _stopped(sync: DirectorySync, error: WeComError) -> None:
    errcode = error.errcode if isinstance(error, ApiError) else None
    try:
        if (
            errcode in directory.FORBIDDEN | directory.OUT_OF_RANGE
        ):  # which says nothing about sending: the application is not held
            sync.settle(Work.Status.FAILED, DirectorySync.Reason.FORBIDDEN, errcode=errcode)
        else:
            retries.react(sync, sync.application, error)
    except LeaseLost:
        logger.info("Somebody else reads this directory.", extra={"sync": sync.pk})
    logger.warning("A directory could not be read to its end.", extra={"sync": sync.pk, "errcode": errcode})


def _step(sync: DirectorySync, **fields: Any) -> None:
    """Write the checkpoint, inside the transaction of what was learnt, and keep the lease."""
    if fields:
        sync.record(**fields)
    sync.extend()
    tell("directory", "changed", id=sync.pk)


def _departments(sync: DirectorySync) -> None:
    application = sync.application
    try:
        rows = directory.departments(application)
    except ApiError as error:
        if error.errcode != directory.TOO_LARGE:
            raise
        rows = directory.department_numbers(application)  # names come one by one, with the details
    with transaction.atomic():
        places = departments.learn_departments(application, rows)
        _step(sync, departments_total=len(places), departments_read=0)
    crash.point("directory.departments")


def _members(sync: DirectorySync) -> None:
    if sync.application.is_assistant:
        _pages_of_ids(sync)
        return
    seen = departments.sight(sync.application)
    for place in _places_left(sync):
        infos = _members_of(sync, place)
        with transaction.atomic():
            people.learn_members(sync.application, infos, seen_by=sync.pk, seen=seen)
            # Who is in several departments counts several times, until all were read.
            read = {"departments_read": sync.departments_read + 1, "members_read": sync.members_read + len(infos)}
            _step(sync, cursor=str(place.number), **read)
        crash.point("directory.members")


def _places_left(sync: DirectorySync) -> Iterator[Department]:
    """The departments behind the cursor, one by one, since others may come meanwhile."""
    while True:
        rows = sync.application.departments.existing().filter(number__gt=int(sync.cursor or 0))
        place = rows.order_by("number").first()
        if place is None:
            return
        yield place


def _members_of(sync: DirectorySync, place: Department) -> list[directory.Answer]:
    """Everybody in a department: with details, or by name where that is too much for one answer."""
    for details in (True, False):
        try:
            return directory.department_users(sync.application, place.number, details=details)
        except ApiError as error:
            if error.errcode == directory.TOO_LARGE and details:
                continue
            if error.errcode not in SKIPPED:
                raise
            _note(sync, "department", place.number, error)
    return []


def _pages_of_ids(sync: DirectorySync) -> None:
    """The assistant's way: pages of user IDs with their departments, and nothing else."""
    while True:
        pairs, following = directory.user_ids(sync.application, sync.cursor, limit=settings.WECOM["DIRECTORY_PAGE"])
        with transaction.atomic():
            infos = _by_user(pairs)
            people.learn_members(sync.application, infos, seen_by=sync.pk, only_add=True)
            _step(sync, cursor=following, members_read=sync.members_read + len(infos))
        crash.point("directory.page")
        if not following:
            return


def _by_user(pairs: list[directory.Answer]) -> list[directory.Answer]:
    """One entry for each member, with all departments of the page."""
    found: dict[str, list[Any]] = {}
    for pair in pairs:
        if isinstance(pair.get("userid"), str):
            found.setdefault(pair["userid"].lower(), []).append(pair.get("department"))
    return [{"userid": user_id, "department": numbers} for user_id, numbers in found.items()]


def _tags(sync: DirectorySync) -> None:
    application = sync.application
    if application.is_assistant:
        return
    try:
        rows = directory.tags(application)
    except ApiError as error:
        if error.errcode not in directory.FORBIDDEN | directory.OUT_OF_RANGE:
            raise
        _note(sync, "tags", 0, error)
        return
    with transaction.atomic():
        known = tags.learn_tags(application, rows)
    for tag in known:
        if tag.number > int(sync.cursor or 0):
            _tag(sync, tag)


def _tag(sync: DirectorySync, tag: Tag) -> None:
    try:
        answer = directory.tag(sync.application, tag.number)
    except ApiError as error:
        if error.errcode not in directory.OUT_OF_RANGE | {directory.TOO_LARGE, 40068, 81011}:
            raise
        answer = {}
    with transaction.atomic():
        if answer:
            tags.learn_tag(sync.application, tag, answer, seen_by=sync.pk)
        _step(sync, cursor=str(tag.number), tags_read=sync.tags_read + 1)
    crash.point("directory.tag")


def _unseen(sync: DirectorySync) -> None:
    """Have those looked up who are in the range by name, and those who were not seen though they might have been."""
    application = sync.application
    named = [] if application.is_assistant else directory.named_users(application)
    with transaction.atomic():
        members = Member.objects.filter(corporation=application.corporation)
        seen = Reach.objects.filter(application=application, seen_by=sync.pk).values("member")
        wanted = set(people.ids_of(application.corporation, named)) - set(seen.values_list("member", flat=True))
        if not sync.notes:  # else they may be in what could not be read
            missing = members.exclude(pk__in=seen).exclude(pk__in=members.beyond(application))
            if application.is_assistant:
                for member in missing:
                    people.leave(member)
            else:
                wanted |= set(missing.values_list("pk", flat=True))
        people.want_details(application, wanted)
        read = seen.count()
        if application.is_assistant and not sync.notes:
            people.forget_memberships(seen, seen_by=sync.pk)
        _step(sync, members_read=read)
    crash.point("directory.unseen")


def _details(sync: DirectorySync) -> None:
    """Look up, one by one, whoever is to be."""
    application = sync.application
    if application.is_assistant:
        return
    for place in application.departments.existing().filter(name=""):
        _name(sync, place)
    while True:
        reach = people.stale(application).first()
        if reach is None:
            return
        _look_up(sync, reach)


def _name(sync: DirectorySync, place: Department) -> None:
    try:
        info = directory.department(sync.application, place.number)
    except ApiError as error:
        if error.errcode not in SKIPPED | directory.FORBIDDEN:
            raise
        return
    with transaction.atomic():
        departments.learn_department(sync.application, {**info, "id": place.number})
        _step(sync)


def _look_up(sync: DirectorySync, reach: Reach) -> None:
    application, member, asked_at = sync.application, reach.member, reach.stale_at
    refusal: ApiError | None = None
    info: directory.Answer = {}
    try:
        info = directory.user_info(application, member.user_id)
    except (RecipientError, ConfigurationError) as error:
        if isinstance(error, ConfigurationError) and error.errcode not in directory.FORBIDDEN:
            raise
        refusal = error
    with transaction.atomic():
        if refusal is None:
            people.learn_members(application, [{**info, "userid": member.user_id}], seen_by=sync.pk)
        elif isinstance(refusal, RecipientError):
            people.lose(application, member, left=refusal.errcode in directory.NO_MEMBER)
        else:  # details are not for us: what the lists told must do
            _note(sync, "member", member.pk, refusal)
        # Unless it changed again meanwhile.
        Reach.objects.filter(pk=reach.pk, stale_at=asked_at).update(stale_at=None)
        _step(sync, looked_up=sync.looked_up + 1)
    crash.point("directory.looked_up")


def _note(sync: DirectorySync, what: str, number: int, error: ApiError) -> None:
    """Remember what could not be read: then nobody is taken for gone."""
    if len(sync.notes) < MOST_NOTES:
        sync.record(notes=[*sync.notes, {"what": what, "number": number, "errcode": error.errcode}])


STAGES: list[tuple[DirectorySync.Stage, Callable[[DirectorySync], None]]] = [
    (Stage.DEPARTMENTS, _departments),
    (Stage.MEMBERS, _members),
    (Stage.TAGS, _tags),
    (Stage.UNSEEN, _unseen),
    (Stage.DETAILS, _details),
]
