"""Everything that goes out, or went out, in a span of days."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import get_language

from conversations import services as conversations
from core.storage import lenient_cache
from scheduling.agenda import past, planned, series_turns
from scheduling.agenda.agenda_entries import Agenda, Day, Entry, Load, State
from scheduling.agenda.agenda_filters import Filters, searched
from scheduling.agenda.conflicts import with_conflicts
from scheduling.agenda.estimates import Estimates
from scheduling.agenda.load import loads
from scheduling.agenda.sender_calendars import Applications
from wecom.models import Application

COUNTING_SECONDS = 4.0
FORECAST_SECONDS = 60
SATURDAY = 5
STEPS_AHEAD = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Peak:
    """The day on which an application sends the most, and when all of that would be through; None if unknown."""

    day: date
    load: Load
    through_at: datetime | None
    why: str


def upcoming(
    since: date,
    until: date,
    filters: Filters | None = None,
    *,
    now: datetime | None = None,
    seconds: float = COUNTING_SECONDS,
    applications: Applications | None = None,
) -> Agenda:
    """The days from `since` to `until`, both included, in the current time zone.

    Conflicts and quotas consider everything that goes out, with the entries that the filters hide. Audiences that were
    not counted lately are counted for at most so many seconds; `Agenda.uncounted` says how many are left.
    `applications` are all, where a caller has read them.
    """
    now, filters, zone = now or timezone.now(), filters or Filters(), timezone.get_current_timezone()
    begin = datetime.combine(since, time(), zone)
    end = datetime.combine(until + timedelta(days=1), time(), zone)
    applications = applications or Applications()
    estimates = Estimates(applications, today=timezone.localdate(now), seconds=seconds)
    ahead = {"now": now, "since": begin, "until": end}
    runs, cut = past.runs(applications, since, until, zone)
    campaigns = planned.open_campaigns(applications)
    entries = [
        *runs,
        *planned.planned_campaigns(campaigns, applications, **ahead),
        *series_turns.planned_steps(campaigns, applications, now=now, since=begin, until=end),
    ]
    entries = [_counted(entry, estimates) for entry in sorted(entries, key=lambda item: (item.at, item.name, item.key))]
    entries = with_conflicts(entries, applications, estimates.overlap, now=now)
    names = {key: row.name for key, row in applications.rows.items()}
    limits = {key: conversations.daily_limit(row) for key, row in applications.rows.items()}
    of_days = loads(entries, zone=zone, names=names, limits=limits)
    matcher = searched(filters)
    undated = [_counted(draft, estimates) for draft in planned.undated_campaigns(campaigns, applications)]
    shown: dict[date, list[Entry]] = {}
    for entry in entries:
        if filters.shows(entry) and matcher.has(entry):
            shown.setdefault(entry.at.astimezone(zone).date(), []).append(entry)
    days = [
        replace(
            day,
            entries=tuple(shown.get(day.date, ())),
            loads=of_days.get(day.date, ()),
            is_cut=day.date in cut,
        )
        for day in _empty_days(applications, filters.application, since, until)
    ]
    return Agenda(
        days=tuple(days),
        undated=tuple(draft for draft in undated if filters.shows(draft) and matcher.has(draft)),
        uncounted=estimates.uncounted,
        senders=applications.rows,
    )


def next_entries(
    most: int,
    *,
    campaigns: bool = True,
    series: bool = True,
    senders: Iterable[Application] | None = None,
    now: datetime | None = None,
) -> list[Entry]:
    """The next automatic sendings, soonest first; of each campaign and step the next moment.

    Steps of series are looked for in the next two weeks. Counts no audiences. `senders` are all applications with their
    corporations, where a caller has read them.
    """
    now, applications = now or timezone.now(), Applications(senders)
    entries = planned.next_of_campaigns(applications, most, now=now) if campaigns else []
    if series:
        entries += series_turns.next_steps(applications, now=now, until=now + STEPS_AHEAD)
    by_campaign: dict[int, Entry] = {}
    for entry in sorted(entries, key=lambda item: (item.at, item.name, item.key)):
        if entry.state == State.SCHEDULED:
            by_campaign.setdefault(entry.key, entry)
    return list(by_campaign.values())[:most]


def peaks(agenda: Agenda, *, now: datetime | None = None, only_kept: bool = False) -> list[Peak] | None:
    """For each application the fullest day that is not over, with a forecast within WeChat Work's quotas.

    Forecasts are kept for a minute; with `only_kept` none is made, and where one is missing the answer is None.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    fullest: dict[int, tuple[date, Load]] = {}
    for day in agenda.days:
        for load in day.loads if day.date >= today else ():
            if load.application not in fullest or load.recipients > fullest[load.application][1].recipients:
                fullest[load.application] = (day.date, load)
    busiest = []
    for key, (date_, load) in fullest.items():
        peak = _kept_peak(agenda.senders[key], date_, load, now, only_kept=only_kept)
        if peak is None:
            return None
        busiest.append(peak)
    return busiest


def _kept_peak(application: Application, day: date, load: Load, now: datetime, *, only_kept: bool) -> Peak | None:
    begins = timezone.make_aware(datetime.combine(day, time(min(load.hours))))

    def find() -> Peak | None:
        if only_kept:
            return None
        forecast = conversations.forecast_sending(
            application, messages=load.calls, recipients=load.recipients, now=max(begins, now)
        )
        return Peak(day=day, load=load, through_at=forecast.through_at, why=forecast.why)

    what = (application.pk, begins.date(), begins.hour, load.calls, load.recipients, get_language())
    return lenient_cache.kept(f"agenda:peak:{':'.join(map(str, what))}", find, seconds=FORECAST_SECONDS)


def _empty_days(applications: Applications, application: int | None, since: date, until: date) -> Iterator[Day]:
    """The days of a span as the company works on them."""
    calendar, names = applications.calendar(application), applications.holidays(application, since, until)
    for number in range((until - since).days + 1):
        day = since + timedelta(days=number)
        works = calendar.works_on(day)
        differs = works != (day.weekday() < SATURDAY)
        holiday = names.get(day, "") if differs else ""
        yield Day(date=day, works=works, known=calendar.knows(day), differs=differs, holiday=holiday)


def _counted(entry: Entry, estimates: Estimates) -> Entry:
    return replace(entry, members=estimates.members(entry.audience)) if entry.audience is not None else entry
