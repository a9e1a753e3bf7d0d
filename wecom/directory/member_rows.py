"""Members in rows: stored from answers and `change_contact`, with their reachability. Makes no calls.

An answer has only the part that its application may see: missing fields change nothing, departments out of its sight
stay as they are, and no member is deleted. An empty position or alias was removed; a name never is.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Lower
from django.utils import timezone

from core.lookups import any_of
from wecom.directory import department_rows
from wecom.directory.department_rows import BATCH, WHOLE_COMPANY, VisibleRange, batches, to_number
from wecom.models import Application, ApplicationMember, Corporation, Department, DirectorySync, Member, Membership

STATUSES = {
    1: Member.Status.ACTIVE,
    2: Member.Status.DISABLED,
    4: Member.Status.NOT_ACTIVATED,
    5: Member.Status.LEFT,
}
GENDERS = {"1": Member.Gender.MALE, "2": Member.Gender.FEMALE}
TEXT_FIELDS = {"name": False, "alias": True, "position": True}  # and whether they can be removed
USER_ID = re.compile(r"[^\s|]{1,64}")
MAX_TEXT = 64  # characters: the platform's own limit is in bytes, or below
SYNCED_FIELDS = ["name", "alias", "position", "gender", "status", "direct_leaders", "attributes", "main_department"]

Info = Mapping[str, Any]


@transaction.atomic
def upsert_visible(
    application: Application,
    infos: Sequence[Info],
    *,
    seen_by: int = 0,
    seen: VisibleRange | None = None,
    only_add: bool = False,
) -> dict[str, Member]:
    """Store members as an answer describes them, each with `userid` and its other fields; by user ID.

    They are in the application's range, since the answer includes them. `only_add` is for pages that name a member's
    departments one at a time.
    """
    seen = seen or department_rows.visible_range(application)
    joined_at = None if seen_by and _reads_first(application) else timezone.now()
    members = upsert(application.corporation, infos, seen=seen, seen_by=seen_by, only_add=only_add, joined_at=joined_at)
    _mark_visible(application, members.values(), seen_by=seen_by)
    return members


@transaction.atomic
def upsert(
    corporation: Corporation,
    infos: Sequence[Info],
    *,
    seen: VisibleRange = WHOLE_COMPANY,
    seen_by: int = 0,
    only_add: bool = False,
    joined_at: datetime | None = None,
) -> dict[str, Member]:
    """The same from a source that sees these departments; it does not change which application reaches the members.

    `joined_at` is when those joined who were not known to be in a department; None where that is not known.
    """
    known = {info["userid"].lower(): info for info in infos if USER_ID.fullmatch(str(info.get("userid", "")))}
    members = _get_or_create(corporation, known)
    numbers = {number for info in known.values() for number in _department_numbers(info)}
    places = department_rows.get_or_create(corporation, numbers)
    names = {member.pk: member.name for member in members.values()}
    changed = [member for user_id, member in members.items() if _update_fields(member, known[user_id], places)]
    for batch in batches(changed):
        Member.objects.bulk_update(batch, SYNCED_FIELDS)
    renamed = [member.pk for member in changed if member.pinyin and member.was_read_as(names[member.pk])]
    Member.objects.filter(pk__in=renamed).update(pinyin="")
    _assign_departments(members, known, places, seen=seen, seen_by=seen_by, only_add=only_add, joined_at=joined_at)
    return members


@transaction.atomic
def mark_out_of_range(application: Application, member: Member, *, left: bool) -> None:
    """The platform does not show this member: they `left` the company, or are out of the application's range."""
    if left:
        mark_left(member)
    # A pending lookup stays pending: it may have been requested again meanwhile.
    _update_links(application, [member.pk], in_range=False)


@transaction.atomic
def mark_left(member: Member) -> None:
    """They left the company: no department, no tag, and no application reaches them."""
    Member.objects.filter(pk=member.pk).update(status=Member.Status.LEFT)
    member.status = Member.Status.LEFT
    member.memberships.all().delete()
    member.tags.clear()
    member.application_members.update(in_range=False, stale_at=None)


