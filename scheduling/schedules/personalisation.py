"""What is known of a member, by the names that the values of a video template may show: {{name}}, {{department}}."""

from collections.abc import Mapping

from core.text.slot_values import Slot
from scheduling.models import Schedule
from wecom.models import Application, Member

FACTS: Mapping[str, Slot] = {name: Slot(name=name) for name in ("name", "alias", "position", "department", "user_id")}
"""What may be known. A directory tells an application less than it knows: names are often missing."""


def facts(member: Member) -> dict[str, str]:
    """What is known of a member; "" where nothing is."""
    return {
        "name": member.name,
        "alias": member.alias,
        "position": member.position,
        "department": member.main_department.name if member.main_department else "",
        "user_id": member.user_id,
    }


def members_of(schedule: Schedule) -> dict[str, Member]:
    """The members of a schedule that had to do with its application, by their user ID."""
    application = schedule.application or Application.objects.filter(is_default=True).first()
    if application is None:
        return {}
    rows = Member.objects.filter(corporation=application.corporation_id, user_id__in=schedule.user_ids)
    return {member.user_id: member for member in rows.select_related("main_department")}
