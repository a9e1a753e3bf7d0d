"""Departments in rows: the part of the company's tree that an application sees. Makes no calls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from wecom.models import Application, Corporation, Department, Membership
from wecom.models.directory import ROOT

BATCH = 500  # rows named in one statement: SQLite takes few
LONGEST = 10  # digits: the platform's numbers have 32 bits
Info = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class VisibleRange:
    """The departments that an application sees: its answers do not cover the others."""

    everything: bool
    departments: frozenset[int]

    def covers(self, number: int) -> bool:
        return self.everything or number in self.departments


WHOLE_COMPANY = VisibleRange(everything=True, departments=frozenset())


def visible_range(application: Application) -> VisibleRange:
    """The departments that the application sees, as of the last sync."""
    numbers = frozenset(application.departments.existing().values_list("number", flat=True))
    return VisibleRange(everything=application.is_assistant or ROOT in numbers, departments=numbers)


@transaction.atomic
def replace_visible(application: Application, rows: Sequence[Info]) -> list[Department]:
    """Store all the departments that an application sees. Others that it saw before are gone, or out of sight."""
    corporation = application.corporation
    infos = {to_number(row.get("id")): row for row in rows if to_number(row.get("id"))}
    places = get_or_create(corporation, infos)
    changed = [place for number, place in places.items() if _update_fields(place, infos[number])]
    for batch in batches(changed):
        Department.objects.bulk_update(batch, ["name", "name_en", "parent_number", "order", "leaders", "gone_at"])
    before = set(application.departments.values_list("pk", flat=True))
    now_seen = {place.pk for place in places.values()}
    application.departments.add(*(now_seen - before))
    application.departments.remove(*(before - now_seen))
    if ROOT in infos:  # it sees the whole company: departments that it does not see are gone
        existing = Department.objects.existing().filter(corporation=corporation).values_list("pk", flat=True)
        for numbers in batches(sorted(set(existing) - now_seen)):
            delete(Department.objects.filter(pk__in=numbers))
    return sorted(places.values(), key=lambda place: place.number)


def upsert_visible(application: Application, row: Info) -> None:
    """Store one department that an application sees."""
    upsert(application.corporation, row).applications.add(application)


@transaction.atomic
def upsert(corporation: Corporation, row: Info) -> Department:
    """Store one department."""
    (place,) = get_or_create(corporation, [int(row["id"])]).values()
    if _update_fields(place, row):
        place.save()
    return place


def get_or_create(corporation: Corporation, numbers: Iterable[int]) -> dict[int, Department]:
    """The rows of these numbers, created without a name if missing."""
    wanted = sorted(set(numbers))

    def known(some: Sequence[int]) -> dict[int, Department]:
        rows = Department.objects.filter(corporation=corporation)
        return {row.number: row for batch in batches(some) for row in rows.filter(number__in=batch)}

    department = known(wanted)
    missing = [number for number in wanted if number not in department]
    if missing:
        fresh = (Department(corporation=corporation, number=number) for number in missing)
        Department.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=BATCH)
        department |= known(missing)
    return department


def _update_fields(place: Department, info: Info) -> bool:
    before = (place.name, place.name_en, place.parent_number, place.order, place.leaders, place.gone_at)
    place.name = str(info.get("name") or place.name)[:128]
    place.name_en = str(info.get("name_en") or place.name_en)[:128]
    place.parent_number = to_number(info.get("parentid")) if "parentid" in info else place.parent_number
    place.order = to_number(info.get("order")) or place.order
    leaders = info.get("department_leader")
    if isinstance(leaders, list):
        place.leaders = [str(leader).lower() for leader in leaders]
    place.gone_at = None
    return before != (place.name, place.name_en, place.parent_number, place.order, place.leaders, place.gone_at)


def delete(rows: "models.QuerySet[Department]") -> None:
    """Mark these departments as gone, without members."""
    Membership.objects.filter(department__in=rows).delete()
    rows.update(gone_at=timezone.now())


def to_number(value: object) -> int:
    """A number of an answer, or 0 if it is not valid."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else 0


def batches(items: Sequence[Any]) -> list[Sequence[Any]]:
    """Pieces that fit into one statement."""
    return [items[start : start + BATCH] for start in range(0, len(items), BATCH)]
