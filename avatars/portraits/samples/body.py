"""Neck and shoulders: the skin below the face, and the jacket's body; collars and shirts are in `clothes`."""

import numpy as np

from avatars.portraits.samples.curves import Points, both_halves, closed, line, oval, ribbon, shifted, sided, tapered
from avatars.portraits.samples.face import toned
from avatars.portraits.samples.painter import Canvas, Colour, Pixels, Shape, blur, mix
from avatars.portraits.samples.people import Person


def neck(canvas: Canvas, person: Person) -> None:
    """The neck and the upper chest, in the shadow of the chin."""
    half = [*person.build.neck, (person.build.neck[-1][0], 620), (0, 620)]
    skin = canvas.shape(both_halves([(0, 110), *line(half[:-2]), *half[-2:]]))
    x, y = skin.grid
    width = person.build.neck[0][0]
    round_light = 0.74 - 0.20 * np.clip(x / width, -1, 1) - 0.22 * np.clip(np.abs(x / width), 0, 1) ** 3
    flat = np.clip((y - 225) / 60, 0, 1)
    light = round_light * (1 - flat) + (0.76 - x / 900) * flat
    canvas.paint(skin, toned(np.clip(light, 0, 1).astype(np.float32), person.palette))
    _chin_shadow(canvas, person, skin)
    _collar_bones(canvas, person, skin)


def _chin_shadow(canvas: Canvas, person: Person, skin: Shape) -> None:
    deep, shadow, _, bright = person.palette.skin
    face = canvas.shape(closed(both_halves(person.build.face)))
    canvas.shade(face.moved(5, 22).blurred(11).within(skin), mix(deep, bright, 0.25), 0.62)
    canvas.shade(face.moved(2, 8).blurred(4).within(skin), mix(deep, shadow, 0.3), 0.45)


def _collar_bones(canvas: Canvas, person: Person, skin: Shape) -> None:
    """The two muscles of the neck and the hollow between them."""
    deep, _, _, bright = person.palette.skin
    base = person.build.neck[-2][1]
    for side in (1, -1):
        muscle = line([(person.build.neck[0][0] - 9, base - 92), (34, base - 40), (12, base + 12)])
        widths = tapered(len(muscle), 0.2, 0.5) * 9
        canvas.shade(
            canvas.shape(sided(ribbon(muscle, widths), side)).blurred(5).within(skin), mix(deep, bright, 0.55), 0.32
        )
        bone = line([(15, base + 20), (50, base + 12), (110, base + 14)])
        canvas.shade(
            canvas.shape(sided(ribbon(shifted(bone, 0, 6), 5), side)).blurred(4).within(skin),
            mix(deep, bright, 0.5),
            0.4,
        )
        canvas.light(canvas.shape(sided(ribbon(bone, 5), side)).blurred(4).within(skin), bright, 0.3)
    canvas.shade(canvas.shape(oval(0, base + 22, 9, 8)).blurred(5).within(skin), mix(deep, bright, 0.45), 0.45)


def cloth(shape: Shape, tone: Colour, contrast: float = 1.0) -> Pixels:
    """Woven colour over a shape: rounder towards its edges, lit from the upper left, with a hint of weave."""
    x, y = shape.grid
    inside = blur(shape.alpha, 24 * shape.scale)
    slope_y, slope_x = np.gradient(inside * 34, 1 / shape.scale)
    lit = 1.0 + contrast * (0.55 * slope_x * 0.6 + 0.55 * slope_y * 0.8) - contrast * (x / 2200 + (y - 300) / 1500)
    weave = 0.008 * np.sin(x * 2.1 + y * 1.1) * np.sin(x * 1.2 - y * 2.3)
    return np.asarray(np.clip((lit + weave)[..., None] * np.asarray(tone), 0, 1), dtype=np.float32)


def silhouette(canvas: Canvas, person: Person) -> Shape:
    """All that clothes cover."""
    shoulder = line(person.build.shoulders)
    return canvas.shape(both_halves([(0, shoulder[0][1]), *shoulder, (0, shoulder[-1][1])]))


def jacket(canvas: Canvas, person: Person, opening: Points) -> Shape:
    """The jacket around the opening in front; returns where it lies."""
    whole = silhouette(canvas, person)
    hole = canvas.shape(opening)
    body = whole.without(hole)
    tone = person.palette.jacket
    canvas.shade(hole.without(hole.moved(0, 7).blurred(6)).within(whole), (0.3, 0.25, 0.25), 0.2)
    canvas.paint(body, cloth(body, tone))
    dark = mix(tone, (0.03, 0.03, 0.06), 0.75)
    for side in (1, -1):
        _sleeve(canvas, person, body, side, dark)
    return body


def _sleeve(canvas: Canvas, person: Person, body: Shape, side: int, dark: Colour) -> None:
    """The seam of the sleeve and the folds around it."""
    edge = person.build.shoulders[3][0]
    tone = person.palette.jacket
    seam = line([(edge - 12, 316), (edge - 24, 372), (edge - 22, 440), (edge - 34, 520), (edge - 40, 620)])
    canvas.shade(canvas.shape(sided(ribbon(seam, 15), side)).blurred(9).within(body), dark, 0.42)
    canvas.shade(canvas.shape(sided(ribbon(seam, 1.6), side)).blurred(0.8).within(body), dark, 0.5)
    folds = [
        ((edge - 40, 470), (edge - 90, 488), (edge - 140, 530)),
        ((edge - 36, 510), (edge - 70, 540), (edge - 96, 590)),
        ((edge + 6, 420), (edge + 18, 460), (edge + 14, 520)),
    ]
    for knots in folds:
        path = line(knots)
        widths = tapered(len(path), 0.1, 0.1) * 13
        canvas.shade(canvas.shape(sided(ribbon(path, widths), side)).blurred(6).within(body), dark, 0.4)
        canvas.light(
            canvas.shape(sided(ribbon(shifted(path, -4, -11), widths), side)).blurred(6).within(body),
            mix(tone, (1, 1, 1), 0.5),
            0.14,
        )
