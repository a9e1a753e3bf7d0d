"""Which members a message would reach, by the directory as it was read. Makes no calls."""

from collections.abc import Sequence

from django.utils.translation import gettext

from wecom.client.handler_context import current_application
from wecom.directory import member_rows
from wecom.exceptions import ContentError
from wecom.models import Application


def find_unreachable(user_ids: Sequence[str], *, application: Application | None = None) -> dict[str, str]:
    """The members among these who are known to be unreachable, with "left" or "out_of_range". Makes no call."""
    return member_rows.find_unreachable(application or current_application(), [user_id.lower() for user_id in user_ids])


def find_unknown(user_ids: Sequence[str], *, application: Application | None = None) -> list[str]:
    """The user IDs among these that the directory does not have; [] until it was read. Makes no call."""
    return member_rows.find_unknown(application or current_application(), [user_id.lower() for user_id in user_ids])


def check_reachable(user_id: str, *, application: Application | None = None) -> None:
    """Raise `ContentError` for a member who is unknown or unreachable: a message to them would fail."""
    if find_unknown([user_id], application=application):
        fault = gettext("The directory has no member with the user ID %s.") % user_id
        remedy = gettext("Check the spelling. If the member is new, sync the directory first.")
        raise ContentError(fault, code="unknown_member", field="to", remedy=remedy)
    flaw = find_unreachable([user_id], application=application).get(user_id.lower())
    if flaw == "left":
        fault = gettext("%s has left the company.") % user_id
        remedy = gettext("Choose another member; if this one is back, sync the directory first.")
        raise ContentError(fault, code=flaw, field="to", remedy=remedy)
    if flaw:
        fault = gettext("%s is not in the application's visible range.") % user_id
        remedy = gettext("Add them to it in the console (可见范围), then sync the directory.")
        raise ContentError(fault, code=flaw, field="to", remedy=remedy)
