"""The eyes, with their lids and lashes, and the brows."""

import numpy as np

from avatars.portraits.samples.curves import Points, along, band, line, oval, ribbon, shifted, sided, tapered
from avatars.portraits.samples.painter import Canvas, Pixels, Shape, mix
from avatars.portraits.samples.people import Person

WHITE = (0.985, 0.965, 0.95)  # RGB, 0..1: no eye is pure white
DARK = (0.05, 0.03, 0.03)  # RGB, 0..1: pupils, and the rim of the iris


def draw(canvas: Canvas, person: Person) -> None:
    """Paint both eyes and both brows."""
    generator = np.random.default_rng(person.seed)
    for side in (1, -1):
        _socket(canvas, person, side)
        opening = canvas.shape(sided(_opening(person), side))
        _ball(canvas, person, opening, side)
        _iris(canvas, person, opening, side)
        _lids(canvas, person, side)
        _lashes(canvas, person, side)
        _brow(canvas, person, side, generator)


def _opening(person: Person) -> Points:
    upper, lower = line(person.build.upper_lid), line(person.build.lower_lid)
    return np.concatenate([upper, lower[-2:0:-1]])


def _socket(canvas: Canvas, person: Person, side: int) -> None:
    """The shadow in which the eye lies, and a breath of eye shadow."""
    deep, _, _, bright = person.palette.skin
    above = shifted(np.asarray(person.build.upper_lid), 1, -6)
    lid = canvas.shape(sided(ribbon(line(above), tapered(61, 0.3, 0.6) * 13), side)).blurred(4)
    canvas.shade(lid, mix(deep, bright, 0.45), 0.35 + 0.2 * person.build.lashes)
    under = shifted(np.asarray(person.build.lower_lid), 1, 8)
    canvas.light(canvas.shape(sided(ribbon(line(under[1:-1]), 5), side)).blurred(4), bright, 0.25)


def _ball(canvas: Canvas, person: Person, opening: Shape, side: int) -> None:
    """The white: rounder towards the corners, pink at the inner one, in the shadow of the upper lid."""
    x, y = opening.grid
    centre, level, _ = person.build.iris
    away = np.hypot((x * side - centre) / 30, (y - level) / 22)
    tone = np.interp(np.clip(away, 0, 1), [0, 0.6, 1], [1, 0.96, 0.80])[..., None]
    canvas.paint(opening, (tone * np.asarray(WHITE)).astype(np.float32))
    inner = person.build.upper_lid[0]
    canvas.paint(
        canvas.shape(sided(oval(inner[0] + 3, inner[1] + 0.5, 4.5, 2.6), side)).blurred(1).within(opening),
        mix(person.palette.blush, WHITE, 0.35),
        0.8,
    )


def _iris(canvas: Canvas, person: Person, opening: Shape, side: int) -> None:
    """Iris, pupil and the window's reflection; the light comes from the same side in both eyes."""
    x, y, radius = person.build.iris
    place = x * side
    iris, palette = person.palette.iris, person.palette
    disc = canvas.shape(oval(place, y, radius, radius)).blurred(0.5).within(opening)
    canvas.paint(canvas.shape(oval(place, y, radius + 1.2, radius + 1.2)).blurred(1.2).within(opening), DARK, 0.35)
    across, down = disc.grid
    away = np.hypot(across - place, down - y) / radius
    angle = np.arctan2(down - y, across - place)
    rays = 0.10 * np.sin(angle * 23 + 1.3) + 0.07 * np.sin(angle * 41 + away * 5)
    glow = np.clip(0.55 + 0.75 * np.clip((down - y) / radius, -0.5, 1), 0.2, 1.3) + rays
    shade = np.interp(away, [0, 0.38, 0.75, 0.92, 1.05], [0.8, 1.15, 1.05, 0.5, 0.25]) * glow
    canvas.paint(disc, np.clip(shade[..., None] * np.asarray(iris) * 1.35, 0, 1).astype(np.float32))
    canvas.paint(canvas.shape(oval(place, y, radius * 0.44, radius * 0.44)).blurred(0.7).within(opening), DARK, 0.96)
    lid = canvas.shape(sided(ribbon(line(shifted(np.asarray(person.build.upper_lid), 0, 2.5)), 8), side)).blurred(2.2)
    canvas.shade(lid.within(opening), mix(palette.lash, (1.0, 0.9, 0.9), 0.25), 0.55)
    canvas.paint(canvas.shape(oval(place - 4.6, y - 4.8, 3.3, 3.7, 10)).blurred(0.6), (1.0, 1.0, 1.0), 0.96)
    canvas.light(canvas.shape(oval(place + 4.6, y + 5.2, 3.0, 2.2, -30)).blurred(1.2).within(opening), WHITE, 0.4)


