"""The boxes of the drawing: the text of each state, broken into lines, and its SVG."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from conversations.flows.graph import labels
from conversations.flows.graph.marks import Marks, Number, Run
from conversations.flows.graph.positions import Point
from conversations.flows.problems import Problem
from conversations.machine.nodes.declarations import Shape
from conversations.machine.nodes.node import Node

WIDTH, PADDING = 232.0, 12.0
NAME, TEXT, TINY = 14.0, 12.0, 11.0
NAME_LINE, TEXT_LINE, CHIP = 19.0, 17.0, 20.0
ICON = 24.0
POINT = 10.0


@dataclass(frozen=True, kw_only=True)
class StateBox:
    """The content of a box, broken into lines."""

    node: Node
    name: tuple[str, ...]
    text: tuple[str, ...]
    chips: tuple[tuple[str, ...], ...]
    slot: str
    numbers: tuple[Number, ...] = ()
    run: Run | None = None

    @property
    def height(self) -> float:
        head = max(ICON, NAME_LINE * len(self.name))
        body = TEXT_LINE * len(self.text) + (4 if self.text else 0)
        chips = (CHIP + 5) * len(self.chips) + (4 if self.chips else 0)
        below = (CHIP + 8) * (bool(self.numbers) + bool(self.run))
        return 2 * PADDING + head + body + chips + (TEXT_LINE + 2 if self.slot else 0) + below


def box_for(node: Node, numbers: Sequence[Number] = (), run: Run | None = None) -> StateBox:
    """The name, the first line of the text and the choices, cut to the size of a box."""
    room = WIDTH - 2 * PADDING
    first = next((line for line in node.text.splitlines() if line.strip()), "")
    names = [choice.label for choice in node.slot.choices] if node.slot else []
    kept = node.shown_answer
    numbered = [f"{number} {label}" for number, label in enumerate(names, start=1)]
    return StateBox(
        node=node,
        name=labels.wrap(node.name, size=NAME, room=room - ICON - 8, most=2),
        text=tuple(
            line
            for words in (first, node.summary(labels.Wording()))
            for line in labels.wrap(words, size=TEXT, room=room, most=2)
        ),
        chips=tuple(_chip_rows(numbered, room)),
        slot=labels.wrap("{{" + kept + "}}", size=TINY, room=room, most=1)[0] if kept else "",
        numbers=tuple(numbers),
        run=run,
    )


def _chip_rows(chips: Sequence[str], room: float) -> Iterable[tuple[str, ...]]:
    row: list[str] = []
    for chip in chips:
        (short,) = labels.wrap(chip, size=TEXT, room=room - 16, most=1) or ("",)
        if row and sum(_chip_width(other) + 6 for other in [*row, short]) - 6 > room:
            yield tuple(row)
            row = []
        row.append(short)
    if row:
        yield tuple(row)


def _chip_width(label: str) -> float:
    return labels.measure(label, TEXT) + 16


def draw_text(text: str, x: float, y: float, size: float, name: str = "") -> SafeString:
    """One line of text; `name` are its classes."""
    line = f'<text class="{{}}" x="{x:.1f}" y="{y:.1f}" font-size="{size:.0f}">{{}}</text>'
    return format_html(line, name, labels.printable(text))


def draw_box(box: StateBox, at: Point, marks: Marks) -> SafeString:
    """The SVG of a box with its upper left corner at this point, as a link if it has one."""
    left, top = at
    key = box.node.key
    problems = marks.problems.get(key, ())
    inner = _content(box, marks.counts.get(key, 0), problems)
    if url := marks.links.get(key):
        inner = format_html('<a href="{}">{}</a>', url, inner)
    classes = [
        "state",
        box.node.kind,
        *(["here"] if key == marks.here else []),
        *([marks.states[key]] if key in marks.states else []),
        *(["walked"] if key in marks.visited else []),
        *(["faulty"] if any(problem.is_error for problem in problems) else []),
    ]
    if box.run:
        inner = format_html("{}{}", inner, _run(box, box.run))
    if box.numbers:
        inner = format_html("{}{}", inner, labels.joined(_numbers(box)))
    state = f'<g class="{{}}" data-state="{{}}" transform="translate({left:.1f} {top:.1f})">{{}}</g>'
    return format_html(state, " ".join(classes), labels.printable(key), inner)


def _content(box: StateBox, count: int, problems: Sequence[Problem]) -> SafeString:
    drawing, height = box.node.drawing, box.height
    return format_html(
        "<title>{}</title>"
        f"{_outline(drawing.shape, height)}"
        f'<g transform="translate({PADDING:.0f} {PADDING:.0f})">'
        '<circle class="icon" cx="12" cy="12" r="12"/>'
        '<path class="glyph" d="{}"/><path class="solid" d="{}"/></g>{}{}{}',
        labels.printable(box.node.text.strip() or box.node.name),
        drawing.glyph,
        drawing.solid,
        labels.joined(_inside(box)),
        _badge(count),
        _fault(problems),
    )


def _outline(shape: Shape, height: float) -> str:
    if shape == Shape.POINTED:
        right, middle = WIDTH - POINT, height / 2
        sides = f"L{WIDTH:.0f} {middle:.1f}L{right:.0f} {height:.1f}H{POINT:.0f}L0 {middle:.1f}"
        return f'<path class="box" d="M{POINT:.0f} 0H{right:.0f}{sides}z"/>'
    radius = {Shape.ROUND: min(height / 2, 26), Shape.SQUARE: 2}.get(shape, 12)
    return f'<rect class="box" width="{WIDTH:.0f}" height="{height:.1f}" rx="{radius:.0f}"/>'


def _inside(box: StateBox) -> Iterable[SafeString]:
    y = PADDING + (17 if len(box.name) == 1 else 14)
    for number, line in enumerate(box.name):
        yield draw_text(line, PADDING + ICON + 8, y + NAME_LINE * number, NAME, "name")
    y = PADDING + max(ICON, NAME_LINE * len(box.name)) + 4
    for line in box.text:
        yield draw_text(line, PADDING, y + 13, TEXT, "soft")
        y += TEXT_LINE
    y += 4 if box.chips else 0
    for row in box.chips:
        x = PADDING
        for label in row:
            width = _chip_width(label)
            size = f'width="{width:.1f}" height="{CHIP:.0f}" rx="{CHIP / 2:.0f}"'
            yield format_html(f'<rect class="{{}}" x="{x:.1f}" y="{y:.1f}" {size}/>', "chip")
            yield draw_text(label, x + 8, y + 14.5, TEXT)
            x += width + 6
        y += CHIP + 5
    if box.slot:
        yield draw_text(box.slot, PADDING, y + 14, TINY, "soft")


def _badge(count: int) -> SafeString | str:
    if not count:
        return ""
    title = ngettext("%d person waits here", "%d people wait here", count) % count
    width = labels.measure(str(count), TEXT) + 14
    x = WIDTH - width - 8
    number = draw_text(str(count), x + width / 2, 4.5, TEXT, "name mid")
    rect = f'<rect class="badge" x="{x:.1f}" y="-10" width="{width:.1f}" height="20" rx="10"/>'
    return format_html(f"<g><title>{{}}</title>{rect}{{}}</g>", title, number)


def _fault(problems: Sequence[Problem]) -> SafeString | str:
    """A mark at the upper left corner, with the words of the problems as its title."""
    if not problems:
        return ""
    tone = "error" if any(problem.is_error for problem in problems) else "hint"
    words = labels.printable("\n".join(problem.words for problem in problems))
    mark = draw_text("!", 2, 6.5, NAME, "name mid")
    return format_html('<g class="fault {}"><title>{}</title><circle cx="2" cy="2" r="10"/>{}</g>', tone, words, mark)


def _run(box: StateBox, run: Run) -> SafeString:
    """The flow that a state runs, above its numbers: a link to its graph."""
    room = WIDTH - 2 * PADDING
    name = labels.wrap(f"→ {run.name}", size=TEXT, room=room - 16, most=1)[0]
    y = box.height - PADDING - CHIP + 4 - (CHIP + 8 if box.numbers else 0)
    size = f'width="{_chip_width(name):.1f}" height="{CHIP:.0f}" rx="{CHIP / 2:.0f}"'
    pill = format_html(
        f'<title>{{}}</title><rect class="chip" x="{PADDING:.1f}" y="{y:.1f}" {size}/>{{}}',
        labels.printable(run.name),
        draw_text(name, PADDING + 8, y + 14.5, TEXT),
    )
    inner = format_html('<a href="{}">{}</a>', run.url, pill) if run.url else pill
    return format_html('<g class="number">{}</g>', inner)


def _numbers(box: StateBox) -> Iterable[SafeString]:
    """A row of numbers at the lower edge, each a link to the rows that it counts."""
    x, y = PADDING, box.height - PADDING - CHIP + 4
    for number in box.numbers:
        width = labels.measure(f"{number.count}", TEXT) + 30
        yield draw_number(number, x, y, width)
        x += width + 6


def draw_number(number: Number, x: float, y: float, width: float) -> SafeString:
    """A number in a pill, with a dot in the colour of its sort."""
    pill = format_html(
        f'<title>{{}}</title><rect class="chip" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{CHIP:.0f}" '
        f'rx="{CHIP / 2:.0f}"/><circle class="dot-{{}}" cx="{x + 11:.1f}" cy="{y + CHIP / 2:.1f}" r="4"/>{{}}',
        number.words,
        number.sort,
        draw_text(f"{number.count}", x + 20, y + 14.5, TEXT),
    )
    inner = format_html('<a href="{}">{}</a>', number.url, pill) if number.url and number.count else pill
    return format_html('<g class="number">{}</g>', inner)
