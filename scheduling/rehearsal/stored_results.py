"""The result of a rehearsal, as JSON in its row: each text once, because the same words stand in many days."""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, fields
from datetime import date, datetime
from typing import Any

from scheduling.rehearsal.results import Day, Doubt, Dropped, Occasion, Rehearsal, Timeline
from wecom.models import Member

NAMES = tuple(field.name for field in fields(Occasion))


def write(rehearsal: Rehearsal) -> dict[str, Any]:
    """As JSON; members by their key."""
    texts: dict[str, int] = {}
    lines = [
        {
            "member": line.member.pk,
            "last_day": line.last_day.isoformat() if line.last_day else None,
            "occasions": [[_packed(value, texts) for value in astuple(occasion)] for occasion in line.occasions],
        }
        for line in rehearsal.timelines
    ]
    return {
        "name": rehearsal.name,
        "begins": rehearsal.begins.isoformat(),
        "ends": rehearsal.ends.isoformat(),
        "members": rehearsal.members,
        "seconds": rehearsal.seconds,
        "days": [[day.date.isoformat(), day.sent, dict(day.left_out)] for day in rehearsal.days],
        "dropped": [[moment.at.isoformat(), moment.name, moment.why] for moment in rehearsal.dropped],
        "days_unknown": [
            [doubt.at.isoformat(), doubt.name, doubt.year, doubt.stops, doubt.words] for doubt in rehearsal.days_unknown
        ],
        "timelines": lines,
        "texts": list(texts),
    }


def read(stored: Mapping[str, Any]) -> Rehearsal:
    """From JSON; without the timelines of members who were deleted meanwhile."""
    members = _members(line["member"] for line in stored["timelines"])
    texts = stored["texts"]
    return Rehearsal(
        name=stored["name"],
        begins=datetime.fromisoformat(stored["begins"]),
        ends=datetime.fromisoformat(stored["ends"]),
        members=stored["members"],
        seconds=stored["seconds"],
        days=tuple(
            Day(date=date.fromisoformat(day), sent=sent, left_out=left_out) for day, sent, left_out in stored["days"]
        ),
        dropped=tuple(
            Dropped(at=datetime.fromisoformat(at), name=name, why=why) for at, name, why in stored["dropped"]
        ),
        days_unknown=tuple(
            Doubt(at=datetime.fromisoformat(at), name=name, year=year, stops=stops, words=text)
            for at, name, year, stops, text in stored.get("days_unknown", ())
        ),
        timelines=tuple(
            Timeline(
                member=members[line["member"]],
                occasions=tuple(_occasion(values, texts) for values in line["occasions"]),
                last_day=date.fromisoformat(line["last_day"]) if line["last_day"] else None,
            )
            for line in stored["timelines"]
            if line["member"] in members
        ),
    )


def _packed(value: Any, texts: dict[str, int]) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return [texts.setdefault(value, len(texts))] if isinstance(value, str) else value


def _occasion(values: Iterable[Any], texts: list[str]) -> Occasion:
    texts_of = [texts[value[0]] if isinstance(value, list) else value for value in values]
    named: dict[str, Any] = dict(zip(NAMES, texts_of, strict=True))
    named["at"] = datetime.fromisoformat(named["at"])
    return Occasion(**named)


def _members(keys: Iterable[int]) -> dict[int, Member]:
    wanted, members = list(keys), dict[int, Member]()
    for first in range(0, len(wanted), 500):
        rows = Member.objects.filter(pk__in=wanted[first : first + 500]).select_related("main_department")
        members |= {member.pk: member for member in rows}
    return members
