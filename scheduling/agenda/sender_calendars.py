"""The applications of a calendar and the working days of their companies, each read once."""

from collections.abc import Iterable, Mapping
from datetime import date

from scheduling.business_calendar import Calendar, published_days
from scheduling.models import CalendarDay
from wecom.models import Application


class Applications:
    """All applications by key, and the default one. They may have been read already, with their corporations."""

    def __init__(self, rows: Iterable[Application] | None = None) -> None:
        every = Application.objects.select_related("corporation__sending_policy").order_by("pk")
        self.rows = {row.pk: row for row in (every if rows is None else rows)}
        self.default = next((row for row in self.rows.values() if row.is_default), None)
        self._known_days: dict[int | None, tuple[Calendar, Mapping[date, str]]] = {}

    def of(self, key: int | None) -> Application | None:
        """The application of this key; the default one without a key."""
        return self.rows.get(key) if key else self.default

    def company(self, key: int | None) -> int | None:
        application = self.of(key)
        return application.corporation_id if application else None

    def calendar(self, key: int | None) -> Calendar:
        """The working days of an application's company."""
        return self._days(key)[0]

    def holidays(self, key: int | None, since: date, until: date) -> Mapping[date, str]:
        """The names of the days in a span that differ from Monday to Friday, as the company or the State has them."""
        names = {day: name for day, (_works, name) in published_days().items()} | dict(self._days(key)[1])
        return {day: name for day, name in names.items() if since <= day <= until}

    def _days(self, key: int | None) -> tuple[Calendar, Mapping[date, str]]:
        company = self.company(key)
        if company not in self._known_days:
            self._known_days[company] = CalendarDay.objects.filter(corporation=company).calendar_and_names()
        return self._known_days[company]
