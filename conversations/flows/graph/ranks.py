"""Assigns boxes to layers and orders each layer: the first half of a layered drawing.

Boxes stand in even layers; the odd ones between them are for links that pass through. Each link is a chain of items,
one in every layer that it crosses. A link that leads back up, or to its own box, has a lane beside the boxes from its
source's layer to its target's, so that it too leaves below and arrives above.
"""

import itertools
from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

SWEEPS = 10


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box to place; sizes are in pixels."""

    key: str
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Link:
    """An arrow with room for its label. A `main` one is kept straight where possible."""

    source: str
    target: str
    width: float = 0
    height: float = 0
    main: bool = True


@dataclass(frozen=True, kw_only=True)
class Item:
    """A box, or a piece of a link in one layer."""

    layer: int
    width: float
    height: float
    box: str = ""


@dataclass(kw_only=True)
class Layered:
    """`layers` hold indices of `items` from left to right; `chains` go from source to target."""

    items: list[Item] = field(default_factory=list)
    layers: list[list[int]] = field(default_factory=list)
    chains: list[list[int]] = field(default_factory=list)
    of_box: dict[str, int] = field(default_factory=dict)
    # The ends of lanes, each with the box beside which it wants to stand.
    beside: dict[int, int] = field(default_factory=dict)

    def add(self, item: Item) -> int:
        self.items.append(item)
        while len(self.layers) <= item.layer:
            self.layers.append([])
        self.layers[item.layer].append(len(self.items) - 1)
        return len(self.items) - 1

    def segments(self) -> Iterable[tuple[int, int, int]]:
        """Pairs of items in neighbouring layers, upper one first, with the number of the link."""
        for number, chain in enumerate(self.chains):
            for one, other in itertools.pairwise(chain):
                upper, lower = sorted((one, other), key=lambda index: self.items[index].layer)
                if self.items[upper].layer != self.items[lower].layer:
                    yield upper, lower, number


def arrange(boxes: Sequence[Box], links: Sequence[Link]) -> Layered:
    """The boxes in layers with few crossings. The first box is the start."""
    order = _discovered(boxes, links)
    rank = _ranks(order, [link for link in links if order[link.source] < order[link.target]])
    layered = Layered()
    first = order[boxes[0].key]
    # Those that nothing leads to were numbered before it; they stand on the right.
    for box in sorted(boxes, key=lambda box: (order[box.key] < first, order[box.key])):
        layered.of_box[box.key] = layered.add(
            Item(layer=2 * rank[box.key], width=box.width, height=box.height, box=box.key)
        )
    for link in links:
        layered.chains.append(_chain(layered, link, 2 * rank[link.source], 2 * rank[link.target]))
    _untangle(layered)
    return layered


def _discovered(boxes: Sequence[Box], links: Sequence[Link]) -> dict[str, int]:
    """A number for each box, such that a link to a smaller or equal one leads back: depth first, finished last."""
    # The last target first: so the first one is finished last, and comes to stand on the left.
    ahead = {box.key: [link.target for link in reversed(links) if link.source == box.key] for box in boxes}
    seen: set[str] = set()
    finished: list[str] = []
    for box in boxes:
        stack = [(box.key, iter(ahead[box.key]))] if box.key not in seen else []
        seen.add(box.key)
        while stack:
            key, targets = stack[-1]
            fresh = next((target for target in targets if target not in seen), None)
            if fresh is None:
                finished.append(key)
                stack.pop()
            else:
                seen.add(fresh)
                stack.append((fresh, iter(ahead[fresh])))
    return {key: number for number, key in enumerate(reversed(finished))}


def _ranks(order: Mapping[str, int], forward: Sequence[Link]) -> dict[str, int]:
    """The longest way from the top; the row of the very first box is its own."""
    rank = dict.fromkeys(order, 0)
    for key in sorted(order, key=lambda key: order[key]):
        for link in forward:
            if link.source == key:
                rank[link.target] = max(rank[link.target], rank[key] + 1)
    return rank


def _chain(layered: Layered, link: Link, start: int, end: int) -> list[int]:
    """Add the items of one link; returns its chain from source to target."""
    source, target = layered.of_box[link.source], layered.of_box[link.target]
    down = end > start
    rows = range(start + 1, end) if down else range(start, end - 1, -1)
    pieces = [
        layered.add(
            Item(layer=row, width=link.width if row == rows[0] else 0, height=link.height if row == rows[0] else 0)
        )
        for row in rows
    ]
    if not down:
        layered.beside[pieces[-1]] = target
        layered.beside[pieces[0]] = source
    return [source, *pieces, target]


def _untangle(layered: Layered) -> None:
    """Order each layer by the middle of its neighbours, down and up in turns, and keep the best of all orders."""
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for upper, lower, _number in layered.segments():
        below.setdefault(upper, []).append(lower)
        above.setdefault(lower, []).append(upper)
    best, fewest = [list(layer) for layer in layered.layers], _crossings(layered, below)
    for sweep in range(SWEEPS):
        rows = range(len(layered.layers)) if sweep % 2 == 0 else range(len(layered.layers) - 1, -1, -1)
        near = above if sweep % 2 == 0 else below
        for row in rows:
            _sort(layered, row, near)
        crossings = _crossings(layered, below)
        if crossings < fewest or sweep == 0:
            best, fewest = [list(layer) for layer in layered.layers], crossings
    layered.layers = best


def _sort(layered: Layered, row: int, near: Mapping[int, Sequence[int]]) -> None:
    layer = layered.layers[row]
    neighbours = {index for item in layer for index in near.get(item, ())}
    rows = {layered.items[index].layer for index in neighbours}
    place = {index: number for other in rows for number, index in enumerate(layered.layers[other])}
    own = {index: float(number) for number, index in enumerate(layer)}

    def middle(index: int) -> float:
        known = near.get(index, ())
        return sum(place[other] for other in known) / len(known) if known else own[index]

    def key(index: int) -> tuple[float, int, float]:
        box = layered.beside.get(index)
        return (middle(box), 1, own[index]) if box is not None else (middle(index), 0, own[index])

    layer.sort(key=key)


def _crossings(layered: Layered, below: Mapping[int, Sequence[int]]) -> int:
    place: Callable[[int], int] = {
        index: number for layer in layered.layers for number, index in enumerate(layer)
    }.__getitem__
    count = 0
    for layer in layered.layers:
        passed: list[int] = []
        for index in layer:
            targets = [place(lower) for lower in below.get(index, ())]
            count += sum(len(passed) - bisect_right(passed, target) for target in targets)
            for target in targets:
                insort(passed, target)
    return count
