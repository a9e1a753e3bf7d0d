"""Check of the tables of working days."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.diagnosis import Check, Finding, good, warn
from scheduling import services as scheduling


class WorkingDays(Check):
    """Every year that a campaign or series needs has its working days and holidays."""

    id = "working_days"
    title = gettext_lazy("Working days")
    after = ("database", "migrations")

    def __init__(self, *, now: datetime | None = None) -> None:
        self._now = now

    def run(self) -> Finding:
        unknown = scheduling.unknown_years(now=self._now)
        if not unknown:
            return good(_("All years that campaigns need are known."))
        names = ", ".join(f"{year.year} ({year.corporation}, {year.mailings})" for year in unknown)
        fault = _("Years without a table of working days, with company and number of campaigns: %s.")
        fault %= names
        remedy = _("Import the list that the State Council publishes in November. Until then they are held.")
        return warn("working_days", fault, remedy=remedy)
