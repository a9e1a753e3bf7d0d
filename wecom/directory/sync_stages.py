"""The stages of reading a directory: each step is one call and one transaction, which ends with the checkpoint."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import transaction

from core.live_updates import publish_change
from core.work import crash_points
from wecom.directory import api_calls, department_rows, tag_rows
from wecom.directory import member_rows as people
from wecom.exceptions import ApiError, ConfigurationError, RecipientError
from wecom.models import ApplicationMember, Department, DirectorySync, Member, Tag

Stage = DirectorySync.Stage

MAX_NOTES = 50

# Codes that concern one department or member, and not the others.
SKIPPED = api_calls.NO_DEPARTMENT | api_calls.NO_MEMBER | api_calls.OUT_OF_RANGE | {api_calls.TOO_LARGE}


def _checkpoint(sync: DirectorySync, **fields: Any) -> None:
    """Write the checkpoint, in the transaction that stores the answer, and keep the lease."""
    if fields:
        sync.update_leased(**fields)
    sync.extend_lease()
    publish_change("directory", "changed", id=sync.pk)


def read_departments(sync: DirectorySync) -> None:
    """All departments that the application sees, in one call."""
    application = sync.application
    try:
        rows = api_calls.list_departments(application)
    except ApiError as error:
        if error.errcode != api_calls.TOO_LARGE:
            raise
        rows = api_calls.list_department_ids(application)  # names come one by one, with the details
    with transaction.atomic():
        places = department_rows.replace_visible(application, rows)
        _checkpoint(sync, departments_total=len(places), departments_read=0)
    crash_points.point("directory.departments")


def read_members(sync: DirectorySync) -> None:
    """Read the members of each department behind the cursor."""
    if sync.application.is_assistant:
        _read_id_pages(sync)
        return
    seen = department_rows.visible_range(sync.application)
    for place in _remaining_departments(sync):
        infos = _fetch_members(sync, place)
        with transaction.atomic():
            people.upsert_visible(sync.application, infos, seen_by=sync.pk, seen=seen)
            # A member of several departments counts several times, until all were read.
            read = {"departments_read": sync.departments_read + 1, "members_read": sync.members_read + len(infos)}
            _checkpoint(sync, cursor=str(place.number), **read)
        crash_points.point("directory.members")


def _remaining_departments(sync: DirectorySync) -> Iterator[Department]:
    """The departments behind the cursor, one by one, since others may come meanwhile."""
    while True:
        rows = sync.application.departments.existing().filter(number__gt=int(sync.cursor or 0))
        place = rows.order_by("number").first()
        if place is None:
            return
        yield place


def _fetch_members(sync: DirectorySync, place: Department) -> list[api_calls.Answer]:
    """The members of a department: with details, or by name if those are too much for one answer."""
    for details in (True, False):
        try:
            return api_calls.list_department_users(sync.application, place.number, details=details)
        except ApiError as error:
            if error.errcode == api_calls.TOO_LARGE and details:
                continue
            if error.errcode not in SKIPPED:
                raise
            _note_gap(sync, "department", place.number, error)
    return []


def _read_id_pages(sync: DirectorySync) -> None:
    """The assistant's way: pages of user IDs with their departments, and nothing else."""
    while True:
        pairs, following = api_calls.list_user_ids(
            sync.application, sync.cursor, limit=settings.WECOM["DIRECTORY_PAGE_SIZE"]
        )
        with transaction.atomic():
            infos = _merge_by_user(pairs)
            people.upsert_visible(sync.application, infos, seen_by=sync.pk, only_add=True)
            _checkpoint(sync, cursor=following, members_read=sync.members_read + len(infos))
        crash_points.point("directory.page")
        if not following:
            return


def _merge_by_user(pairs: list[api_calls.Answer]) -> list[api_calls.Answer]:
    """One entry for each member, with all departments of the page."""
    merged: dict[str, list[Any]] = {}
    for pair in pairs:
        if isinstance(pair.get("userid"), str):
            merged.setdefault(pair["userid"].lower(), []).append(pair.get("department"))
    return [{"userid": user_id, "department": numbers} for user_id, numbers in merged.items()]


