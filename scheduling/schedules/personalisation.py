"""Facts about a member that the values of variables can use, {{name}} or {{department}}, and the scripts with them."""

from collections.abc import Collection, Iterator, Mapping

from avatars import services as avatars
from conversations import services as conversations
from core.text.slot_values import Slot
from scheduling.models import Schedule
from wecom.models import Application, Member

FACTS: Mapping[str, Slot] = {name: Slot(name=name) for name in ("name", "alias", "position", "department", "user_id")}
"""The facts that can be known. Names are often missing, because WeChat Work limits what applications may read."""


def member_facts(member: Member) -> dict[str, str]:
    """The facts about a member; "" for unknown ones."""
    return {
        "name": member.name,
        "alias": member.alias,
        "position": member.position,
        "department": member.main_department.name if member.main_department else "",
        "user_id": member.user_id,
    }


def known_members(schedule: Schedule, user_ids: Collection[str]) -> dict[str, Member]:
    """The members among these that have a row, by user ID."""
    application = _application(schedule)
    if application is None:
        return {}
    rows = Member.objects.filter(corporation=application.corporation_id, user_id__in=user_ids)
    return {member.user_id: member for member in rows.select_related("main_department")}


def scripts_of(
    schedule: Schedule, source: avatars.VideoSource, user_ids: Collection[str]
) -> Iterator[tuple[Member, avatars.PersonalScript]]:
    """The script for each member in their language, also for those without a row."""
    known, application = known_members(schedule, user_ids), _application(schedule)
    languages = conversations.languages_with(known.values(), application=application) if application else {}
    for user_id in user_ids:
        member = known.get(user_id) or Member(user_id=user_id)
        language = languages.get(user_id, "")
        facts = member_facts(member)
        yield member, avatars.personalise(source, schedule.values, facts=facts, slots=FACTS, language=language)


def _application(schedule: Schedule) -> Application | None:
    return schedule.application or Application.objects.filter(is_default=True).first()
