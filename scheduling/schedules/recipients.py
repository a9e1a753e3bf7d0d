"""Recipients for a picker: found by name, and named again when a form is shown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from scheduling.models import EVERYONE, Schedule
from scheduling.schedules.audience import application_of
from wecom.models import Application, Department, Member, Tag

MOST = 12  # of one kind


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A member (or all), department or tag: `id` is a user ID or a number."""

    kind: str
    id: str
    name: str
    note: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def find_recipients(schedule: Schedule, words: str) -> list[Recipient]:
    """Departments, tags and members whose name or ID contains these words; at most a dozen of each."""
    words, application = words.strip(), application_of(schedule)
    if not words or application is None:
        return []
    named = Q(name__icontains=words)
    numbered = named | Q(number=int(words)) if words.isdecimal() and len(words) < 11 else named
    everyone = [_everyone()] if words.lower() in _everyone().name.lower() or words == EVERYONE else []
    return [
        *everyone,
        *_places(_departments(application).filter(numbered)[:MOST]),
        *_labels(_tags(application).filter(numbered)[:MOST]),
        *_people(_members(application).exclude(status=Member.Status.LEFT).called(words)[:MOST]),
    ]


def recipients_of(schedule: Schedule) -> list[Recipient]:
    """Those that a schedule names, saved or not; by their ID where they have no row."""
    everyone = [_everyone()] if EVERYONE in schedule.user_ids else []
    wanted = [user_id for user_id in schedule.user_ids if user_id != EVERYONE]
    application = application_of(schedule)
    if application is None:
        return [*everyone, *(Recipient(kind="member", id=user_id, name=user_id) for user_id in wanted)]
    found = {one.id: one for one in _people(_members(application).filter(user_id__in=wanted))}
    return [
        *everyone,
        *_places(_departments(application).filter(number__in=schedule.department_numbers)),
        *_labels(_tags(application).filter(number__in=schedule.tag_numbers)),
        *(found.get(user_id, Recipient(kind="member", id=user_id, name=user_id)) for user_id in wanted),
    ]


def first_names(schedules: Sequence[Schedule], most: int) -> dict[int, list[str]]:
    """The names of the first recipients of each schedule, by its ID, with as many queries for one as for all."""
    default = Application.objects.filter(is_default=True).first()
    people = Member.objects.names(user_id for one in schedules for user_id in one.user_ids[:most])
    places = _by_number(Department, (number for one in schedules for number in one.department_numbers[:most]))
    tags = _by_number(Tag, (number for one in schedules for number in one.tag_numbers[:most]))
    named = {}
    for one in schedules:
        application = one.application or default
        company = application.corporation_id if application else 0
        names = [
            *(_everyone().name if key == EVERYONE else people.get((company, key), key) for key in one.user_ids[:most]),
            *(places.get((company, number), f"#{number}") for number in one.department_numbers[:most]),
            *(tags.get((company, number), f"#{number}") for number in one.tag_numbers[:most]),
        ]
        named[one.pk] = names[:most]
    return named


def _by_number(model: type[Department] | type[Tag], numbers: Iterable[int]) -> dict[tuple[int, int], str]:
    rows: Iterable[Department | Tag] = model.objects.filter(number__in=set(numbers))
    return {(row.corporation_id, row.number): str(row) for row in rows}


def _everyone() -> Recipient:
    return Recipient(kind="member", id=EVERYONE, name=_("everyone in the visible range"), note=EVERYONE)


def _departments(application: Application) -> Any:
    return Department.objects.existing().filter(corporation=application.corporation_id).order_by("name", "number")


def _tags(application: Application) -> Any:
    return Tag.objects.filter(corporation=application.corporation_id, gone_at=None).order_by("name", "number")


def _members(application: Application) -> Any:
    rows = Member.objects.filter(corporation=application.corporation_id).select_related("main_department")
    return rows.order_by("name", "user_id")


def _places(rows: Sequence[Department]) -> Iterator[Recipient]:
    for row in rows:
        yield Recipient(kind="department", id=str(row.number), name=str(row), note=_("department"))


def _labels(rows: Sequence[Tag]) -> Iterator[Recipient]:
    for row in rows:
        yield Recipient(kind="tag", id=str(row.number), name=str(row), note=_("tag"))


def _people(rows: Sequence[Member]) -> Iterator[Recipient]:
    for row in rows:
        place = row.main_department.name if row.main_department else ""
        note = " · ".join(part for part in (row.user_id if row.name else "", place) if part)
        yield Recipient(kind="member", id=row.user_id, name=str(row), note=note)
