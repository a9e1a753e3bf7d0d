"""The two heads of hair: what lies behind the head, and what falls in front."""

from collections.abc import Sequence

import numpy as np

from avatars.characters import body, face, strands
from avatars.characters.curves import Pair, both_halves, closed, line, mirrored, ribbon
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


def _rim(canvas: Canvas, section: Section, opacity: float) -> None:
    """Daylight on the edge of the hair."""
    edge = section.paths()[-1]
    widths = np.interp(np.linspace(0, 1, len(edge)), [0, 0.15, 0.5, 0.9], [0, 5, 5, 0])
    rim = canvas.shape(ribbon(edge, widths)).blurred(3).within(canvas.shape(section.outline()))
    canvas.light(rim, (1.0, 0.86, 0.70), opacity)


def long_front(canvas: Canvas, person: Person) -> None:
    """Parted on one side, smooth on the crown, in a soft wave down to the shoulders."""
    part, crown = (30.0, -153.0), (16.0, -240.0)
    left: list[list[Pair]] = [
        [
            part,
            (-16, -140),
            (-62, -108),
            (-94, -62),
            (-109, -8),
            (-113, 50),
            (-109, 112),
            (-122, 184),
            (-122, 240),
            (-92, 276),
        ],
        [
            (28, -174),
            (-24, -174),
            (-80, -148),
            (-118, -98),
            (-134, -28),
            (-137, 42),
            (-136, 116),
            (-152, 190),
            (-142, 258),
            (-104, 300),
        ],
        [
            (24, -206),
            (-36, -208),
            (-94, -182),
            (-133, -126),
            (-149, -44),
            (-150, 40),
            (-147, 118),
            (-170, 194),
            (-160, 262),
            (-116, 312),
        ],
        [
            crown,
            (-46, -233),
            (-100, -208),
            (-142, -152),
            (-159, -60),
            (-159, 36),
            (-155, 116),
            (-184, 196),
            (-176, 258),
            (-128, 316),
        ],
    ]
    right: list[list[Pair]] = [
        [part, (54, -138), (85, -104), (105, -56), (114, -4), (117, 50), (112, 112), (124, 184), (122, 240), (92, 276)],
        [
            (28, -174),
            (68, -168),
            (103, -136),
            (127, -86),
            (137, -24),
            (138, 42),
            (137, 116),
            (153, 190),
            (142, 258),
            (104, 300),
        ],
        [
            (24, -206),
            (74, -204),
            (117, -174),
            (143, -116),
            (152, -40),
            (152, 40),
            (148, 118),
            (171, 194),
            (160, 262),
            (116, 312),
        ],
        [
            crown,
            (74, -232),
            (122, -203),
            (152, -142),
            (162, -56),
            (161, 36),
            (156, 116),
            (185, 196),
            (176, 258),
            (128, 316),
        ],
    ]
    sections: list[Section] = [
        Section(guides=guides, count=430, gleam=(0.27, 0.76), loose=0.03, depth=0.5, shortest=0.9, sway=11.0)
        for guides in (right, left)
    ]
    _shadow(canvas, person, [canvas.shape(section.outline()) for section in sections])
    generator = np.random.default_rng(person.seed + 2)
    for section, light in zip(sections, (0.7, 1.0), strict=True):
        strands.draw(canvas, person.palette, section, generator, light)
        _rim(canvas, section, light * 0.32)
    parting = line([part, (27, -190), (18, -226)])
    scalp = canvas.shape(ribbon(parting, np.linspace(3.2, 0.8, len(parting)))).blurred(1.0)
    canvas.paint(scalp, person.palette.skin[1], 0.42)


def short_behind(canvas: Canvas, person: Person) -> None:
    """The close-cut hair behind the ears."""
    half = [(0, -230), (66, -224), (114, -196), (137, -140), (143, -70), (139, 0), (124, 60), (60, 80), (0, 80)]
    mass = canvas.shape(closed(both_halves(half)))
    canvas.paint(mass.blurred(1.5), mix(person.palette.hair, (0.0, 0.0, 0.0), 0.2))


def short_front(canvas: Canvas, person: Person) -> None:
    """Short at the sides, longer on top and brushed up to one side."""
    top = [
        [(-116, -82), (-130, -116), (-136, -148), (-124, -184)],
        [(-99, -112), (-119, -150), (-116, -192), (-90, -224)],
        [(-70, -134), (-92, -176), (-78, -218), (-38, -244)],
        [(-26, -131), (-56, -182), (-36, -228), (20, -252)],
        [(18, -132), (-8, -184), (18, -232), (68, -248)],
        [(60, -137), (50, -184), (76, -222), (108, -226)],
        [(97, -116), (100, -156), (120, -184), (130, -190)],
        [(116, -84), (131, -112), (140, -138), (142, -152)],
    ]
    side = [
        [(106, -112), (117, -78), (126, -42), (130, -12), (130, 14)],
        [(132, -174), (145, -130), (146, -86), (142, -48), (136, -16)],
    ]
    quiff = Section(
        guides=top, count=620, width=3.0, unrest=3.6, sway=7.0, gleam=(0.62,), depth=0.0, shortest=0.7, fade=0.7
    )
    flanks = [
        Section(
            guides=[_on(way, knots) for knots in side],
            count=240,
            width=1.8,
            unrest=2.5,
            gleam=(0.4,),
            depth=0.2,
            shortest=0.5,
            fade=0.12,
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
    skin, below = face.outline(canvas, person), body.silhouette(canvas, person)
    deep, shadow, _, bright = person.palette.skin
    for shape in shapes:
        canvas.shade(shape.moved(5, 12).blurred(9).within(below), (0.16, 0.12, 0.14), 0.42)
        canvas.shade(shape.moved(4, 9).blurred(9).within(skin), mix(deep, bright, 0.3), 0.5)
        canvas.shade(shape.moved(1, 3).blurred(3).within(skin), mix(deep, shadow, 0.4), 0.45)
