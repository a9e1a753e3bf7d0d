"""The chart of a run: lines over time as points of an SVG, which a table beside it says in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext

from scheduling.services import RunReport

WIDTH, HEIGHT = 640, 180
SERIES = ("sent", "replied", "answered", "clicks")
ROWS = 12


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line: its name, its points, and the count at its end. Each has its own dash, for those who see no hue."""

    key: str
    label: str
    points: str
    last: int


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The lines, the largest count, the first and the last moment, and some moments in figures."""

    lines: Sequence[Line]
    most: int
    begins: str
    ends: str
    rows: Sequence[tuple[str, Sequence[int]]]


def chart_of(report: RunReport, zone: Any) -> Chart | None:
    """The chart of a report, without lines that are zero throughout; None as long as nothing has arrived."""
    points = report.points
    if len(points) < 2:
        return None
    shown = [key for key in SERIES if key == "sent" or getattr(points[-1], key)]
    most = max(getattr(points[-1], key) for key in shown) or 1
    span = (points[-1].at - points[0].at).total_seconds()

    def place(at: datetime, count: int) -> str:
        x = WIDTH * (at - points[0].at).total_seconds() / span
        return f"{x:.1f},{HEIGHT - HEIGHT * count / most:.1f}"

    def moment(at: datetime) -> str:
        return f"{at.astimezone(zone):%m-%d %H:%M}"

    every = max(1, len(points) // ROWS)
    picked = [*points[:-1:every], points[-1]]
    labels = {
        "sent": gettext("sent"),
        "replied": gettext("replied"),
        "answered": gettext("answered on the card"),
        "clicks": gettext("clicks"),
    }
    return Chart(
        lines=[
            Line(
                key=key,
                label=capfirst(labels[key]),
                points=" ".join(place(point.at, getattr(point, key)) for point in points),
                last=getattr(points[-1], key),
            )
            for key in shown
        ],
        most=most,
        begins=moment(points[0].at),
        ends=moment(points[-1].at),
        rows=[(moment(point.at), [getattr(point, key) for key in shown]) for point in picked],
    )
