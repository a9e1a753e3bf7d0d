"""Check of members who left and are not erased."""

from itertools import islice

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.diagnosis import Check, Finding, good, warn
from wecom import services as wecom

SHOWN = 5


class Leavers(Check):
    """Members who left are erased after their retention."""

    id = "leavers"
    title = gettext_lazy("Members who left")
    after = ("database", "migrations")

    def run(self) -> Finding:
        days = settings.RETENTION["LEAVERS_DAYS"]
        if days <= 0:
            return good(_("They are not erased by themselves (OPENUSER_ERASE_LEAVERS_DAYS)."))
        kept = list(islice(wecom.kept_leavers(), SHOWN))
        if not kept:
            return good(_("They are erased %g days after they left.") % days)
        names = ", ".join(member.user_id for member, _reasons in kept)
        fault = _("Left more than %(days)g days ago and not erased: %(names)s.") % {"days": days, "names": names}
        return warn("leavers_kept", fault, remedy=" ".join(dict.fromkeys(reason for _m, all in kept for reason in all)))
