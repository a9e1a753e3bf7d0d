"""Conditions of the machine on which they are asked, and of the accounts of staff."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from axes.models import AccessFailureLog
from django.urls import reverse
from django.utils.translation import gettext as _

from core.storage import disk
from core.work import process_identity
from openuser.incidents.conditions import Condition, Found
from openuser.models import Incident
from wecom import services as wecom


class OfMachine(Condition):
    """A condition of one machine, which only its own workers can see."""

    def knows(self, subject: str) -> bool:
        return subject == process_identity.host()

    def path(self, incident: Incident) -> str:
        return reverse("doctor")

    @property
    def permission(self) -> str:
        return "wecom.change_outbound"


class DiskFull(OfMachine):
    """A disk has no room."""

    kind = Incident.Kind.DISK

    def find(self, now: datetime) -> Iterator[Found]:
        full = next((volume for volume in disk.disks() if volume.is_full), None)
        if full is not None:
            details = {"host": process_identity.host(), "folder": str(full.folder), "free": full.free}
            yield Found(subject=process_identity.host(), details=details)

    def words(self, incident: Incident) -> str:
        return str(_("On %(host)s only %(free)d MB are free in %(folder)s. Videos wait.") % incident.details)

    def remedy(self, incident: Incident) -> str:
        return _("Free some space, shorten the retention of videos, or move MEDIA_ROOT to a larger disk.")


class Spooled(OfMachine):
    """Callbacks lie on a disk, though this worker reaches the database."""

    kind = Incident.Kind.SPOOL
    longest = timedelta(seconds=60)

    def find(self, now: datetime) -> Iterator[Found]:
        waiting = wecom.spooled_callbacks(now)
        if waiting.set_aside or waiting.oldest_seconds > self.longest.total_seconds():
            details = {"host": process_identity.host(), "count": waiting.count + waiting.set_aside}
            yield Found(subject=process_identity.host(), details=details)

    def words(self, incident: Incident) -> str:
        return str(_("%(count)d callbacks lie on the disk of %(host)s and are not in the database.") % incident.details)

    def remedy(self, incident: Incident) -> str:
        return _("Let the doctor of that machine say why, restart its web process and read its log. Keep the files.")


class Logins(Condition):
    """Many log-ins fail, as when passwords are guessed."""

    kind = Incident.Kind.LOGINS
    least = 20

    def find(self, now: datetime) -> Iterator[Found]:
        count = AccessFailureLog.objects.filter(attempt_time__gte=now - timedelta(minutes=10)).count()
        if count >= self.least:
            yield Found(details={"count": count})

    def words(self, incident: Incident) -> str:
        return str(_("%(count)d log-ins with a wrong password within ten minutes.") % incident.details)

    def remedy(self, incident: Incident) -> str:
        return _("Log-ins are paused by account and address. Ask the owners; require a second factor.")

    def path(self, incident: Incident) -> str:
        return reverse("admin:auth_user_changelist")

    @property
    def permission(self) -> str:
        return "auth.view_user"
