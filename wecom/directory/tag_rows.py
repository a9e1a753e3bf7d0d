"""Tags in rows, with the holders that an application sees. Makes no calls."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from wecom.directory import department_rows
from wecom.directory import member_rows as people
from wecom.directory.department_rows import BATCH, batches, to_number
from wecom.models import Application, Member, Tag

Info = Mapping[str, Any]


def get_or_create(application: Application, number: int) -> Tag:
    """The row of a tag, created if missing."""
    return Tag.objects.get_or_create(corporation=application.corporation, number=number)[0]


def rename(application: Application, number: int, name: str) -> None:
    """A tag was created or renamed."""
    values = {"name": name[:64], "gone_at": None}
    Tag.objects.update_or_create(corporation=application.corporation, number=number, defaults=values)


@transaction.atomic
def mark_deleted(application: Application, number: int) -> None:
    """A tag was deleted: its row stays, without holders."""
    for tag in Tag.objects.filter(corporation=application.corporation, number=number):
        _mark_deleted([tag.pk])


@transaction.atomic
def replace_all(application: Application, rows: Sequence[Info]) -> list[Tag]:
    """Store all tags of the company, by name only."""
    names = {to_number(row.get("tagid")): str(row.get("tagname") or "") for row in rows if to_number(row.get("tagid"))}
    corporation = application.corporation
    fresh = [Tag(corporation=corporation, number=number, name=name[:64]) for number, name in names.items()]
    Tag.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["corporation", "number"],
        update_fields=["name", "gone_at"],
        batch_size=BATCH,
    )
    tags = list(Tag.objects.filter(corporation=corporation, gone_at=None).order_by("number"))
    _mark_deleted([tag.pk for tag in tags if tag.number not in names])
    return [tag for tag in tags if tag.number in names]


@transaction.atomic
def replace_holders(application: Application, tag: Tag, answer: Info, *, seen_by: int = 0) -> None:
    """Store the holders of a tag. Members and departments out of the application's sight keep it."""
    users = [user for user in answer.get("userlist") or [] if isinstance(user, dict)]
    members = people.upsert_visible(application, users, seen_by=seen_by)
    numbers = {to_number(number) for number in answer.get("partylist") or []} - {0}
    places = department_rows.get_or_create(application.corporation, numbers)
    have = {member.pk for member in members.values()}
    in_sight = tag.members.filter(application_members__application=application, application_members__in_range=True)
    tag.members.remove(*in_sight.exclude(pk__in=have).values_list("pk", flat=True))
    tag.members.add(*have)
    seen = department_rows.visible_range(application)
    lost = [place for place in tag.departments.all() if seen.covers(place.number) and place.number not in numbers]
    tag.departments.remove(*lost)
    tag.departments.add(*places.values())
    incomplete = Member.objects.filter(pk__in=have, memberships=None)
    people.request_lookup(application, incomplete.values_list("pk", flat=True))


def _mark_deleted(tags: Sequence[int]) -> None:
    for batch in batches(tags):
        Tag.members.through.objects.filter(tag__in=batch).delete()
        Tag.departments.through.objects.filter(tag__in=batch).delete()
        Tag.objects.filter(pk__in=batch).update(gone_at=timezone.now())
