"""The flows that a trial is in: the draft as it is now, and in its sub-flows the versions that were entered."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from conversations import services
from conversations.machine.levels import Level
from conversations.machine.places import Place, offers_of
from conversations.machine.values import Machine
from conversations.models import FlowVersion

DRAFT = 0  # the version of the flow that is tried


def plain(levels: Iterable[Level]) -> list[dict[str, Any]]:
    """As the login's session keeps them."""
    return [{"version": level.version, **_plain(level.place)} for level in levels]


def read(draft: Machine, kept: Mapping[str, Any] | None) -> tuple[Level, ...]:
    """The flows of a `plain` result. One whose version is gone ends the stack."""
    rows = (kept or {}).get("levels") or [{"version": DRAFT}]
    machines = machines_of(draft, [row["version"] for row in rows])
    return tuple(
        Level(version=row["version"], machine=machines[row["version"]], place=_place(row))
        for row in rows
        if row["version"] in machines
    )


def machines_of(draft: Machine, versions: Iterable[int]) -> dict[int, Machine]:
    """The machines of versions, and the draft."""
    rows = FlowVersion.objects.in_bulk([version for version in set(versions) if version != DRAFT])
    machines = {pk: services.readable_machine(row) for pk, row in rows.items()}
    return {DRAFT: draft, **{pk: machine for pk, machine in machines.items() if machine is not None}}


def _plain(place: Place) -> dict[str, Any]:
    return {
        "at": place.at,
        "slots": dict(place.slots),
        "labels": dict(place.labels),
        "offered": [asdict(offer) for offer in place.offered],
        "given": dict(place.given),
        "path": list(place.path),
        "tries": place.tries,
        "reminded": place.reminded,
        "wakes_at": place.wakes_at.isoformat() if place.wakes_at else "",
    }


def _place(row: Mapping[str, Any]) -> Place:
    if "at" not in row:
        return Place()
    return Place(
        at=row["at"],
        slots=row["slots"],
        labels=row["labels"],
        offered=offers_of(row["offered"]),
        given=row["given"],
        path=tuple(row["path"]),
        tries=row["tries"],
        reminded=row["reminded"],
        wakes_at=datetime.fromisoformat(row["wakes_at"]) if row["wakes_at"] else None,
    )
