"""Captions drawn into the picture: white, with an edge that is read on any background, filled as they are spoken."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from avatars.captions.srt import SHORT_PAUSE, Cue, ends_clause
from avatars.engines.base import Picture
from avatars.framing import fonts
from avatars.framing.boxes import Box

WEIGHT = 700  # of the font: bold, to be read on a moving picture
WHITE, ACCENT = (255, 255, 255), (255, 214, 64)  # RGB: words yet to be spoken, and spoken ones
LINES = 2
"""Lines that are shown at a time; a caption with more is shown in turn."""
SMALLER = 0.7
"""The size of the second language, as a share of that of the first. It has one line."""

# Of the shorter side, of the font's size, and of the frame's own sides.
SIZE, SIZE_WIDE = 0.057, 0.062
EDGE, SHADOW, LEADING = 0.085, 0.16, 1.34  # of the font's size: the dark edge, its shadow, the height of a line
BESIDE, BELOW, BELOW_UPRIGHT = 0.06, 0.075, 0.165
"""Of the frame's sides: free beside captions, below them, and below them in upright videos."""
EDGE_ALPHA, SHADOW_ALPHA = 0.82, 0.42  # 0..1: how dark edge and shadow are at most
WIDE, UPRIGHT = 1.2, 1 / 1.4  # width through height from which a frame counts as wide, and below which as upright
CLAUSE_IS_WORTH = 0.12
"""A line that ends with a clause may be so much shorter than the other, as a share of the width squared."""


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A line on the screen: `begin` to `end` of its caption's text."""

    begin: int
    end: int


@dataclass(frozen=True, kw_only=True)
class _Page:
    """The lines shown at once, and when, in seconds."""

    cue: Cue
    rows: tuple[_Row, ...]
    start: float
    end: float


