"""Retention: deletes rows that have passed the days of their kind, and files that no row needs any more."""

from django.utils import timezone

from avatars import services as avatars
from core.metrics import rows
from core.personal_data import retention
from core.storage import erasures
from openuser.incidents import incident_watch
from wecom import services as wecom


def delete_expired() -> None:
    """Delete rows and files that have passed their retention."""
    wecom.note_key_proofs()
    retention.expire_all(now=timezone.now())
    wecom.erase_leavers()
    incident_watch.delete_old()
    rows.delete_old_levels()
    avatars.clean_up()
    erasures.delete_old(now=timezone.now())
