"""Coordinates of boxes, labels and lines in pixels: the second half of a layered drawing.

Items that follow one another straight down share one column; columns are pulled to the middle of their neighbours.
Lines run down through columns and across in the channels between layers, so they never meet a box.
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from math import inf

from conversations.flows.graph.ranks import Layered, Link

GAP, LANE_GAP = 32.0, 14.0
CHANNEL, TRACK = 18.0, 9.0
PULLS = 24
NEAR = 1.0

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Route:
    """A line from the lower edge of one box to the upper edge of another, and the middle of its label."""

    points: tuple[Point, ...]
    label: Point


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """`boxes` are (left, top) by key; `routes` are in the order of the links."""

    width: float
    height: float
    boxes: Mapping[str, Point]
    routes: tuple[Route, ...]


@dataclass(kw_only=True)
class _Net:
    """Lines that share a way across a channel; x of their ends above and below it."""

    above: set[float] = field(default_factory=set)
    below: set[float] = field(default_factory=set)
    track: int = -1

    @property
    def left(self) -> float:
        return min(self.above | self.below)

    @property
    def right(self) -> float:
        return max(self.above | self.below)

    @property
    def is_straight(self) -> bool:
        return self.right - self.left < NEAR


Nets = dict[int, dict[tuple[str, int], _Net]]


def place(layered: Layered, links: tuple[Link, ...]) -> Drawing:
    """Coordinates for everything; nothing is left of or above 0."""
    middles = _columns(layered, links)
    ways, nets = _nets(layered, middles)
    for channel in nets.values():
        _assign(channel)
    tops, height = _rows(layered, nets)
    heights = [max(layered.items[index].height for index in layer) for layer in layered.layers]
    # Where each channel begins; the one above everything has the number -1.
    begins = {-1: 0.0, **{number: tops[number] + heights[number] for number in range(len(tops))}}
    boxes = {key: layered.items[index] for key, index in layered.of_box.items()}
    return Drawing(
        width=max(middles[index] + item.width / 2 for index, item in enumerate(layered.items)),
        height=height,
        boxes={key: (middles[layered.of_box[key]] - item.width / 2, tops[item.layer]) for key, item in boxes.items()},
        routes=tuple(
            _route(layered, chain, ways[number], middles, tops, begins) for number, chain in enumerate(layered.chains)
        ),
    )


def _columns(layered: Layered, links: tuple[Link, ...]) -> list[float]:
    """The x of every item's middle."""
    column = _joined(layered, links)
    walls = _walls(layered, column)
    pulls: dict[int, list[tuple[int, float]]] = {}
    for one, other, weight in _pulls(layered, links):
        if column[one] != column[other]:
            pulls.setdefault(column[one], []).append((column[other], weight))
            pulls.setdefault(column[other], []).append((column[one], weight))
    ordered = list(
        TopologicalSorter({key: {left for left, _gap in lefts} for key, lefts in walls.items()}).static_order()
    )
    x: dict[int, float] = {}
    for key in ordered:
        x[key] = max((x[left] + gap for left, gap in walls.get(key, ())), default=0.0)
    _relax(ordered, walls, pulls, x)
    leftmost = min(x[column[index]] - item.width / 2 for index, item in enumerate(layered.items))
    return [round(x[column[index]] - leftmost, 1) for index in range(len(layered.items))]


def _joined(layered: Layered, links: tuple[Link, ...]) -> list[int]:
    """The column of each item. Pieces of one link come first, then main links; joins never cross each other."""
    column = list(range(len(layered.items)))
    place = {index: number for layer in layered.layers for number, index in enumerate(layer)}
    joins: dict[int, list[tuple[int, int]]] = {}

    def rank(segment: tuple[int, int, int]) -> tuple[bool, bool, int]:
        upper, lower, number = segment
        return any(layered.items[index].box for index in (upper, lower)), not links[number].main, number

    tied: set[tuple[int, str]] = set()
    for upper, lower, _number in sorted(layered.segments(), key=rank):
        crossed = joins.setdefault(layered.items[upper].layer, [])
        is_free = (upper, "below") not in tied and (lower, "above") not in tied
        if is_free and all((place[upper] < place[a]) == (place[lower] < place[b]) for a, b in crossed):
            crossed.append((upper, lower))
            tied |= {(upper, "below"), (lower, "above")}
            old, new = column[lower], column[upper]
            column = [new if known == old else known for known in column]
    return column


def _walls(layered: Layered, column: list[int]) -> dict[int, list[tuple[int, float]]]:
    """For each column those that stand left of it somewhere, and how far their middles must be apart."""
    walls: dict[int, list[tuple[int, float]]] = {key: [] for key in column}
    for layer in layered.layers:
        for left, right in itertools.pairwise(layer):
            one, other = layered.items[left], layered.items[right]
            gap = GAP if one.box and other.box else LANE_GAP
            walls[column[right]].append((column[left], (one.width + other.width) / 2 + gap))
    return walls