class CaptionPainter:
    """Draws captions on frames of (width, height); none of them reaches below `floor`, a row of pixels.

    A `second` one draws smaller captions in one line.
    """

    def __init__(
        self,
        cues: Sequence[Cue],
        size: tuple[int, int],
        *,
        fps: int,
        karaoke: bool,
        floor: int | None = None,
        second: bool = False,
    ) -> None:
        width, height = size
        aspect = width / height
        self._fps, self._karaoke = fps, karaoke
        full = min(size) * (SIZE_WIDE if aspect > WIDE else SIZE)
        self._font = max(12, round(full * SMALLER if second else full))
        self._lines = 1 if second else LINES
        self._pad = round(self._font * (EDGE + 2 * SHADOW)) + 2
        self._widest = min(width * (1 - 2 * BESIDE), full * 22)
        self._frame = size
        below = round(height * (1 - (BELOW_UPRIGHT if aspect < UPRIGHT else BELOW)))
        self._floor = below if floor is None else min(below, floor)
        self._pages: list[_Page] = []
        for cue in cues:
            self.add(cue)
        self._shown: tuple[_Page, _Sheet] | None = None

    def add(self, cue: Cue) -> None:
        self._pages += self._paged(cue)

    @property
    def above(self) -> int:
        """The row of pixels above which there is room for others."""
        return self._floor - round(self._lines * self._font * LEADING)

    @property
    def box(self) -> Box:
        """The box in which captions may be at any time."""
        rows = max((len(page.rows) for page in self._pages), default=0)
        height = round(rows * self._font * LEADING) + 2 * self._pad
        wide = round(self._widest) + 2 * self._pad
        left, top = max(0, (self._frame[0] - wide) // 2), max(0, self._floor - height + self._pad)
        return Box(
            x=left,
            y=top,
            width=min(wide, self._frame[0] - left),
            height=min(height, self._frame[1] - top) if rows else 0,
        )

    def draw(self, frame: Picture, number: int) -> None:
        """Draw the caption of this moment on the frame."""
        page = self._page(number)
        if page is None:
            return
        if self._shown is None or self._shown[0] is not page:
            self._shown = page, _Sheet(page, self._font, self._pad)
        sheet = self._shown[1]
        left = (self._frame[0] - sheet.width) // 2
        top = self._floor + self._pad - sheet.height
        sheet.draw(frame, left, max(0, top), self._time(number) if self._karaoke else None)

    def lines(self, number: int) -> list[str]:
        """The text on this frame, row by row."""
        page = self._page(number)
        return [page.cue.text[row.begin : row.end].strip() for row in page.rows] if page else []

    def _page(self, number: int) -> _Page | None:
        now = self._time(number)
        place = bisect_right(self._pages, now, key=lambda page: page.start)
        if not place:
            return None
        page = self._pages[place - 1]
        if now < page.end:
            return page
        following = self._pages[place] if place < len(self._pages) else None
        return page if following is not None and following.start - page.end < SHORT_PAUSE else None

    def _time(self, number: int) -> float:
        return (number + 0.5) / self._fps

    def _paged(self, cue: Cue) -> list[_Page]:
        rows = _rows(cue, self._font, self._widest)
        parts = [rows[index : index + self._lines] for index in range(0, len(rows), self._lines)]
        letters = [sum(row.end - row.begin for row in part) for part in parts]
        # How long it stays up after its last word may not be known yet.
        spoken = cue.words[-1].finish if cue.words else cue.end
        edges = cue.start + np.cumsum([0, *letters]) / max(1, sum(letters)) * (spoken - cue.start)
        edges[-1] = max(cue.end, spoken)
        return [
            _Page(cue=cue, rows=tuple(part), start=float(start), end=float(end))
            for part, start, end in zip(parts, edges, edges[1:], strict=False)
        ]


class _Sheet:
    """One page as pixels: the share of a frame that it keeps, and the light that it adds, unspoken and spoken."""

    def __init__(self, page: _Page, size: int, pad: int) -> None:
        self._lines = [page.cue.text[row.begin : row.end].rstrip() for row in page.rows]
        widths = [fonts.length(line, size, WEIGHT) for line in self._lines]
        leading = round(size * LEADING)
        self.width, self.height = int(np.ceil(max(widths))) + 2 * pad, leading * len(self._lines) + 2 * pad
        self._lefts = [(self.width - width) / 2 for width in widths]
        self._leading, self._pad = leading, pad
        keep, light = self._painted(size)
        self._keep = np.round(keep[:, :, None] * 256).astype(np.uint16)
        self._plain, self._spoken = (
            np.round(light[:, :, None] * np.array(colour, np.float32) * 256).astype(np.uint16)
            for colour in (WHITE, ACCENT)
        )
        self._steps = [
            list(_steps(page.cue, row, left, size)) for row, left in zip(page.rows, self._lefts, strict=True)
        ]

    def draw(self, frame: Picture, left: int, top: int, now: float | None) -> None:
        """Put it on a frame; words spoken before `now` have the accent's colour."""
        add = self._plain if now is None else self._filled(now)
        x, y = max(0, -left), 0
        height, width = min(self.height, frame.shape[0] - top), min(self.width - x, frame.shape[1])
        patch = frame[top : top + height, max(0, left) : max(0, left) + width]
        cut = np.s_[y : y + height, x : x + width]
        patch[:] = (patch * self._keep[cut] + add[cut]) >> 8

    def _filled(self, now: float) -> NDArray[np.uint16]:
        add = self._plain.copy()
        for index, steps in enumerate(self._steps):
            reached = 0.0
            for start, finish, begin, end in steps:
                if now >= start:
                    share = min(1.0, (now - start) / max(finish - start, 1e-3))
                    reached = begin + (end - begin) * share
            top = self._pad + index * self._leading
            band = np.s_[top : top + self._leading, : round(reached)]
            add[band] = self._spoken[band]
        return add

    def _painted(self, size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The share of a frame that is kept, and the light of the letters, both 0..1 of (height, width)."""
        ink, edge = Image.new("L", (self.width, self.height)), Image.new("L", (self.width, self.height))
        for index, (line, left) in enumerate(zip(self._lines, self._lefts, strict=True)):
            base = self._pad + round((index + 0.5) * self._leading + size * 0.36)
            at = left
            for piece, font in fonts.runs(line, size, WEIGHT):
                ImageDraw.Draw(ink).text((at, base), piece, fill=255, font=font, anchor="ls")
                ImageDraw.Draw(edge).text(
                    (at, base), piece, fill=255, font=font, anchor="ls", stroke_width=max(1, round(size * EDGE))
                )
                at += font.getlength(piece)
        shadow = edge.filter(ImageFilter.GaussianBlur(size * SHADOW))
        letters, rim, dark = (np.asarray(image, np.float32) / np.float32(255) for image in (ink, edge, shadow))
        keep = (1 - dark * SHADOW_ALPHA) * (1 - rim * EDGE_ALPHA) * (1 - letters)
        return keep.astype(np.float32), letters


def _steps(cue: Cue, row: _Row, left: float, size: int) -> list[tuple[float, float, float, float]]:
    """For each word of a row: when it is spoken, in seconds, and which part of the row it fills, in pixels."""
    steps = []
    words = [word for word in cue.words if word.begin < row.end and word.end > row.begin]
    for word, following in zip(words, [*words[1:], None], strict=False):
        # Signs between two words are filled with the first of them, and signs before all words with the first word.
        until = row.end if following is None else following.begin
        begin, end = (
            left
            + fonts.length(
                cue.text[row.begin : place].rstrip() if place == row.end else cue.text[row.begin : place], size, WEIGHT
            )
            for place in (max(word.begin, row.begin), min(until, row.end))
        )
        steps.append((word.start, word.finish, begin, end))
    return steps


def _rows(cue: Cue, size: int, widest: float) -> list[_Row]:
    """The rows of a caption: as few as fit, as even as can be, ending with clauses or else with words."""
    rows: list[_Row] = []
    begin = 0
    for line in cue.text.split("\n"):
        rows += _broken(cue, begin, begin + len(line), size, widest)
        begin += len(line) + 1
    return rows


def _broken(cue: Cue, begin: int, end: int, size: int, widest: float) -> list[_Row]:
    def width(first: int, last: int) -> float:
        return fonts.length(cue.text[first:last].strip(), size, WEIGHT)

    if width(begin, end) <= widest:
        return [_Row(begin=begin, end=end)]
    gaps = sorted(gap for gap in cue.gaps if begin < gap < end)
    # For each place: the least cost of ending a row there, after how many rows, and where that row began.
    best: dict[int, tuple[int, float, int]] = {begin: (0, 0.0, begin)}
    for place in [*gaps, end]:
        choices = []
        for start, (count, cost, _) in best.items():
            wide = width(start, place)
            if wide <= widest:
                worth = 0.0 if place == end or not ends_clause(cue.text, place) else CLAUSE_IS_WORTH
                choices.append((count + 1, cost + (1 - wide / widest) ** 2 - worth, start))
        if choices:
            best[place] = min(choices)
    if end not in best:
        return _torn(cue, begin, end, size, widest)
    rows, place = [], end
    while place > begin:
        start = best[place][2]
        rows.append(_Row(begin=start, end=place))
        place = start
    return rows[::-1]


def _torn(cue: Cue, begin: int, end: int, size: int, widest: float) -> list[_Row]:
    """A word that is wider than a row, such as an address, in as many pieces as it takes."""
    rows, start = [], begin
    for place in range(begin + 1, end + 1):
        if fonts.length(cue.text[start:place], size, WEIGHT) > widest:
            rows.append(_Row(begin=start, end=place - 1))
            start = place - 1
    return [*rows, _Row(begin=start, end=end)]