@transaction.atomic(savepoint=False)
def mark_in_range(application: Application, user_id: str) -> None:
    """They wrote, so the application reaches them: their row is corrected."""
    rows = ApplicationMember.objects.filter(application=application, member__user_id=user_id.lower(), in_range=False)
    if rows.update(in_range=True):
        members = Member.objects.filter(corporation=application.corporation_id, user_id=user_id.lower())
        members.filter(status=Member.Status.LEFT).update(status="")


def marked_out_of_range(column: str) -> Exists:
    """For rows with an application, and a user ID in this column: whether it is known not to reach that member."""
    name, corporation = Lower(OuterRef(column)), F("application__corporation")
    rows = ApplicationMember.objects.filter(application=OuterRef("application"), in_range=False)
    return Exists(rows.filter(member__user_id=name, member__corporation=corporation))


def request_lookup(application: Application, members: Iterable[int], *, now: datetime | None = None) -> None:
    """Have members looked up by the next sync of changes."""
    _update_links(application, members, stale_at=now or timezone.now())


def get_or_create_ids(corporation: Corporation, user_ids: Iterable[str]) -> list[int]:
    """The rows of these user IDs, created if missing."""
    known = [user_id for user_id in user_ids if USER_ID.fullmatch(user_id)]
    return [member.pk for member in _get_or_create(corporation, known).values()]


def delete_unseen_memberships(members: "models.QuerySet[ApplicationMember, Any]", *, seen_by: int) -> None:
    """Where pages named a member's departments one at a time: they are in no others."""
    Membership.objects.filter(member__in=members).exclude(seen_by=seen_by).delete()


def awaiting_lookup(application: Application) -> "models.QuerySet[ApplicationMember]":
    """Members with a pending lookup."""
    rows = ApplicationMember.objects.filter(application=application, stale_at__isnull=False)
    return rows.select_related("member").order_by("pk")


def find_unreachable(application: Application, user_ids: Collection[str]) -> dict[str, str]:
    """The unreachable ones among these, with a reason: "left" or "out_of_range". Unknown members count as reachable."""
    members = Member.objects.beyond(application).filter(corporation_id=application.corporation_id)
    rows = members.filter(any_of("user_id", user_ids)).values_list("user_id", "status")
    return {user_id: "left" if status == Member.Status.LEFT else "out_of_range" for user_id, status in rows}


def find_unknown(application: Application, user_ids: Collection[str]) -> list[str]:
    """The user IDs among these that the directory does not have; [] until a sync read all of it."""
    if not user_ids or not DirectorySync.objects.read_to_the_end(application).exists():
        return []
    known = _existing(application.corporation, list(user_ids))
    return [user_id for user_id in user_ids if user_id not in known]


def _get_or_create(corporation: Corporation, user_ids: Iterable[str]) -> dict[str, Member]:
    """The rows of these user IDs, created if missing."""
    wanted = list(user_ids)
    fresh = (Member(corporation=corporation, user_id=user_id) for user_id in wanted)
    known = _existing(corporation, wanted)
    missing = [member for member in fresh if member.user_id not in known]
    if missing:
        Member.objects.bulk_create(missing, ignore_conflicts=True, batch_size=BATCH)
        known |= _existing(corporation, [member.user_id for member in missing])
    return known


def _existing(corporation: Corporation, user_ids: Sequence[str]) -> dict[str, Member]:
    rows = Member.objects.filter(corporation=corporation)
    return {row.user_id: row for batch in batches(user_ids) for row in rows.filter(user_id__in=batch)}


def _update_fields(member: Member, info: Info, places: Mapping[int, Department]) -> bool:
    """Store an answer's data of a member; returns whether anything changed."""
    before = [getattr(member, name) for name in (*SYNCED_FIELDS[:-1], "main_department_id")]
    for field, may_be_empty in TEXT_FIELDS.items():
        value = info.get(field)
        if isinstance(value, str) and (value.strip() or may_be_empty):
            setattr(member, field, value.strip()[:MAX_TEXT])
    member.gender = GENDERS.get(str(info.get("gender", "")), member.gender)
    if info.get("status") in STATUSES:
        member.status = STATUSES[info["status"]]
    elif member.status == Member.Status.LEFT:
        member.status = ""  # they are there again; how, an answer with details will tell
    leaders = info.get("direct_leader")
    if isinstance(leaders, list):
        member.direct_leaders = [str(leader).lower() for leader in leaders if leader]
    member.attributes = _attributes(info) or member.attributes
    main = places.get(to_number(info.get("main_department")))
    if main is not None:
        member.main_department = main
    return before != [getattr(member, name) for name in (*SYNCED_FIELDS[:-1], "main_department_id")]


