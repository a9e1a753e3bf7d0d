"""The circumstances of a golden conversation besides its moment: the member it plays, their zone, the calendar.

Kept with it, because facts and calendars change, and it has to go the same way in a year.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from conversations.machine.formulas.values import Context, Value, works_on_weekdays

BEFORE, AFTER = timedelta(days=31), timedelta(days=400)  # the days around the moment whose calendar is kept


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """`zone` is "" for ours. `calendar` has the days that differ from Monday to Friday, and whether one works.
    `language` is the one that the flow speaks; "" for its own."""

    zone: str = ""
    language: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)
    calendar: Mapping[date, bool] = field(default_factory=dict)

    def context(self, moment: datetime) -> Context:
        """The values that the formulas of a replay know."""
        now = timezone.localtime(moment, ZoneInfo(self.zone) if self.zone else None)
        return Context(now=now, member=self.facts, works_on=self._works_on)

    def _works_on(self, day: date) -> bool:
        return self.calendar.get(day, works_on_weekdays(day))

    def to_json(self) -> dict[str, Any]:
        return {
            "zone": self.zone,
            "language": self.language,
            "facts": {name: _plain(value) for name, value in self.facts.items()},
            "calendar": {day.isoformat(): works for day, works in self.calendar.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Circumstances":
        """Those of a row; nothing in particular for one of before they were kept."""
        return cls(
            zone=data.get("zone", ""),
            language=data.get("language", ""),
            facts={name: _value(plain) for name, plain in data.get("facts", {}).items()},
            calendar={date.fromisoformat(day): works for day, works in data.get("calendar", {}).items()},
        )


def circumstances_of(context: Context, language: str = "") -> Circumstances:
    """The circumstances of a conversation that is played in this context, by a flow that speaks this language."""
    first, days = context.today - BEFORE, (BEFORE + AFTER).days
    around = (first + timedelta(days=number) for number in range(days))
    own = ZoneInfo(timezone.get_default_timezone_name())
    return Circumstances(
        zone=context.zone.key if isinstance(context.zone, ZoneInfo) and context.zone != own else "",
        language=language,
        facts=context.member,
        calendar={day: works for day in around if (works := context.works_on(day)) != works_on_weekdays(day)},
    )


def _plain(value: Value) -> Any:
    """A value for JSON; a kind that JSON lacks is named."""
    match value:
        case Decimal():
            return {"number": str(value)}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case tuple():
            return list(value)
    return value


def _value(plain: Any) -> Value:
    match plain:
        case {"number": written}:
            return Decimal(written)
        case {"moment": written}:
            return datetime.fromisoformat(written)
        case {"date": written}:
            return date.fromisoformat(written)
        case list():
            return tuple(plain)
    return plain  # type: ignore[no-any-return]
