"""Draws the whole flow as SVG."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations.flows.graph import labels
from conversations.flows.graph.boxes import CHIP, TEXT, TINY, WIDTH, box_for, draw_box, draw_number, draw_text
from conversations.flows.graph.marks import Marks, Number
from conversations.flows.graph.positions import Drawing, Point, Route, place
from conversations.flows.graph.ranks import Box, Link, arrange
from conversations.flows.graph.style import style
from conversations.machine.edges import Edge, On
from conversations.machine.values import Machine

MARGIN, ROUND = 20.0, 9.0
LABEL_ROOM, LABEL_LINES, LABEL_LINE = 132.0, 3, 15.0
START = "\0start"  # no state has a key like this
NO_MARKS = Marks()


@dataclass(frozen=True, kw_only=True)
class _Arrow:
    source: str
    target: str
    on: On = On.NEXT
    lines: tuple[str, ...] = ()
    number: Number | None = None


def svg(machine: Machine, marks: Marks = NO_MARKS) -> SafeString:
    """The flow as an SVG element, in the active language."""
    drawn = {
        node.key: box_for(node, marks.numbers.get(node.key, ()), marks.runs.get(node.key)) for node in machine.nodes
    }
    arrows = list(_arrows(machine, marks))
    boxes = [Box(key=START, width=24, height=24)]
    boxes += [Box(key=key, width=WIDTH, height=box.height) for key, box in drawn.items()]
    arrow_links = tuple(_link(arrow) for arrow in arrows)
    drawing = place(arrange(boxes, arrow_links), arrow_links)
    width, height = drawing.width + 2 * MARGIN, drawing.height + 2 * MARGIN
    ways = sorted(zip(arrows, drawing.routes, strict=True), key=lambda pair: pair[0].on == On.NEXT)
    states = (draw_box(box, drawing.boxes[key], marks) for key, box in drawn.items())
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="fg" role="{}" lang="{}" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="{-MARGIN:.0f} {-MARGIN:.0f} {width:.0f} {height:.0f}">'
        "<title>{}</title><desc>{}</desc><style>{}</style>{}{}{}{}</svg>",
        "group" if marks.links or marks.numbers or marks.runs else "img",
        machine.language,
        labels.printable(machine.name),
        labels.printable(_description(machine, arrows)),
        style(),
        labels.joined(_draw_arrow(arrow, route, marks) for arrow, route in ways),
        _start(drawing),
        labels.joined(states),
        labels.joined(_label(arrow, route) for arrow, route in ways if arrow.lines or arrow.number),
    )


def _arrows(machine: Machine, marks: Marks) -> Iterable[_Arrow]:
    """One arrow for all edges between two states with the same `on`."""
    if machine.node(machine.start):
        yield _Arrow(source=START, target=machine.start, number=marks.way_numbers.get(("", On.NEXT, machine.start)))
    for node in machine.nodes:
        together: dict[tuple[str, On], list[Edge]] = {}
        for edge in sorted(node.edges, key=lambda edge: list(On).index(edge.on)):
            if machine.node(edge.to):
                together.setdefault((edge.to, edge.on), []).append(edge)
        for (to, on), same in together.items():
            text = labels.label(machine, node, same)
            lines = labels.wrap(text, size=TINY, room=LABEL_ROOM, most=LABEL_LINES)
            number = marks.way_numbers.get((node.key, on, to))
            yield _Arrow(source=node.key, target=to, on=on, lines=lines, number=number)


def _link(arrow: _Arrow) -> Link:
    width, height = _label_size(arrow)
    return Link(source=arrow.source, target=arrow.target, width=width, height=height, main=arrow.on == On.NEXT)


def _label_size(arrow: _Arrow) -> tuple[float, float]:
    if not arrow.lines and arrow.number is None:
        return 0, 0
    width = max((labels.measure(line, TINY) for line in arrow.lines), default=0) + 12
    below = CHIP + 2 if arrow.number else 0
    return max(width, _number_width(arrow)), LABEL_LINE * len(arrow.lines) + 4 + below


def _number_width(arrow: _Arrow) -> float:
    return labels.measure(f"{arrow.number.count}", TEXT) + 30 if arrow.number else 0


def _start(drawing: Drawing) -> SafeString:
    left, top = drawing.boxes[START]
    dot = f'<circle class="dot" cx="{left + 12:.1f}" cy="{top + 15:.1f}" r="8"><title>{{}}</title></circle>'
    return format_html(dot, _("Start"))


def _draw_arrow(arrow: _Arrow, route: Route, marks: Marks) -> SafeString:
    name = "way" if arrow.on == On.NEXT else "way dashed"
    tip = "tip" if arrow.on == On.NEXT else "tip-warn"
    x, y = route.points[-1]
    line = _path([*route.points[:-1], (x, y - 3)])
    return format_html(
        '<g class="edge{}" data-from="{}" data-to="{}" data-on="{}"><path class="{}" d="{}"/>'
        f'<path class="{{}}" d="M{x - 4.5:.1f} {y - 8:.1f}h9l-4.5 8z"/><path class="hit" d="{{}}"/></g>',
        _tones(arrow, marks),
        "" if arrow.source == START else labels.printable(arrow.source),
        labels.printable(arrow.target),
        arrow.on,
        name,
        line,
        tip,
        line,
    )


def _tones(arrow: _Arrow, marks: Marks) -> str:
    way = (arrow.source, arrow.target)
    tone = f" {marks.ways[way]}" if way in marks.ways else ""
    return f" walked{tone}" if way in marks.walked else tone


def _path(points: Sequence[Point]) -> str:
    """Straight lines with round corners."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(ROUND, _length(before, corner) / 2, _length(corner, after) / 2)
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        parts.append(f"L{start[0]:.1f} {start[1]:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {end[0]:.1f} {end[1]:.1f}")
    parts.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    return "".join(parts)


def _length(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _towards(one: Point, other: Point, far: float) -> Point:
    length = _length(one, other) or 1
    return one[0] + (other[0] - one[0]) * far / length, one[1] + (other[1] - one[1]) * far / length


def _label(arrow: _Arrow, route: Route) -> SafeString:
    (width, height), (x, y) = _label_size(arrow), route.label
    tone = "soft" if arrow.on == On.NEXT else "warn"
    left, top = x - width / 2, y - height / 2
    lines = (
        draw_text(line, x, top + LABEL_LINE * number - 1.5, TINY, f"{tone} mid")
        for number, line in enumerate(arrow.lines, start=1)
    )
    number = None
    if arrow.number:
        wide = _number_width(arrow)
        number = draw_number(arrow.number, x - wide / 2, top + height - CHIP - 2, wide)
    spot = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return format_html(f'<rect class="ground" {spot} rx="6"/>{{}}{{}}', labels.joined(lines), number or "")


def _description(machine: Machine, arrows: Sequence[_Arrow]) -> str:
    """The description for screen readers."""
    names = {node.key: node.name for node in machine.nodes}
    lines = []
    for node in machine.nodes:
        ways = [
            names[arrow.target] + (f" ({' '.join(arrow.lines)})" if arrow.lines else "")
            for arrow in arrows
            if arrow.source == node.key
        ]
        lines.append(f"{node.name} → {', '.join(ways)}" if ways else node.name)
    return "\n".join(lines)
