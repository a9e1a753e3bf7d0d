"""Members with a day each, as a person or a program writes them: leavers, and joiners with the day of their event."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from django.utils.translation import gettext as _

from scheduling.exceptions import SchedulingError
from wecom.models import Application, Member

ENTRY = re.compile(r"(?P<user_id>[^\s=:]+)\s*[=:\s]\s*(?P<day>\S+)")


def read_member_days(text: str, *, field: str) -> dict[str, date]:
    """The days in “zhangsan 2026-12-24, lisi=2026-12-31”, by user ID. Raises `SchedulingError` for other words."""
    entries = (entry.strip() for entry in re.split(r"[,，;；\n]", text))
    return dict(_entry(entry, field) for entry in entries if entry)


def keys_of(days: Mapping[str, date], application: Application, *, field: str) -> dict[int, date]:
    """The days by the key of each member; raises `SchedulingError` for one who is not in the directory."""
    wanted = {user_id.lower(): day for user_id, day in days.items()}
    rows = Member.objects.filter(corporation=application.corporation_id, user_id__in=wanted)
    keys = {member.user_id: member.pk for member in rows.only("pk", "user_id")}
    for user_id in sorted(wanted.keys() - keys.keys()):
        fault = _("No member has the user ID “%s”.") % user_id
        raise SchedulingError(fault, code="member_unknown", field=field, remedy=_("Check the user ID."))
    return {keys[user_id]: day for user_id, day in wanted.items()}


def _entry(text: str, field: str) -> tuple[str, date]:
    match = ENTRY.fullmatch(text)
    if match is not None:
        with suppress(ValueError):  # such as 24.12.2026
            return match["user_id"].lower(), date.fromisoformat(match["day"])
    fault = _("“%(entry)s” is no member with a day.") % {"entry": text}
    remedy = _("Write a user ID and the day, such as zhangsan 2026-12-24, with commas between them.")
    raise SchedulingError(fault, code="member_day_form", field=field, remedy=remedy)
