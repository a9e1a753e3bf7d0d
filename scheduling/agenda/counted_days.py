"""Which runs of a span of time a calendar counts: all of a day, as long as they are not too many to wait for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from django.db import connection
from django.db.models import Q

from scheduling.models import CampaignRun

MOST_OF_A_DAY = 2_000
"""A campaign that goes out each minute has 1,440."""
# Of each day the moment of the first run that is one too many: an index has the moments in order. Django has no such
# statement; one for each day, joined by UNION, would take PostgreSQL longer to plan than to answer.
LOOK = """
SELECT days.number, (
    SELECT moment FROM {table}
    WHERE moment >= days.since AND moment < days.until ORDER BY moment LIMIT 1 OFFSET {most}
)
FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS days(since, until, number)
"""
Span = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class CountedDays:
    """The spans whose runs are counted, and the days of which these are not all."""

    spans: Sequence[Span]
    cut: frozenset[date] = field(default_factory=frozenset)

    @property
    def condition(self) -> Q:
        """The condition for runs whose moment lies in them."""
        condition = Q()
        for since, until in self.spans:
            condition |= Q(moment__gte=since, moment__lt=until)
        return condition


def counted_days(since: date, until: date, zone: tzinfo) -> CountedDays:
    """Those among these days. On SQLite all days have all runs."""
    days = list(_days(since, until, zone))
    return _counted(days, _ends(days) if connection.vendor == "postgresql" else {})


def _ends(days: Sequence[Span]) -> Mapping[int, datetime]:
    """The moments from which on a day has too many runs, by the number of the day."""
    table = connection.ops.quote_name(CampaignRun._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            LOOK.format(table=table, most=MOST_OF_A_DAY), [[day[0] for day in days], [day[1] for day in days]]
        )
        return {number - 1: end for number, end in cursor.fetchall() if end is not None}


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