def _attributes(info: Info) -> dict[str, str]:
    """The company's own fields, by name: the text, or the address of a link."""
    extra = info.get("extattr")
    attrs = extra.get("attrs") if isinstance(extra, dict) else None
    attributes: dict[str, str] = {}
    for attr in attrs if isinstance(attrs, list) else []:
        text, web = attr.get("text") or {}, attr.get("web") or {}
        value = text.get("value") or web.get("url") or attr.get("value")
        if attr.get("name") and value:
            attributes[str(attr["name"])] = str(value)
    return attributes


def _assign_departments(
    members: Mapping[str, Member],
    infos: Mapping[str, Info],
    places: Mapping[int, Department],
    *,
    seen: VisibleRange,
    seen_by: int,
    only_add: bool,
    joined_at: datetime | None,
) -> None:
    """Put members into their departments."""
    with_departments = {user_id: info for user_id, info in infos.items() if _department_numbers(info)}
    wanted: dict[tuple[int, int], Membership] = {}
    for user_id, info in with_departments.items():
        leads = info.get("is_leader_in_dept")
        flags = leads if isinstance(leads, list) else []
        for position, number in enumerate(_department_numbers(info)):
            place, leader = places[number], position < len(flags) and flags[position] in (1, "1")
            row = Membership(
                member=members[user_id], department=place, is_leader=leader, seen_by=seen_by, joined_at=joined_at
            )
            wanted[members[user_id].pk, place.pk] = row
    for has_flags, fields in ((True, ["is_leader", "seen_by"]), (False, ["seen_by"])):
        # An answer without the flags does not remove them.
        rows = [
            row
            for row in wanted.values()
            if isinstance(with_departments[row.member.user_id].get("is_leader_in_dept"), list) == has_flags
        ]
        _upsert(Membership, rows, ["member", "department"], fields)
    if only_add:
        return
    existing = [
        row
        for batch in batches([members[user_id].pk for user_id in with_departments])
        for row in Membership.objects.filter(member__in=batch).select_related("department")
    ]
    lost = [r.pk for r in existing if (r.member_id, r.department_id) not in wanted and seen.covers(r.department.number)]
    for batch in batches(lost):
        Membership.objects.filter(pk__in=batch).delete()


def _reads_first(application: Application) -> bool:
    """Whether no sync of the application has read everything yet: its members did not join just now."""
    return not DirectorySync.objects.read_to_the_end(application).exists()


def _mark_visible(application: Application, members: Iterable[Member], *, seen_by: int) -> None:
    rows = [
        ApplicationMember(
            application=application, member=member, in_range=member.status != Member.Status.LEFT, seen_by=seen_by
        )
        for member in members
    ]
    _upsert(ApplicationMember, rows, ["application", "member"], ["in_range", *(["seen_by"] if seen_by else [])])


def _update_links(application: Application, members: Iterable[int], **fields: Any) -> None:
    rows = [ApplicationMember(application=application, member_id=member, **fields) for member in members]
    _upsert(ApplicationMember, rows, ["application", "member"], list(fields))


def _upsert(model: type[models.Model], rows: Sequence[models.Model], unique: list[str], fields: list[str]) -> None:
    if rows:
        model._default_manager.bulk_create(
            rows, update_conflicts=True, unique_fields=unique, update_fields=fields, batch_size=BATCH
        )


def _department_numbers(info: Info) -> list[int]:
    """The departments that an answer names for a member."""
    named = info.get("department")
    several = named if isinstance(named, list) else [named]
    return [number for number in map(to_number, several) if number > 0]
