"""Hair as many strands that follow a few guide lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatars.portraits.samples.curves import Pair, Points, along, band, line
from avatars.portraits.samples.painter import Canvas, Shape, mix
from avatars.portraits.samples.people import Palette

KNOTS = 44  # points along a strand
Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the hair between its first and its last guide; strands run along them, from root to tip."""

    guides: Sequence[Sequence[Pair]]
    count: int
    width: float = 2.4
    unrest: float = 2.0  # how far strands stray, in units
    gleam: Sequence[float] = (0.26,)  # where along the strands light breaks, 0..1
    depth: float = 0.35  # how dark the side of the first guide lies, 0..1
    sway: float = 0.0  # how far locks part from each other towards their tips, in units
    fade: float = 0.0  # how much skin shows between the roots, 0..1
    loose: float = 0.0  # how far ends may pass the last guide, in shares of the width
    shortest: float = 0.75  # strands end somewhere between this share of the length and all of it

    def paths(self) -> NDArray[np.float64]:
        """The guides (g, KNOTS, 2) as lines of equal steps."""
        return np.stack([along(line(guide), KNOTS) for guide in self.guides])

    def outline(self, reach: float = 1.0) -> Points:
        """The area between the outer guides, from the roots as far as `reach` of the length."""
        paths = self.paths()[:, : int(np.ceil(reach * KNOTS))]
        return np.concatenate([paths[0], paths[1:-1, -1], paths[-1][::-1], paths[-2:0:-1, 0]])


def draw(
    canvas: Canvas, palette: Palette, section: Section, generator: np.random.Generator, light: float = 1.0
) -> None:
    """Paint one section: a dark ground, then its strands, the deepest first."""
    paths, outline = section.paths(), section.outline()
    ground = canvas.shape(section.outline((1 + section.shortest) / 2))
    canvas.paint(ground.blurred(2.5).within(ground), mix(palette.hair, (0.0, 0.0, 0.0), 0.25))
    places = np.sort(generator.uniform(0, 1 + section.loose, section.count))
    generator.shuffle(places)
    locks = generator.normal(0, 1, 64)
    bands, colours = [], []
    for place in places:
        path = _strand(section, paths, float(place), locks, generator)
        t = np.linspace(0, 1, KNOTS)
        widths = section.width * generator.uniform(0.6, 1.5) * np.interp(t, [0, 0.1, 0.65, 1], [0.25, 1, 1, 0.08])
        bands.append(band(path, widths))
        colours.append(_tones(section, palette, float(place), locks, generator, light))
    canvas.strands(bands, colours, _field(canvas, outline))


def _field(canvas: Canvas, outline: Points) -> Shape:
    """Everywhere strands may go: a box around the outline."""
    low, high = outline.min(0) - 24, outline.max(0) + 24
    return canvas.shape(np.array([low, (high[0], low[1]), high, (low[0], high[1])], dtype=np.float64))


def _strand(section: Section, paths: Numbers, place: float, locks: Numbers, generator: np.random.Generator) -> Points:
    """The line of one strand: between two of the guides' `paths`, straying a little, cut somewhere near the tips."""
    where = min(place, 1.0) * (len(paths) - 1)
    first = min(int(where), len(paths) - 2)
    step = paths[first + 1] - paths[first]
    t = np.linspace(0, 1, KNOTS)[:, None]
    path = paths[first] + step * (where - first)
    # Strands that pass the last guide leave it gradually, or the roots would stick out.
    path = path + step * max(place - 1.0, 0.0) * (len(paths) - 1) * np.minimum(3 * t, 1)
    root, tip = generator.normal(0, 0.4 * section.unrest, 2), generator.normal(0, section.unrest, 2)
    wave = generator.normal(0, section.unrest * 0.4) * np.sin(t * generator.uniform(3, 7) + generator.uniform(0, 6))
    apart = section.sway * float(np.interp(place * 20, np.arange(64), locks[::-1])) * t**2 * np.array([1.0, 0.5])
    path = path + root * (1 - t) + tip * t + wave + apart
    ended = generator.uniform(section.shortest, 1.0)
    return along(path[: max(4, int(np.ceil(KNOTS * ended)))], KNOTS)


def _tones(
    section: Section, palette: Palette, place: float, locks: Numbers, generator: np.random.Generator, light: float
) -> Numbers:
    """The colour of every stretch (KNOTS - 1, 3) of the strand at `place`."""
    t = np.linspace(0, 1, KNOTS - 1)
    lock = float(np.interp(place * 20, np.arange(64), locks))
    fine = float(np.interp(place * 47 + 9, np.arange(64), locks))
    shine = np.zeros_like(t)
    for number, centre in enumerate(section.gleam):
        spread = 0.10 + 0.03 * number
        shine += np.exp(-0.5 * ((t - centre - 0.035 * lock) / spread) ** 2) * (1.0 if number == 0 else 0.6)
    rounded = np.sin(np.pi * np.clip(0.12 + 0.80 * place, 0, 1))
    strength = np.clip(shine * (0.58 + 0.24 * lock + 0.12 * fine) * rounded * light, 0, 0.95)
    strength = np.clip(strength + generator.normal(0, 0.045), 0, 1)[:, None]
    ground = 1.05 + 0.16 * lock + generator.normal(0, 0.10) - section.depth * (1 - min(place, 1.0)) ** 2
    tone = np.asarray(palette.hair) * np.clip(ground, 0.35, 1.7)
    shiny = tone + (np.asarray(palette.hair_light) - tone) * strength
    bare = section.fade * np.exp(-t / 0.07)[:, None]
    return np.asarray(shiny + (np.asarray(palette.skin[1]) - shiny) * bare)
