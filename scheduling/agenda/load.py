"""How much goes out on each day, for each application, beside WeChat Work's limits. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, tzinfo

from scheduling.agenda.agenda_entries import Entry, Load


def loads(
    entries: Iterable[Entry], *, zone: tzinfo, names: Mapping[int, str], limits: Mapping[int, int]
) -> Mapping[date, tuple[Load, ...]]:
    """The load of each day that has entries; an entry that comes often on a day spreads over its hours."""
    recipients: dict[tuple[date, int], int] = defaultdict(int)
    calls: dict[tuple[date, int], int] = defaultdict(int)
    hours: dict[tuple[date, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for entry in entries:
        if entry.application is None or not entry.recipients:
            continue
        day, first = entry.at.astimezone(zone).date(), entry.at.astimezone(zone).hour
        key = (day, entry.application)
        recipients[key] += entry.recipients
        calls[key] += entry.calls
        last = entry.last.astimezone(zone).hour if entry.last else first
        span = range(first, max(first, last) + 1)
        for hour in span:
            hours[key][hour] += -(-entry.recipients // len(span))
    loads_of: dict[date, list[Load]] = defaultdict(list)
    for (day, application), count in sorted(recipients.items()):
        loads_of[day].append(
            Load(
                application=application,
                name=names.get(application, ""),
                recipients=count,
                calls=calls[day, application],
                limit=limits.get(application, 0),
                hours=dict(hours[day, application]),
            )
        )
    return {day: tuple(of_day) for day, of_day in loads_of.items()}
