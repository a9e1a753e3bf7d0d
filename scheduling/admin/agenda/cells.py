"""The days and entries of a calendar as its page shows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from chinese_calendar import Holiday
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, ngettext

from scheduling import services
from scheduling.agenda.agenda_entries import Agenda, Day, Entry, Load, State

IN_MONTH = 4  # entries of a day that a month shows; the week has the rest
IN_WEEK = 60
TONES: Mapping[str, str] = {
    State.DRAFT: "",
    State.WAITING: "warn",
    State.APPROVED: "info",
    State.SCHEDULED: "info",
    State.PAUSED: "warn",
    State.RUNNING: "info",
    State.SENT: "good",
    State.SKIPPED: "",
    State.MISSED: "warn",
    State.FAILED: "bad",
    State.CANCELLED: "",
}
FULL, NEARLY_FULL = 100, 80  # per cent of a quota
IN_ENGLISH = {holiday.chinese: holiday.value for holiday in Holiday}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A day: its entries as far as they are shown, how many more there are, and how full it is.

    `cut` says that not all of its runs were counted.
    """

    day: Day
    name: str
    badge: str
    is_today: bool
    is_outside: bool
    entries: tuple[Mapping[str, Any], ...]
    more: int
    loads: tuple[Mapping[str, Any], ...]
    cut: str = ""
    hours: tuple[Mapping[str, Any], ...] = ()


def cells(agenda: Agenda, *, month: date | None, may_move: bool) -> list[Cell]:
    """The days of a page; `month` is a day of the month that it shows, None for a week."""
    zone, today = timezone.get_current_timezone(), timezone.localdate()
    most = IN_MONTH if month else IN_WEEK
    largest = max((load.recipients for day in agenda.days for load in day.loads), default=0)
    busiest = max((count for day in agenda.days for load in day.loads for count in load.hours.values()), default=0)
    return [
        Cell(
            day=day,
            name=f"{WEEKDAYS[day.date.weekday()]} {formats.date_format(day.date, 'DATE_FORMAT')}",
            badge=_badge(day),
            is_today=day.date == today,
            is_outside=bool(month and day.date.month != month.month),
            entries=tuple(shown(entry, zone, may_move) for entry in day.entries[:most]),
            more=max(0, len(day.entries) - most),
            loads=tuple(_bar(load, largest) for load in day.loads),
            cut=_cut_words() if day.is_cut else "",
            hours=() if month else tuple(_hours(day.loads, busiest)),
        )
        for day in agenda.days
    ]


def shown(entry: Entry, zone: tzinfo, may_move: bool) -> dict[str, Any]:
    """An entry as the template shows it."""
    count = ngettext("%(count)s member", "%(count)s members", entry.members or 0)
    return {
        "entry": entry,
        "at": _time(entry, zone),
        "address": address_of(entry),
        "state": State(entry.state).label,
        "tone": TONES[entry.state],
        "members": "" if entry.members is None else count % {"count": formats.number_format(entry.members)},
        "movable": entry.movable and may_move,
        "grave": any(conflict.grave for conflict in entry.conflicts),
    }


def conflicts(agenda: Agenda) -> list[tuple[Day, Entry, int]]:
    """The entries that something speaks against, each with its first day and on how many more days it is so."""
    first: dict[tuple[object, ...], list[tuple[Day, Entry]]] = {}
    for day in agenda.days:
        for entry in day.entries:
            if entry.conflicts:
                texts = tuple(conflict.words for conflict in entry.conflicts)
                first.setdefault((entry.key, texts), []).append((day, entry))
    return [(*group[0], len(group) - 1) for group in first.values()]


def address_of(entry: Entry) -> str:
    """The page of its run, or of the campaign that it is a moment of."""
    if entry.run is not None:
        return reverse("admin:scheduling_campaignrun_change", args=[entry.run])
    return reverse("admin:scheduling_campaign_change", args=[entry.key])


def peak_words(peak: services.Peak) -> dict[str, Any]:
    """The day on which an application sends the most, and when that would be through."""
    load = peak.load
    values = {
        "name": load.name,
        "day": formats.date_format(peak.day, "DATE_FORMAT"),
        "recipients": formats.number_format(load.recipients),
        "limit": formats.number_format(load.limit),
        "percent": load.percent,
    }
    if load.limit:
        sentence = gettext(
            "%(name)s sends the most on %(day)s: %(recipients)s recipients of %(limit)s (%(percent)d%%)."
        )
    else:
        sentence = gettext("%(name)s sends the most on %(day)s: %(recipients)s recipients.")
    sentences = [sentence % values]
    if peak.through_at is not None:
        local = timezone.localtime(peak.through_at)
        through = {"at": f"{local:%H:%M}", "day": formats.date_format(local, "DATE_FORMAT"), "why": peak.why}
        sentences.append(gettext("It would be through by %(at)s on %(day)s: %(why)s.") % through)
    if load.percent > FULL:
        sentences.append(gettext("That is more than WeChat Work allows in a day; the rest waits for the next day."))
    return {"words": " ".join(sentences), "is_over": load.percent > FULL}


def _cut_words() -> str:
    most = formats.number_format(services.MOST_RUNS_OF_A_DAY, force_grouping=True)
    return gettext("More than %(most)s runs: only the first are counted.") % {"most": most}


def _load_words(load: Load) -> str:
    recipients = formats.number_format(load.recipients)
    text = ngettext("%(count)s recipient", "%(count)s recipients", load.recipients) % {"count": recipients}
    return f"{text} · {load.percent}%" if load.limit else str(text)


def _time(entry: Entry, zone: tzinfo) -> str:
    first = f"{entry.at.astimezone(zone):%H:%M}"
    if entry.times == 1:
        return first
    last = f"{entry.last.astimezone(zone):%H:%M}" if entry.last else first
    return gettext("%(first)s–%(last)s, %(times)d times") % {"first": first, "last": last, "times": entry.times}


def _badge(day: Day) -> str:
    """That a day differs from its weekday, with the reason: day off · National Day."""
    if not day.differs:
        return ""
    text = gettext("make-up day") if day.works else gettext("day off")
    return f"{text} · {_holiday(day.holiday)}" if day.holiday else text


def _holiday(name: str) -> str:
    """The name of a day; public holidays are stored in Chinese."""
    chinese = (translation.get_language() or "").startswith("zh")
    return name if chinese else IN_ENGLISH.get(name, name)


def _bar(load: Load, largest: int) -> dict[str, Any]:
    percent = load.percent if load.limit else -(-100 * load.recipients // largest)
    tone = "bad" if load.limit and percent > FULL else "warn" if load.limit and percent >= NEARLY_FULL else ""
    text = _load_words(load)
    if load.limit:
        limit = formats.number_format(load.limit)
        text = gettext("%(recipients)s, of %(limit)s that WeChat Work allows a day") % {
            "recipients": text,
            "limit": limit,
        }
    return {"load": load, "width": min(percent, 100), "tone": tone, "words": text, "short": _load_words(load)}


def _hours(loads: Sequence[Load], busiest: int) -> Iterable[dict[str, Any]]:
    if not loads:
        return
    for hour in range(24):
        count = sum(load.hours.get(hour, 0) for load in loads)
        height = -(-100 * count // busiest) if busiest else 0
        yield {"hour": f"{hour:02}:00", "count": count, "height": height}
