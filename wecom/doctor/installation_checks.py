"""The checks of an installation before any application: keys of a good shape, an application, and leave to send."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.diagnosis import Check, Finding, bad, good, warn
from wecom.callbacks.spool import folder as spool
from wecom.doctor import credential_formats
from wecom.models import Application
from wecom.restore import guard as restore_guard

VARIABLES = {
    "corp_id": "WECHAT_CORP_ID",
    "agent_id": "WECHAT_AGENT_ID",
    "secret": "WECHAT_CORP_SECRET",
    "token": "WECHAT_TOKEN",
    "encoding_aes_key": "WECHAT_ENCODING_AES_KEY",
}


class KeyShapes(Check):
    """The WECHAT_* variables look as they should."""

    id = "keys"
    title = gettext_lazy("Keys in the environment")

    def run(self) -> Finding:
        values = environment()
        if not any(values.values()):
            return good(_("None is set; applications are connected in the admin."))
        flaws = credential_formats.credential_flaws(values)
        if not flaws:
            return good(_("All five WECHAT_* values have the right shape."))
        names = ", ".join(VARIABLES[flaw.field] for flaw in flaws)
        first = flaws[0]
        fault = _("%(names)s: wrong shape or missing. %(words)s") % {"names": names, "words": first.words}
        remedy = _("Copy the value once more into .env or the environment, then run “python3 manage.py migrate”.")
        return bad(f"shape_{first.field}", fault, remedy=remedy, where=str(first.where))


class Connected(Check):
    """There is an application at all."""

    id = "application"
    title = gettext_lazy("Application")
    after = ("database", "migrations")

    def run(self) -> Finding:
        count = Application.objects.filter(enabled=True).count()
        if not count:
            remedy = _("Set the WECHAT_* variables and run “python3 manage.py migrate”, or add one in the admin.")
            where = _("Admin → WeChat Work → Applications → Add")
            return bad("none", _("No WeChat Work application is connected."), remedy=remedy, where=where)
        if not Application.objects.filter(enabled=True, is_default=True).exists():
            fault = _("No application is the default one: programs that name none cannot send.")
            return warn("no_default", fault, where=_("Admin → WeChat Work → Applications → Default"))
        return good(ngettext("%d application is connected.", "%d applications are connected.", count) % count)


class Spooled(Check):
    """No callback of this machine waits for the database."""

    id = "spool"
    title = gettext_lazy("Callbacks that wait for the database")
    after = ("settings",)

    def run(self) -> Finding:
        now = timezone.now()
        waiting = spool.waiting(now)
        if not spool.takes_callbacks():
            fault = _("The folder %s cannot be written: without the database, callbacks are lost.")
            remedy = _("Make room on its disk, or let the user of the web process write there (OPENUSER_SPOOL_DIR).")
            return bad("unwritable", fault % settings.WECOM["SPOOL_DIR"], remedy=remedy)
        if waiting.set_aside:
            fault = ngettext(
                "%(count)d callback could not be recorded and lies in a file *.broken in %(folder)s.",
                "%(count)d callbacks could not be recorded and lie in files *.broken in %(folder)s.",
                waiting.set_aside,
            ) % {"count": waiting.set_aside, "folder": settings.WECOM["SPOOL_DIR"]}
            remedy = _(
                "Half a line comes from a process that was killed: delete its file. Whole lines belong to an "
                "application that you deleted, or to another version of OpenUser. Install that version, remove "
                ".broken from the name of the file, and restart the web process."
            )
            return warn("set_aside", fault, remedy=remedy)
        if not waiting.count:
            return good(_("None waits on the disk of this machine."))
        since = now - timedelta(seconds=waiting.oldest_seconds)
        fault = ngettext(
            "Since %(since)s %(count)d callback waits on the disk of this machine until the database is back.",
            "Since %(since)s %(count)d callbacks wait on the disk of this machine until the database is back.",
            waiting.count,
        ) % {"count": waiting.count, "since": timezone.localtime(since).strftime("%Y-%m-%d %H:%M")}
        remedy = _(
            "Start the database; a second later the web process records them. If they stay, restart the web process "
            "and read its log. Do not delete the files in OPENUSER_SPOOL_DIR: WeChat Work does not send them again."
        )
        return warn("waiting", fault, remedy=remedy)


class MaySend(Check):
    """No restored or copied database waits for a person before it sends."""

    id = "restore-hold"
    title = gettext_lazy("Restore guard")
    after = ("database", "migrations")

    def run(self) -> Finding:
        held = restore_guard.restore_hold()
        if held is None:
            return good(_("Nothing waits for a person to confirm this database."))
        fault = _("Nothing is sent: %s.") % held.get_held_because_display()
        remedy = _(
            "Say whether to send what waits or to discard it: there, or by “python3 manage.py release_restore_hold”."
        )
        return bad(held.held_because, fault, remedy=remedy, where=_("Admin → WeChat Work → Restore guard"))


def environment() -> dict[str, str]:
    """The WECHAT_* values by the names of the fields, as they were given."""
    configured = settings.WECOM
    return {
        "corp_id": configured["CORP_ID"],
        "agent_id": str(configured["AGENT_ID"] or configured["AGENT_ID_AS_GIVEN"]),
        "secret": configured["CORP_SECRET"],
        "token": configured["TOKEN"],
        "encoding_aes_key": configured["ENCODING_AES_KEY"],
    }
