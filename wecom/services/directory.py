"""Who is in the company: members, what changes of them, and reading the whole of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from wecom.directory import change_events, members, sync
from wecom.exceptions import ContentError
from wecom.models import Application, DirectorySync, Member
from wecom.outbox.enqueue import current_application


def get_or_create_member(application: Application, user_id: str) -> Member:
    """The member with this user ID, made on first contact."""
    found, _ = Member.objects.get_or_create(corporation=application.corporation, user_id=user_id.lower())
    return found


@transaction.atomic
def add_member(user_id: str, *, name: str = "", application: Application | None = None) -> Member:
    """A new member. Raises `ContentError` where there is one with this user ID."""
    corporation = (application or current_application()).corporation
    found, created = Member.objects.get_or_create(
        corporation=corporation, user_id=user_id.lower(), defaults={"name": name}
    )
    if not created:
        remedy = f"Change member {found.pk} instead."
        raise ContentError("There is a member with this user ID.", code="unique", field="user_id", remedy=remedy)
    return found


@transaction.atomic
def sync_directory(application: Application | None = None) -> DirectorySync:
    """Read departments, members and tags anew, as far as the application sees them; the sync that does it.

    One that waits or runs already will do. The contacts assistant only tells user IDs.
    """
    return sync.request_sync(application or current_application())


def sync_due_directories(now: datetime | None = None) -> int:
    """Queue a sync of each application that had none within `DIRECTORY_SYNC_HOURS`. Returns how many."""
    hours = settings.WECOM["DIRECTORY_SYNC_HOURS"]
    return sync.request_due_syncs(timedelta(hours=hours), now) if hours else 0


def apply_contact_change(application: Application, change_type: str, fields: Mapping[str, str]) -> None:
    """Apply a `change_contact` event, by its type and fields; what it leaves out is looked up afterwards."""
    change_events.apply_contact_change(application, change_type, fields)


def enter_range(application: Application, user_id: str) -> None:
    """Somebody was given the application: they can be reached, and are looked up."""
    change_events.enter_range(application, user_id)


def leave_range(application: Application, user_id: str) -> None:
    """Somebody lost the application: they cannot be reached; whether they left the company is looked up."""
    change_events.leave_range(application, user_id)


def mark_in_range(application: Application, user_id: str) -> None:
    """Somebody wrote: they can be reached, whatever was known before."""
    members.mark_in_range(application, user_id)
