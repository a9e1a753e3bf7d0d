"""Recipients for a picker: found by name, and named again when a form is shown."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from scheduling.audience.choices import (
    Choice,
    department_choices,
    departments,
    find_choices,
    named_choices,
    tag_choices,
    tags,
)
from scheduling.models import EVERYONE, Schedule
from scheduling.schedules.audience import application_of
from wecom.models import Application, Department, Member, Tag


def find_recipients(schedule: Schedule, words: str) -> list[Choice]:
    """Departments, tags and members whose name or ID contains these words; at most a dozen of each."""
    words, application = words.strip(), application_of(schedule)
    if not words or application is None:
        return []
    everyone = [_everyone()] if words.lower() in _everyone().name.lower() or words == EVERYONE else []
    return [*everyone, *find_choices(application.corporation_id, words, ("department", "tag", "member"))]


def recipients_of(schedule: Schedule) -> list[Choice]:
    """Those that a schedule names, saved or not; by their ID where they have no row."""
    everyone = [_everyone()] if EVERYONE in schedule.user_ids else []
    wanted = [user_id for user_id in schedule.user_ids if user_id != EVERYONE]
    application = application_of(schedule)
    if application is None:
        return [*everyone, *(Choice(kind="member", id=user_id, name=user_id) for user_id in wanted)]
    company = application.corporation_id
    members = {one.id: one for one in named_choices(company, "member", wanted)}
    return [
        *everyone,
        *department_choices(departments(company).filter(number__in=schedule.department_numbers)),
        *tag_choices(tags(company).filter(number__in=schedule.tag_numbers)),
        *(members[user_id] for user_id in wanted),
    ]


def first_names(schedules: Sequence[Schedule], most: int) -> dict[int, list[str]]:
    """The names of the first recipients of each schedule, by its ID, with as many queries for one as for all."""
    default = Application.objects.filter(is_default=True).first()
    people = Member.objects.names(user_id for schedule in schedules for user_id in schedule.user_ids[:most])
    places = _by_number(Department, (number for schedule in schedules for number in schedule.department_numbers[:most]))
    tags = _by_number(Tag, (number for schedule in schedules for number in schedule.tag_numbers[:most]))
    named = {}
    for schedule in schedules:
        application = schedule.application or default
        company = application.corporation_id if application else 0
        names = [
            *(
                _everyone().name if key == EVERYONE else people.get((company, key), key)
                for key in schedule.user_ids[:most]
            ),
            *(places.get((company, number), f"#{number}") for number in schedule.department_numbers[:most]),
            *(tags.get((company, number), f"#{number}") for number in schedule.tag_numbers[:most]),
        ]
        named[schedule.pk] = names[:most]
    return named


def _by_number(model: type[Department] | type[Tag], numbers: Iterable[int]) -> dict[tuple[int, int], str]:
    rows: Iterable[Department | Tag] = model.objects.filter(number__in=set(numbers))
    return {(row.corporation_id, row.number): str(row) for row in rows}


def _everyone() -> Choice:
    return Choice(kind="member", id=EVERYONE, name=_("everyone in the visible range"), note=EVERYONE)
