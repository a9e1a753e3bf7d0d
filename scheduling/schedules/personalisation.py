"""Facts about a member that the values of a video template can use: {{name}}, {{department}}."""

from collections.abc import Collection, Mapping

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
    application = schedule.application or Application.objects.filter(is_default=True).first()
    if application is None:
        return {}
    rows = Member.objects.filter(corporation=application.corporation_id, user_id__in=user_ids)
    return {member.user_id: member for member in rows.select_related("main_department")}
