"""The two heads of hair: what lies behind the head, and what falls in front."""

from collections.abc import Sequence

import numpy as np

from avatars.characters import face, strands
from avatars.characters.curves import Pair, both_halves, closed, mirrored
from avatars.characters.painter import Canvas, Shape, mix
from avatars.characters.people import Person
from avatars.characters.strands import Section


def long_behind(canvas: Canvas, person: Person) -> None:
    """The hair that falls behind the neck."""
    half = [
        (0, -226),
        (70, -218),
        (126, -188),
        (154, -130),
        (162, -50),
        (162, 50),
        (158, 150),
        (160, 236),
        (130, 276),
        (80, 284),
        (0, 274),
    ]
    mass = canvas.shape(closed(both_halves(half)))
    canvas.shade(mass.moved(6, 10).blurred(16), (0.3, 0.22, 0.2), 0.35)
    canvas.paint(mass.blurred(1.5), mix(person.palette.hair, (0.0, 0.0, 0.0), 0.35))
    generator = np.random.default_rng(person.seed + 1)
    for side in (1, -1):
        inner, outer = [(40, 60), (44, 130), (60, 200), (84, 262)], [(160, 40), (158, 110), (162, 190), (146, 276)]
        guides: list[Sequence[Pair]] = [_on(side, inner), _on(side, outer)]
        strands.draw(
            canvas, person.palette, Section(guides=guides, count=130, depth=0.55, gleam=(0.75,)), generator, 0.5
        )


def long_front(canvas: Canvas, person: Person) -> None:
    """Parted on one side, smooth on the crown, in a soft wave down to the shoulders."""
    part, crown = (30.0, -153.0), (24.0, -226.0)
    left: list[list[Pair]] = [
        [part, (-14, -147), (-62, -122), (-98, -76), (-117, -18), (-124, 46), (-129, 116), (-132, 184), (-106, 262)],
        [
            (29, -172),
            (-26, -172),
            (-84, -146),
            (-121, -96),
            (-136, -28),
            (-140, 42),
            (-141, 116),
            (-148, 190),
            (-128, 284),
        ],
        [
            (27, -202),
            (-40, -205),
            (-102, -178),
            (-141, -120),
            (-154, -40),
            (-156, 40),
            (-155, 118),
            (-166, 194),
            (-146, 298),
        ],
        [
            crown,
            (-46, -229),
            (-112, -202),
            (-153, -140),
            (-166, -52),
            (-167, 38),
            (-166, 118),
            (-180, 196),
            (-164, 288),
        ],
    ]
    right: list[list[Pair]] = [
        [part, (58, -143), (90, -114), (110, -68), (121, -14), (126, 46), (130, 116), (133, 184), (108, 262)],
        [(29, -172), (70, -166), (106, -134), (130, -84), (139, -24), (142, 42), (142, 116), (149, 190), (130, 284)],
        [(27, -202), (80, -202), (124, -170), (149, -110), (157, -36), (158, 40), (157, 118), (167, 194), (148, 298)],
        [crown, (86, -225), (136, -194), (160, -134), (169, -50), (169, 38), (168, 118), (181, 196), (166, 288)],
    ]
    sections: list[Section] = [
        Section(guides=guides, count=430, gleam=(0.27, 0.76), loose=0.03, depth=0.5, shortest=0.86)
        for guides in (right, left)
    ]
    _shadow(canvas, person, [canvas.shape(section.outline()) for section in sections])
    generator = np.random.default_rng(person.seed + 2)
    for section, light in zip(sections, (0.7, 1.0), strict=True):
        strands.draw(canvas, person.palette, section, generator, light)


def short_behind(canvas: Canvas, person: Person) -> None:
    """The close-cut hair behind the ears."""
    half = [(0, -232), (70, -226), (122, -196), (145, -140), (148, -70), (142, 0), (126, 60), (60, 80), (0, 80)]
    mass = canvas.shape(closed(both_halves(half)))
    canvas.paint(mass.blurred(1.5), mix(person.palette.hair, (0.0, 0.0, 0.0), 0.2))


def short_front(canvas: Canvas, person: Person) -> None:
    """Short at the sides, longer on top and brushed up to one side."""
    top = [
        [(-116, -84), (-133, -118), (-141, -150), (-134, -184)],
        [(-98, -116), (-120, -152), (-122, -192), (-100, -224)],
        [(-64, -129), (-88, -174), (-80, -216), (-46, -243)],
        [(-22, -133), (-46, -184), (-30, -230), (20, -252)],
        [(22, -133), (4, -186), (26, -232), (74, -248)],
        [(62, -129), (58, -180), (82, -222), (116, -226)],
        [(96, -116), (102, -156), (126, -186), (140, -188)],
        [(116, -84), (133, -112), (146, -138), (151, -150)],
    ]
    side = [
        [(106, -112), (117, -78), (126, -42), (130, -12), (130, 14)],
        [(140, -176), (152, -130), (151, -86), (145, -48), (137, -16)],
    ]
    quiff = Section(guides=top, count=620, width=3.0, unrest=5.0, gleam=(0.62,), depth=0.0, shortest=0.7)
    flanks = [
        Section(
            guides=[_on(way, knots) for knots in side],
            count=240,
            width=1.8,
            unrest=2.5,
            gleam=(0.4,),
            depth=0.2,
            shortest=0.5,
        )
        for way in (1, -1)
    ]
    _shadow(canvas, person, [canvas.shape(section.outline()) for section in (quiff, *flanks)])
    generator = np.random.default_rng(person.seed + 2)
    for section in (*flanks, quiff):
        strands.draw(canvas, person.palette, section, generator, 0.9)


def _on(side: int, knots: Sequence[Pair]) -> Sequence[Pair]:
    return knots if side > 0 else [(float(x), float(y)) for x, y in mirrored(knots)]


def _shadow(canvas: Canvas, person: Person, shapes: Sequence[Shape]) -> None:
    """What the hair keeps from the face of the light."""
    skin = face.outline(canvas, person)
    deep, shadow, _, bright = person.palette.skin
    for shape in shapes:
        canvas.shade(shape.moved(4, 9).blurred(9).within(skin), mix(deep, bright, 0.3), 0.5)
        canvas.shade(shape.moved(1, 3).blurred(3).within(skin), mix(deep, shadow, 0.4), 0.45)
