"""To whom a schedule goes: members by user ID, department, tag or all, without those who cannot be reached."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from conversations import services as conversations
from scheduling.exceptions import SchedulingError
from scheduling.models import EVERYONE, Schedule
from scheduling.segments.departments import Departments
from wecom.models import Application, Member, Tag


@dataclass(frozen=True, kw_only=True)
class Audience:
    """The user IDs that get it, sorted, and those that do not.

    Each of these has `left`, `out_of_range`, `opted_out` or `unknown`.
    """

    user_ids: tuple[str, ...]
    unreached: Mapping[str, str]


def audience_of(schedule: Schedule) -> Audience:
    """The members of a schedule as the directory has them now. Makes no call."""
    application = application_of(schedule)
    named = {user_id for user_id in schedule.user_ids if user_id != EVERYONE}
    if application is None:
        return Audience(user_ids=tuple(sorted(named)), unreached={})
    wanted = (
        named | _of_departments(application, schedule.department_numbers) | _of_tags(application, schedule.tag_numbers)
    )
    # All are those in range, so that nobody of them is out of it.
    if EVERYONE in schedule.user_ids:
        wanted |= _ids(
            Member.objects.filter(application_members__application=application, application_members__in_range=True)
        )
    unreached = conversations.find_unreached(sorted(wanted), application=application)
    unreached = dict.fromkeys(_muting(schedule, application, wanted), "opted_out") | unreached
    return Audience(user_ids=tuple(sorted(wanted - set(unreached))), unreached=unreached)


def application_of(schedule: Schedule) -> Application | None:
    """The application that sends it: its own, or the default one."""
    return schedule.application or Application.objects.filter(is_default=True).first()


def check_size(count: int) -> None:
    """Raise `SchedulingError` for more members than a schedule may have."""
    most = settings.SCHEDULING["MAX_MEMBERS"]
    if count > most:
        words = _("There are %(count)d members; a schedule may have %(most)d.") % {"count": count, "most": most}
        remedy = _("Share them among several schedules.")
        raise SchedulingError(words, code="members_too_many", field="user_ids", remedy=remedy)


def _muting(schedule: Schedule, application: Application, user_ids: Collection[str]) -> set[str]:
    if schedule.topic_id is None:
        return set()
    rows = Member.objects.filter(corporation=application.corporation_id, user_id__in=user_ids)
    known = dict(rows.values_list("pk", "user_id"))
    return {known[key] for key in conversations.muting(schedule.topic_id, known)}


def _of_departments(application: Application, numbers: Collection[int]) -> set[str]:
    if not numbers:
        return set()
    keys = Departments(application.corporation_id).keys(numbers)
    return _ids(Member.objects.filter(memberships__department__in=keys))


def _of_tags(application: Application, numbers: Collection[int]) -> set[str]:
    tags = Tag.objects.filter(corporation=application.corporation_id, number__in=numbers, gone_at=None)
    places: Iterable[int] = tags.values_list("departments__number", flat=True).exclude(departments=None)
    return _ids(Member.objects.filter(tags__in=tags)) | _of_departments(application, list(places))


def _ids(members: QuerySet[Member]) -> set[str]:
    return set(members.exclude(status=Member.Status.LEFT).values_list("user_id", flat=True))
