"""The condition of the calendar: messages on working days are about to stop."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openuser.incidents.conditions import Condition, Found
from openuser.models import Incident
from scheduling import services as scheduling

AHEAD = timedelta(days=45)


class DaysUnknown(Condition):
    """A year that a company does not know begins soon, and something needs its working days."""

    kind = Incident.Kind.DAYS_UNKNOWN

    def find(self, now: datetime) -> Iterator[Found]:
        this_year = timezone.localdate(now).year
        for unknown in scheduling.unknown_years(within=AHEAD, now=now):
            details = {"company": str(unknown.corporation), "year": unknown.year, "count": unknown.mailings}
            yield Found(
                subject=f"{unknown.corporation.pk}:{unknown.year}",
                details={**details, "begun": unknown.year <= this_year},
            )

    def words(self, incident: Incident) -> str:
        text = _("The working days of %(year)d are not known; %(count)d campaigns need them.")
        if not incident.details["begun"]:
            text = _("The working days of %(year)d are not known; %(count)d campaigns need them from 1 January on.")
        return str(text % incident.details)

    def remedy(self, incident: Incident) -> str:
        return _("Paste the State Council's notice under Working days and holidays. It is published in November.")

    def path(self, incident: Incident) -> str:
        return reverse("admin:scheduling_calendarday_import")

    @property
    def permission(self) -> str:
        return "scheduling.change_calendarday"
