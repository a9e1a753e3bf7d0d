"""The clothes of each: a blazer over a blouse, a jacket over a shirt."""

import numpy as np

from avatars.portraits.samples import body
from avatars.portraits.samples.curves import Points, both_halves, line, oval, ribbon, shifted, sided, tapered
from avatars.portraits.samples.painter import Canvas, Colour, Shape, mix
from avatars.portraits.samples.people import Person

SHADOW = (0.25, 0.2, 0.22)  # RGB, 0..1: of seams and buttons on a white shirt


def blazer_and_blouse(canvas: Canvas, person: Person) -> None:
    """A light blouse with a soft V, a fine necklace, an open blazer."""
    neckline = line([(0, 356), (26, 324), (52, 284), (66, 244)])
    blouse = canvas.shape(both_halves([*neckline, (96, 268), (140, 330), (190, 620), (0, 620)]))
    canvas.shade(blouse.moved(0, -4).blurred(5).without(blouse), person.palette.skin[1], 0.5)
    canvas.paint(blouse, body.cloth(blouse, person.palette.shirt, 0.5))
    _drape(canvas, person, blouse)
    for side in (1, -1):
        hem = canvas.shape(sided(ribbon(shifted(neckline, 3.5, 1.5), 7), side)).within(blouse)
        canvas.paint(hem, mix(person.palette.shirt, (1, 1, 1), 0.5))
        edge = canvas.shape(sided(ribbon(shifted(neckline, 7.5, 3), 2), side)).blurred(1.4).within(blouse)
        canvas.shade(edge, (0.6, 0.5, 0.46), 0.45)
    _necklace(canvas)
    opening = both_halves(
        [(0, 600), *line([(16, 560), (48, 470), (78, 370), (92, 300), (74, 236)]), (74, 150), (0, 150)]
    )
    jacket = body.jacket(canvas, person, opening)
    lapel = [
        (70, 242),
        (98, 252),
        (128, 284),
        (150, 326),
        (118, 338),
        (148, 366),
        (112, 430),
        (62, 512),
        (14, 566),
        (46, 472),
        (76, 372),
        (88, 304),
    ]
    _lapels(canvas, person, jacket, np.asarray(lapel, dtype=np.float64))


def jacket_and_shirt(canvas: Canvas, person: Person) -> None:
    """A shirt with its top button open, under a jacket."""
    neckline = line([(0, 330), (18, 300), (50, 262), (86, 226)])
    shirt = canvas.shape(both_halves([*neckline, (112, 262), (150, 330), (200, 620), (0, 620)]))
    canvas.paint(shirt, body.cloth(shirt, person.palette.shirt, 0.5))
    _drape(canvas, person, shirt)
    _placket(canvas, shirt)
    opening = both_halves(
        [(0, 610), *line([(20, 570), (58, 480), (92, 380), (108, 310), (92, 226)]), (92, 150), (0, 150)]
    )
    jacket = body.jacket(canvas, person, opening)
    lapel = [
        (92, 232),
        (128, 244),
        (158, 280),
        (182, 330),
        (146, 344),
        (180, 374),
        (138, 446),
        (78, 524),
        (18, 580),
        (56, 482),
        (90, 382),
        (106, 312),
    ]
    _lapels(canvas, person, jacket, np.asarray(lapel, dtype=np.float64))
    for side in (1, -1):
        _collar(canvas, person, side)


def _drape(canvas: Canvas, person: Person, shirt: Shape) -> None:
    """Soft vertical folds."""
    dark = mix(person.palette.shirt, (0.35, 0.3, 0.36), 0.6)
    for x, lean in ((-46, 10), (-22, 6), (26, -4), (52, -12), (8, 3)):
        path = line([(x * 1.1, 390), (x + lean * 0.4, 470), (x + lean, 590)])
        widths = tapered(len(path), 0.1, 0.6) * 8
        canvas.shade(canvas.shape(ribbon(path, widths)).blurred(5).within(shirt), dark, 0.42)


def _necklace(canvas: Canvas) -> None:
    gold = (0.85, 0.66, 0.36)
    chain = line([(-60, 256), (-34, 298), (-10, 321), (0, 324), (10, 321), (34, 298), (60, 256)])
    canvas.shade(canvas.shape(ribbon(shifted(chain, 1, 2.5), 2)).blurred(1.6), (0.6, 0.36, 0.28), 0.5)
    canvas.paint(canvas.shape(ribbon(chain, 1.3)).blurred(0.4), gold, 0.9)
    canvas.paint(canvas.shape(oval(0, 328, 4, 4)).blurred(0.4), gold)
    canvas.light(canvas.shape(oval(-1.2, 326.6, 1.5, 1.5)).blurred(0.5), (1.0, 0.98, 0.9), 0.95)


def _placket(canvas: Canvas, shirt: Shape) -> None:
    """The overlap of the shirt with its buttons."""
    for x in (-11, 11):
        path = np.array([(x, 335.0), (x, 620.0)])
        canvas.shade(canvas.shape(ribbon(path, 1.6)).blurred(0.9).within(shirt), SHADOW, 0.3)
    for y in (380, 456, 532):
        canvas.shade(canvas.shape(oval(1, y + 1.5, 5, 5)).blurred(1.6), SHADOW, 0.4)
        canvas.paint(canvas.shape(oval(0, y, 4.4, 4.4)).blurred(0.4), (0.96, 0.96, 0.97))
        canvas.shade(canvas.shape(oval(0, y, 1.6, 1.6)).blurred(0.6), SHADOW, 0.4)


def _lapels(canvas: Canvas, person: Person, jacket: Shape, outline: Points) -> None:
    tone = person.palette.jacket
    dark: Colour = mix(tone, (0.03, 0.03, 0.06), 0.7)
    for side in (1, -1):
        lapel = canvas.shape(sided(outline, side))
        canvas.shade(lapel.moved(3, 6).blurred(6).within(jacket), dark, 0.65)
        canvas.paint(lapel, body.cloth(lapel, mix(tone, (1, 1, 1), 0.06), 1.0))
        notch = outline[[0, 3, 4]]
        fold = canvas.shape(sided(ribbon(np.stack([notch[2], shifted(outline[10], 14, -38)]), 1.8), side)).blurred(0.8)
        canvas.shade(fold.within(lapel), dark, 0.6)
        rim = canvas.shape(sided(ribbon(shifted(outline[[4, 5, 6, 7, 8]], -1.5, -1.0), 1.6), side)).blurred(0.7)
        canvas.light(rim.within(lapel), (1.0, 1.0, 1.0), 0.20)


def _collar(canvas: Canvas, person: Person, side: int) -> None:
    """One leaf of the shirt's collar."""
    inner = line([(4, 320), (28, 288), (56, 248), (79, 200)])
    outer = line([(79, 200), (98, 226), (108, 260), (90, 308)])
    leaf = np.concatenate([inner, outer[1:], np.array([(60.0, 350.0), (8.0, 328.0)])])
    shape = canvas.shape(sided(leaf, side))
    canvas.shade(shape.moved(2, 7).blurred(6), SHADOW, 0.4)
    canvas.paint(shape, body.cloth(shape, mix(person.palette.shirt, (1, 1, 1), 0.35), 0.8))
    crest = canvas.shape(sided(ribbon(inner, 6), side)).blurred(2.5).within(shape)
    canvas.light(crest, (1.0, 1.0, 1.0), 0.5)
    stitch = canvas.shape(sided(ribbon(shifted(leaf[-3:], 0, -5), 1.1), side)).blurred(0.6).within(shape)
    canvas.shade(stitch, SHADOW, 0.25)
