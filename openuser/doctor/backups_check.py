"""Check of the backups."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.diagnosis import Check, Finding, bad, good, warn
from openuser.backup import passphrase, places
from openuser.backup.exceptions import BackupError

MISSED = 2  # a backup is late when the time for two has passed
LATE = timedelta(days=8)  # where cron makes them, at least once a week


class Backups(Check):
    """There is a backup that is not old, and a pass phrase for the next one."""

    id = "backup"
    title = gettext_lazy("Backup")
    after = ("settings",)

    def __init__(self, *, now: datetime | None = None) -> None:
        self._now = now

    def run(self) -> Finding:
        if not settings.BACKUP["TO"]:
            fault = _("No place for backups is set. If this machine is lost, all is lost.")
            remedy = _("Set OPENUSER_BACKUP_TO and OPENUSER_BACKUP_PASSPHRASE (docs/operations.md).")
            return warn("no_backup", fault, remedy=remedy)
        try:
            passphrase.configured()
            backups = places.stored(places.place_of(settings.BACKUP["TO"]))
        except (BackupError, OSError) as error:
            fault = _("Backups cannot be made (%s).") % getattr(error, "code", type(error).__name__)
            return bad("backup", fault, remedy=self._remedy())
        if not backups:
            return bad("no_backup", _("There is no backup yet."), remedy=self._remedy())
        when = timezone.localtime(backups[0].created_at)
        every = settings.BACKUP["EVERY_HOURS"]
        limit = timedelta(hours=MISSED * every) if every else LATE
        if when < (self._now or timezone.now()) - limit:
            fault = _("The newest backup is of %s.") % f"{when:%Y-%m-%d %H:%M}"
            return bad("old_backup", fault, remedy=self._remedy())
        fault = _("The newest backup is of %(when)s; there are %(count)d.")
        return good(fault % {"when": f"{when:%Y-%m-%d %H:%M}", "count": len(backups)})

    def _remedy(self) -> str:
        return _("Run “python3 manage.py backup”; it says what is missing.")
