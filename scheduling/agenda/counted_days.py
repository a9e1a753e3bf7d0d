"""Which runs of a span of time a calendar counts: all of a day, as long as they are not too many to wait for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from django.db import connection
from django.db.models import Model, Q

MOST_OF_A_DAY = 2_000
"""Runs of campaigns, or of schedules. One each minute has 1,440."""
# Of each day and kind the moment of the first run that is one too many: an index has the moments in order. Django has
# no such statement; one for each day, joined by UNION, would take PostgreSQL longer to plan than to answer.
LOOK = """
SELECT days.number, {ends}
FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS days(since, until, number)
"""
END = """
(SELECT {at} FROM {table} WHERE {at} >= days.since AND {at} < days.until ORDER BY {at} LIMIT 1 OFFSET {most})
"""
Span = tuple[datetime, datetime]
Kind = tuple[type[Model], str]
"""Runs, and the column that has their moment."""


@dataclass(frozen=True, kw_only=True)
class CountedDays:
    """The spans whose runs are counted, and the days of which these are not all."""

    spans: Sequence[Span]
    cut: frozenset[date] = field(default_factory=frozenset)

    def among(self, at: str) -> Q:
        """The condition for runs whose moment `at` lies in them."""
        condition = Q()
        for since, until in self.spans:
            condition |= Q(**{f"{at}__gte": since, f"{at}__lt": until})
        return condition


def counted_days(kinds: Sequence[Kind], since: date, until: date, zone: tzinfo) -> list[CountedDays]:
    """Those of each kind of runs; one statement looks at all of them. On SQLite all days have all runs."""
    days = list(_days(since, until, zone))
    ends: Sequence[Mapping[int, datetime]] = [{} for _kind in kinds]
    if connection.vendor == "postgresql":
        ends = _ends(kinds, days)
    return [_counted(days, of_kind) for of_kind in ends]


def _ends(kinds: Sequence[Kind], days: Sequence[Span]) -> Sequence[Mapping[int, datetime]]:
    """For each kind the moments from which on a day has too many runs, by the number of the day."""
    quote = connection.ops.quote_name
    looks = [END.format(at=quote(at), table=quote(model._meta.db_table), most=MOST_OF_A_DAY) for model, at in kinds]
    with connection.cursor() as cursor:
        cursor.execute(LOOK.format(ends=", ".join(looks)), [[day[0] for day in days], [day[1] for day in days]])
        rows = cursor.fetchall()
    return [{number - 1: ends[kind] for number, *ends in rows if ends[kind]} for kind in range(len(kinds))]


def _counted(days: Sequence[Span], ends: Mapping[int, datetime]) -> CountedDays:
    """Days one after another are one span, up to the end of one that is cut."""
    spans: list[Span] = []
    begin = days[0][0]
    for number, (_since, until) in enumerate(days):
        if number in ends:
            spans.append((begin, ends[number]))
            begin = until
    if begin < days[-1][1]:
        spans.append((begin, days[-1][1]))
    return CountedDays(spans=spans, cut=frozenset(days[number][0].date() for number in ends))


def _days(since: date, until: date, zone: tzinfo) -> Iterator[Span]:
    for number in range((until - since).days + 1):
        first = since + timedelta(days=number)
        yield (datetime.combine(first, time(), zone), datetime.combine(first + timedelta(days=1), time(), zone))