def read_tags(sync: DirectorySync) -> None:
    """Read the tags, and the holders of each behind the cursor."""
    application = sync.application
    if application.is_assistant:
        return
    try:
        rows = api_calls.list_tags(application)
    except ApiError as error:
        if error.errcode not in api_calls.FORBIDDEN | api_calls.OUT_OF_RANGE:
            raise
        _note_gap(sync, "tags", 0, error)
        return
    with transaction.atomic():
        known = tag_rows.replace_all(application, rows)
    for tag in known:
        if tag.number > int(sync.cursor or 0):
            _read_tag(sync, tag)


def _read_tag(sync: DirectorySync, tag: Tag) -> None:
    try:
        answer = api_calls.get_tag(sync.application, tag.number)
    except ApiError as error:
        if error.errcode not in api_calls.OUT_OF_RANGE | {api_calls.TOO_LARGE, 40068, 81011}:
            raise
        answer = {}
    with transaction.atomic():
        if answer:
            tag_rows.replace_holders(sync.application, tag, answer, seen_by=sync.pk)
        _checkpoint(sync, cursor=str(tag.number), tags_read=sync.tags_read + 1)
    crash_points.point("directory.tag")


def queue_unseen_members(sync: DirectorySync) -> None:
    """Request lookups of members who are in the range by name, and of members that the sync may have missed."""
    application = sync.application
    named = [] if application.is_assistant else api_calls.list_named_users(application)
    with transaction.atomic():
        members = Member.objects.filter(corporation=application.corporation)
        seen = ApplicationMember.objects.filter(application=application, seen_by=sync.pk).values("member")
        wanted = set(people.get_or_create_ids(application.corporation, named)) - set(
            seen.values_list("member", flat=True)
        )
        if not sync.notes:  # else they may be in a part that could not be read
            missing = members.exclude(pk__in=seen).exclude(pk__in=members.beyond(application))
            if application.is_assistant:
                for member in missing:
                    people.mark_left(member)
            else:
                wanted |= set(missing.values_list("pk", flat=True))
        people.request_lookup(application, wanted)
        read = seen.count()
        if application.is_assistant and not sync.notes:
            people.delete_unseen_memberships(seen, seen_by=sync.pk)
        _checkpoint(sync, members_read=read)
    crash_points.point("directory.unseen")


def look_up_members(sync: DirectorySync) -> None:
    """Do the pending lookups, one by one."""
    application = sync.application
    if application.is_assistant:
        return
    for place in application.departments.existing().filter(name=""):
        _look_up_department(sync, place)
    while True:
        reach = people.awaiting_lookup(application).first()
        if reach is None:
            return
        _look_up_member(sync, reach)


def _look_up_department(sync: DirectorySync, place: Department) -> None:
    try:
        info = api_calls.get_department(sync.application, place.number)
    except ApiError as error:
        if error.errcode not in SKIPPED | api_calls.FORBIDDEN:
            raise
        return
    with transaction.atomic():
        department_rows.upsert_visible(sync.application, {**info, "id": place.number})
        _checkpoint(sync)


def _look_up_member(sync: DirectorySync, reach: ApplicationMember) -> None:
    application, member, asked_at = sync.application, reach.member, reach.stale_at
    refusal: ApiError | None = None
    info: api_calls.Answer = {}
    try:
        info = api_calls.get_user(application, member.user_id)
    except (RecipientError, ConfigurationError) as error:
        if isinstance(error, ConfigurationError) and error.errcode not in api_calls.FORBIDDEN:
            raise
        refusal = error
    with transaction.atomic():
        if refusal is None:
            people.upsert_visible(application, [{**info, "userid": member.user_id}], seen_by=sync.pk)
        elif isinstance(refusal, RecipientError):
            people.mark_out_of_range(application, member, left=refusal.errcode in api_calls.NO_MEMBER)
        else:  # we may not read details: keep the data of the lists
            _note_gap(sync, "member", member.pk, refusal)
        # Unless the member changed again meanwhile.
        ApplicationMember.objects.filter(pk=reach.pk, stale_at=asked_at).update(stale_at=None)
        _checkpoint(sync, looked_up=sync.looked_up + 1)
    crash_points.point("directory.looked_up")


def _note_gap(sync: DirectorySync, what: str, number: int, error: ApiError) -> None:
    """Note a part that could not be read: the sync then marks no member as left."""
    if len(sync.notes) < MAX_NOTES:
        sync.update_leased(notes=[*sync.notes, {"what": what, "number": number, "errcode": error.errcode}])
