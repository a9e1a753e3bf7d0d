"""Check of quiet hours: companies from before the update that have not decided on them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.diagnosis import Check, Finding, good, warn
from scheduling import services as scheduling


class QuietHours(Check):
    """Every company has quiet hours, or has decided that it wants none."""

    id = "quiet_hours"
    title = gettext_lazy("Quiet hours")
    after = ("database", "migrations")

    def run(self) -> Finding:
        undecided = scheduling.undecided_policies()
        if not undecided:
            return good(_("Every company has decided whether campaigns may go out at night."))
        names = ", ".join(str(policy.corporation) for policy in undecided)
        fault = _("Campaigns of these companies may go out at any hour of the night: %s.") % names
        remedy = _("Answer the question on the admin's home page. Declining is an answer, too.")
        return warn("quiet_hours", fault, remedy=remedy)