def _lids(canvas: Canvas, person: Person, side: int) -> None:
    """The lash line, the crease above it and the wet rim below."""
    deep, _, _, bright = person.palette.skin
    strength = person.build.lashes
    upper = line(person.build.upper_lid)
    t = np.linspace(0, 1, len(upper))
    widths = np.interp(t, [0, 0.2, 0.6, 0.92, 1], [1.0, 2.2, 3.4, 3.7, 2.2]) * (0.75 + 0.4 * strength)
    line_above = canvas.shape(sided(ribbon(shifted(upper, 0, -0.6), widths), side)).blurred(0.45)
    canvas.paint(line_above, person.palette.lash, 0.95)
    lower = line(person.build.lower_lid)
    canvas.light(canvas.shape(sided(ribbon(shifted(lower[6:-8], 0, -0.6), 1.8), side)).blurred(0.7), bright, 0.45)
    thin = np.interp(t, [0, 0.35, 0.85, 1], [0.3, 0.7, 1.5, 1.2])
    edge = canvas.shape(sided(ribbon(shifted(lower, 0, 0.7), thin), side)).blurred(0.6)
    canvas.paint(edge, mix(person.palette.lash, deep, 0.55), 0.35 + 0.35 * strength)
    away = np.array([(-1.5, -4), (0.5, -6), (0, -7.4), (0.5, -7.6), (3, -7)])
    crease = line(np.add(person.build.upper_lid[:-1], away))
    fold = canvas.shape(sided(ribbon(crease, tapered(len(crease), 0.25, 0.3) * 2.1), side)).blurred(0.9)
    canvas.paint(fold, mix(deep, person.palette.lash, 0.25), 0.62)
    canvas.light(canvas.shape(sided(ribbon(shifted(crease, 0, -4.5), 4), side)).blurred(3), bright, 0.16)


def _lashes(canvas: Canvas, person: Person, side: int) -> None:
    """Single lashes, longer towards the outer corner."""
    strength = person.build.lashes
    upper = along(line(person.build.upper_lid), 19)[3:]
    hairs = []
    for number, root in enumerate(upper):
        t = number / (len(upper) - 1)
        length = (2.6 + 4.6 * t**1.2) * (0.45 + 0.55 * strength) * (0.86 + 0.14 * (number % 2))
        lean = np.radians(np.interp(t, [0, 0.4, 1], [-14, 8, 56]))
        end = root + length * np.array([np.sin(lean), -np.cos(lean)])
        middle = (root + end) / 2 + [0.16 * length, 0.10 * length]
        hairs.append(sided(ribbon(line([tuple(root), tuple(middle), tuple(end)], 5), np.linspace(1.5, 0.3, 11)), side))
    canvas.paint(canvas.shape(*hairs).blurred(0.3), person.palette.lash, 0.5 + 0.4 * strength)


def _brow(canvas: Canvas, person: Person, side: int, generator: np.random.Generator) -> None:
    """A soft base with single hairs on it, which lie flatter towards the tail."""
    path = line(person.build.brow)
    width = person.build.brow_width
    t = np.linspace(0, 1, len(path))
    widths = width * np.interp(t, [0, 0.12, 0.5, 0.8, 1], [0.62, 0.95, 1.0, 0.62, 0.12])
    soft = canvas.shape(sided(ribbon(path, widths), side)).blurred(1.5)
    canvas.paint(soft.times(_fading_in(soft, person, side)), person.palette.brow, 0.8)
    bands, colours = [], []
    for _ in range(110):
        place = generator.uniform(0.0, 0.97)
        index = int(place * (len(path) - 1))
        offset = generator.uniform(-0.42, 0.42) * widths[index]
        root = path[index] + [0, offset]
        lean = np.radians(
            np.interp(place, [0, 0.25, 0.7, 1], [18, 48, 82, 108]) + generator.normal(0, 7) + offset * 3.0
        )
        length = width * generator.uniform(0.6, 0.95) * np.interp(place, [0, 0.6, 1], [0.85, 1.05, 0.8])
        end = root + length * np.array([np.sin(lean), -np.cos(lean)])
        hair = along(np.stack([root, end]), 4)
        bands.append(band(sided(hair, side), [0.5, 1.0, 0.7, 0.2]))
        colours.append(np.tile(np.asarray(person.palette.brow) * generator.uniform(0.8, 1.12), (3, 1)))
    low, high = path.min(0) - width, path.max(0) + width
    field = canvas.shape(sided(np.array([low, (high[0], low[1]), high, (low[0], high[1])]), side))
    canvas.strands(bands, colours, field.times(0.30))


def _fading_in(shape: Shape, person: Person, side: int) -> Pixels:
    """Brows begin softly."""
    x, _ = shape.grid
    start = person.build.brow[0][0]
    return np.clip(0.35 + (x * side - start) / 26, 0, 1).astype(np.float32)