def _pulls(layered: Layered, links: tuple[Link, ...]) -> Iterable[tuple[int, int, float]]:
    for upper, lower, number in layered.segments():
        yield upper, lower, 4.0 if links[number].main else 1.0
    for lane, box in layered.beside.items():
        yield lane, box, 0.5


def _relax(
    ordered: list[int],
    walls: Mapping[int, list[tuple[int, float]]],
    pulls: Mapping[int, list[tuple[int, float]]],
    x: dict[int, float],
) -> None:
    """Move each column to where it is pulled, as far as its neighbours let it."""
    right_walls: dict[int, list[tuple[int, float]]] = {}
    for key, lefts in walls.items():
        for left, gap in lefts:
            right_walls.setdefault(left, []).append((key, gap))
    for pull in range(PULLS):
        for key in ordered if pull % 2 else reversed(ordered):
            pulled = pulls.get(key, ())
            if not pulled:
                continue
            wish = sum(x[other] * weight for other, weight in pulled) / sum(weight for _other, weight in pulled)
            low = max((x[left] + gap for left, gap in walls[key]), default=-inf)
            high = min((x[right] - gap for right, gap in right_walls.get(key, ())), default=inf)
            x[key] = max(low, min(wish, high))


def _nets(layered: Layered, middles: list[float]) -> tuple[list[list[tuple[int, _Net]]], Nets]:
    """For each link the nets along its way, each with its channel; channel n lies below layer n."""
    nets: Nets = {}
    ways: list[list[tuple[int, _Net]]] = []
    for chain in layered.chains:
        way = []
        for one, other in itertools.pairwise(chain):
            channel, key = _channel(layered, one, other)
            net = nets.setdefault(channel, {}).setdefault(key, _Net())
            for index in (one, other):
                ends = net.above if layered.items[index].layer <= channel else net.below
                ends.add(middles[index])
            way.append((channel, net))
        ways.append(way)
    return ways, nets


def _channel(layered: Layered, one: int, other: int) -> tuple[int, tuple[str, int]]:
    """Where a line passes from one item to the next. Lines from one box share a way, and so do lines to one box."""
    first, second = layered.items[one], layered.items[other]
    if first.box:
        return first.layer, ("from", one)
    if second.box:
        return second.layer - 1, ("to", other)
    return min(first.layer, second.layer), ("through", one)


def _assign(nets: Mapping[tuple[str, int], _Net]) -> None:
    """Give each net that crosses a track of its own where they would touch; above another where it must be."""
    crooked = [net for net in nets.values() if not net.is_straight]
    open_nets: set[int] = set()

    def settle(net: _Net) -> None:
        if net.track >= 0 or id(net) in open_nets:
            return
        open_nets.add(id(net))
        over = [other for other in crooked if other is not net and _touch(other.above, net.below)]
        for other in over:
            settle(other)
        first = max((other.track for other in over), default=-1) + 1
        taken = {other.track for other in crooked if other.track >= 0 and _overlap(other, net)}
        net.track = next(track for track in range(first, first + len(crooked) + 1) if track not in taken)

    for net in sorted(crooked, key=lambda net: (net.right - net.left, net.left)):
        settle(net)


def _touch(some: set[float], others: set[float]) -> bool:
    return any(abs(one - other) < LANE_GAP / 2 for one in some for other in others)


def _overlap(one: _Net, other: _Net) -> bool:
    return one.left < other.right + LANE_GAP and other.left < one.right + LANE_GAP


def _rows(layered: Layered, nets: Nets) -> tuple[list[float], float]:
    """The top of each layer, and where all ends. Channels are as high as their tracks need."""
    tops: list[float] = []
    y = CHANNEL + TRACK * _tracks(nets, -1) if -1 in nets else 0.0
    for number, layer in enumerate(layered.layers):
        tops.append(y)
        y += max(layered.items[index].height for index in layer)
        y += CHANNEL + TRACK * _tracks(nets, number) if number + 1 < len(layered.layers) or number in nets else 0
    return tops, y


def _tracks(nets: Nets, channel: int) -> int:
    return max((net.track + 1 for net in nets.get(channel, {}).values()), default=0)


def _route(
    layered: Layered,
    chain: list[int],
    way: list[tuple[int, _Net]],
    middles: list[float],
    tops: list[float],
    begins: Mapping[int, float],
) -> Route:
    source, target = layered.items[chain[0]], layered.items[chain[-1]]
    points = [(middles[chain[0]], tops[source.layer] + source.height)]
    for (channel, net), one, other in zip(way, chain, chain[1:], strict=False):
        if not net.is_straight:
            y = begins[channel] + CHANNEL / 2 + TRACK * (net.track + 0.5)
            points += [(middles[one], y), (middles[other], y)]
    points.append((middles[chain[-1]], tops[target.layer]))
    first = layered.items[chain[1]]
    middle = tops[first.layer] + (begins[first.layer] - tops[first.layer]) / 2
    return Route(points=tuple(points), label=(middles[chain[1]], middle))
