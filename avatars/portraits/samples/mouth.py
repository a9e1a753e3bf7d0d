"""The mouth: two lips in a slight smile, and the dark seam between them."""

from collections.abc import Sequence

import numpy as np

from avatars.portraits.samples.curves import Pair, Points, line, mirrored, oval, ribbon, shifted, sided, tapered
from avatars.portraits.samples.painter import Canvas, Shape, mix
from avatars.portraits.samples.people import Person


def draw(canvas: Canvas, person: Person) -> None:
    """Paint the lips, closed."""
    build, palette = person.build, person.palette
    deep, _, _, bright = palette.skin
    seam, upper, lower = _across(build.seam), _across(build.upper_lip), _across(build.lower_lip)
    middle, corner = build.seam[0][1], build.seam[-1]
    canvas.shade(canvas.shape(oval(0, build.lower_lip[0][1] + 5, 21, 4)).blurred(4.5), mix(deep, bright, 0.3), 0.5)
    top = canvas.shape(np.concatenate([upper, seam[::-1]])).blurred(0.8)
    bottom = canvas.shape(np.concatenate([seam, lower[::-1]])).blurred(0.8)
    canvas.paint(top, mix(palette.lips, palette.seam, 0.24), 0.88)
    canvas.paint(bottom, palette.lips, 0.88)
    _model(canvas, person, top, bottom)
    path = _across(build.seam)
    widths = np.interp(np.abs(path[:, 0]), [0, 10, corner[0] * 0.8, corner[0]], [2.3, 2.0, 1.5, 1.2])
    canvas.paint(canvas.shape(ribbon(path, widths + 2.6)).blurred(1.6).within(_either(top, bottom)), palette.seam, 0.45)
    canvas.paint(canvas.shape(ribbon(path, widths)).blurred(0.5), palette.seam, 0.92)
    for side in (1, -1):
        dimple = line(
            [(corner[0] - 1, corner[1] + 0.6), (corner[0] + 2.5, corner[1] - 1.0), (corner[0] + 4, corner[1] - 4)]
        )
        canvas.shade(
            canvas.shape(sided(ribbon(dimple, tapered(len(dimple), 0.6, 0.1) * 2.4), side)).blurred(1.3),
            mix(deep, palette.seam, 0.3),
            0.6,
        )
    philtrum = canvas.shape(oval(0, middle - 22, 3.2, 8)).blurred(2.6)
    canvas.shade(philtrum, mix(deep, bright, 0.5), 0.30)


def _across(half: Sequence[Pair] | Points) -> Points:
    """A line over both halves of the mouth, from left to right."""
    right = np.asarray(half, dtype=np.float64)
    return line(np.concatenate([mirrored(right[:0:-1]), right]))


def _either(top: Shape, bottom: Shape) -> Shape:
    return top if top.alpha.size > bottom.alpha.size else bottom


def _model(canvas: Canvas, person: Person, top: Shape, bottom: Shape) -> None:
    """Light from above: the upper lip turns away from it, the lower one catches it."""
    build, palette = person.build, person.palette
    bright = palette.skin[3]
    low = build.lower_lip[0][1]
    middle = build.seam[0][1]
    under = canvas.shape(ribbon(_across(build.lower_lip), 7)).blurred(2.5).within(bottom)
    canvas.shade(under, mix(palette.seam, bright, 0.45), 0.55)
    for x, width in ((-11, 9), (12, 7)):
        canvas.light(
            canvas.shape(oval(x, (low + middle) / 2 - 0.5, width, 3.0)).blurred(2.2).within(bottom), bright, 0.42
        )
    ridge = np.asarray(build.upper_lip)[:4]
    canvas.light(
        canvas.shape(ribbon(shifted(_across(ridge), 0, -1.6), 2.0)).blurred(1.1), bright, 0.18 + 0.2 * build.lashes
    )
    canvas.light(canvas.shape(ribbon(shifted(_across(ridge), 0, 4.0), 3.0)).blurred(2.0).within(top), bright, 0.12)
