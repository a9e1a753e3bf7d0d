"""Conflicts of entries: two at once to the same members, caps, quiet hours, days off, moments that passed."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.agenda.agenda_entries import AHEAD, Audience, Conflict, Entry, State
from scheduling.agenda.sender_calendars import Applications
from scheduling.campaigns.hours.quiet_hours import SendHours
from scheduling.campaigns.sending_policy import Policy, policy_of
from scheduling.descriptions import listed
from scheduling.models import Batch

MOST_AT_ONCE = 12  # entries of a minute that are compared one by one
MOST_IN_WINDOW = 30  # entries of a day or week that are compared for a cap
NAMED = 3

Overlap = Callable[[Audience, Audience], bool]


def with_conflicts(
    entries: Sequence[Entry], applications: Applications, overlap: Overlap, *, now: datetime
) -> list[Entry]:
    """The entries, those that lie ahead with their conflicts."""
    conflicts: dict[str, list[Conflict]] = defaultdict(list)
    policies = _Policies(applications)
    for entry in entries:
        if _goes_out(entry):
            conflicts[entry.id] += _own(entry, applications, policies.of(entry), now)
    for key, conflict in (*_at_once(entries, overlap), *_over_caps(entries, policies, overlap)):
        conflicts[key].append(conflict)
    return [
        replace(entry, conflicts=tuple(conflicts[entry.id])) if entry.id in conflicts else entry for entry in entries
    ]


class _Policies:
    """The policies of companies, each read once."""

    def __init__(self, applications: Applications) -> None:
        self._applications = applications
        self._found: dict[int | None, Policy] = {}

    def of(self, entry: Entry) -> Policy:
        application = self._applications.of(entry.application)
        key = application.corporation_id if application else None
        if key not in self._found:
            self._found[key] = policy_of(application) if application else Policy()
        return self._found[key]


def _goes_out(entry: Entry) -> bool:
    return entry.state in AHEAD and entry.state != State.PAUSED


def _own(entry: Entry, applications: Applications, policy: Policy, now: datetime) -> Iterator[Conflict]:
    """The conflicts that an entry's own moment has."""
    zone = ZoneInfo(entry.zone)
    local = entry.at.astimezone(zone)
    if entry.at < now:
        yield Conflict(code="passed", words=_("This moment has passed. Choose another one."))
    hold = SendHours(policy=policy, window=entry.window).hold(entry.at, zone)
    if hold is not None:
        until = hold.until.astimezone(zone)
        at = {"at": f"{until:%H:%M}" if until.date() == local.date() else f"{until:%m-%d %H:%M}"}
        if hold.reason == Batch.Reason.QUIET:
            text, code = _("It lies in the quiet hours: it goes out at %(at)s.") % at, "quiet_hours"
        else:
            text, code = _("It lies outside of its send window: it goes out at %(at)s.") % at, "send_window"
        yield Conflict(code=code, words=text)
    if not entry.only_working_days and not applications.calendar(entry.application).works_on(local.date()):
        yield Conflict(code="day_off", words=_("It falls on a day off."), grave=False)


def _at_once(entries: Sequence[Entry], overlap: Overlap) -> Iterator[tuple[str, Conflict]]:
    minutes: dict[datetime, list[Entry]] = defaultdict(list)
    for entry in entries:
        if _goes_out(entry) and entry.audience is not None:
            minutes[entry.at.replace(second=0, microsecond=0)].append(entry)
    for together in minutes.values():
        if len(together) > MOST_AT_ONCE:
            text = _("%(count)d others go out at the same minute.") % {"count": len(together) - 1}
            yield from ((entry.id, Conflict(code="same_minute", words=text, grave=False)) for entry in together)
            continue
        for entry in together:
            others = [
                candidate.name
                for candidate in together
                if candidate is not entry and _overlap(entry, candidate, overlap)
            ]
            if others:
                text = _("At the same minute as %(names)s, and partly to the same members.")
                yield entry.id, Conflict(code="same_minute", words=text % {"names": _listed(others)})


def _over_caps(entries: Sequence[Entry], policies: _Policies, overlap: Overlap) -> Iterator[tuple[str, Conflict]]:
    """Entries whose members may have had as many campaigns as the cap allows."""
    days: dict[date, list[Entry]] = defaultdict(list)
    weeks: dict[date, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda item: item.at):
        if not entry.passes_caps and (_goes_out(entry) or entry.state in (State.SENT, State.RUNNING)):
            day = entry.at.astimezone(ZoneInfo(entry.zone)).date()
            days[day].append(entry)
            weeks[day - timedelta(days=day.weekday())].append(entry)
    for windows, code in ((days, "daily_cap"), (weeks, "weekly_cap")):
        for window in windows.values():
            yield from _over_cap(window, code, policies, overlap)


def _over_cap(
    window: Sequence[Entry], code: str, policies: _Policies, overlap: Overlap
) -> Iterator[tuple[str, Conflict]]:
    for number, entry in enumerate(window[:MOST_IN_WINDOW]):
        most = getattr(policies.of(entry), code)
        if most is None or number < most or not _goes_out(entry):
            continue
        before = sum(earlier.times for earlier in window[:number] if _overlap(entry, earlier, overlap))
        if before < most:
            continue
        if code == "daily_cap":
            text = ngettext(
                "Members who have had %d campaign that day are left out: the cap of the day.",
                "Members who have had %d campaigns that day are left out: the cap of the day.",
                most,
            )
        else:
            text = ngettext(
                "Members who have had %d campaign that week are left out: the cap of the week.",
                "Members who have had %d campaigns that week are left out: the cap of the week.",
                most,
            )
        yield entry.id, Conflict(code=code, words=text % most)


def _overlap(entry: Entry, other: Entry, overlap: Overlap) -> bool:
    return entry.audience is not None and other.audience is not None and overlap(entry.audience, other.audience)


def _listed(names: Sequence[str]) -> str:
    shown = listed([f"“{name}”" for name in names[:NAMED]])
    more = len(names) - NAMED
    return _("%(names)s and %(more)d more") % {"names": shown, "more": more} if more > 0 else shown
