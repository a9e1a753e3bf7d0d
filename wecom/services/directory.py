"""Members of the company, who of them can be reached, and the sync of the whole directory."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from wecom.directory import members, sync
from wecom.exceptions import ContentError
from wecom.models import Application, DirectorySync, Member
from wecom.outbox.handler_context import current_application
from wecom.signals import Author, language_chosen


def get_or_create_member(application: Application, user_id: str) -> Member:
    """The member with this user ID, created on first contact."""
    member, _ = Member.objects.get_or_create(corporation=application.corporation, user_id=user_id.lower())
    return member


@transaction.atomic
def add_member(
    user_id: str, *, name: str = "", pinyin: str = "", language: str = "", application: Application | None = None
) -> Member:
    """Add a member. Raises `ContentError` if the user ID exists."""
    corporation = (application or current_application()).corporation
    values = {"name": name, "pinyin": pinyin, "language": language}
    member, created = Member.objects.get_or_create(corporation=corporation, user_id=user_id.lower(), defaults=values)
    if not created:
        remedy = f"Change member {member.pk} instead."
        raise ContentError("There is a member with this user ID.", code="unique", field="user_id", remedy=remedy)
    return member


@transaction.atomic
def change_member(
    member: Member,
    *,
    name: str | None = None,
    pinyin: str | None = None,
    language: str | None = None,
    author: Author | None = None,
) -> Member:
    """Set the given fields, checked by `Member.clean`. A new language is announced by `language_chosen`."""
    wished = {"name": name, "pinyin": pinyin, "language": language}
    values = {field: value for field, value in wished.items() if value is not None}
    before = Member.objects.filter(pk=member.pk).values_list("language", flat=True).first()
    for field, value in values.items():
        setattr(member, field, value)
    member.save(update_fields=list(values))
    if language is not None and language != before:
        language_chosen.send(Member, before={member.pk: before or ""}, author=author)
    return member


@transaction.atomic
def sync_directory(application: Application | None = None) -> DirectorySync:
    """Queue a sync of the departments, members and tags that the application sees; or the sync that waits or runs.

    Through the contacts assistant it reads user IDs only.
    """
    return sync.request_sync(application or current_application())


def request_first_sync(application: Application) -> None:
    """Queue the first sync of an application, unless `DIRECTORY_SYNC_HOURS` switches syncs off."""
    if settings.WECOM["DIRECTORY_SYNC_HOURS"]:
        sync.request_first_sync(application)


def sync_due_directories(now: datetime | None = None) -> int:
    """Queue a sync of each application that had none within `DIRECTORY_SYNC_HOURS`. Returns how many."""
    hours = settings.WECOM["DIRECTORY_SYNC_HOURS"]
    return sync.request_due_syncs(timedelta(hours=hours), now) if hours else 0


def find_unreachable(user_ids: Sequence[str], *, application: Application | None = None) -> dict[str, str]:
    """The members among these who are known to be unreachable, with "left" or "out_of_range". Makes no call."""
    return members.find_unreachable(application or current_application(), [user_id.lower() for user_id in user_ids])


def find_unknown(user_ids: Sequence[str], *, application: Application | None = None) -> list[str]:
    """The user IDs among these that the directory does not have; [] until it was read. Makes no call."""
    return members.find_unknown(application or current_application(), [user_id.lower() for user_id in user_ids])


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
