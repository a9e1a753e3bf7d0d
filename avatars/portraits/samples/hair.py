"""The two heads of hair: the part behind the head, and the part in front."""

from collections.abc import Sequence

import numpy as np

from avatars.portraits.samples import body, face, strands
from avatars.portraits.samples.curves import both_halves, closed, line, mirrored, ribbon
from avatars.portraits.samples.hairlines import (
    LONG_LEFT,
    LONG_MASS,
    LONG_NAPE,
    LONG_RIGHT,
    PARTING,
    SHORT_MASS,
    SHORT_SIDE,
    SHORT_TOP,
    Guide,
)
from avatars.portraits.samples.painter import Canvas, Shape, mix
from avatars.portraits.samples.people import Person
from avatars.portraits.samples.strands import Section


def long_behind(canvas: Canvas, person: Person) -> None:
    """The hair that falls behind the neck."""
    mass = canvas.shape(closed(both_halves(LONG_MASS)))
    canvas.shade(mass.moved(6, 10).blurred(16), (0.3, 0.22, 0.2), 0.35)
    canvas.paint(mass.blurred(1.5), mix(person.palette.hair, (0.0, 0.0, 0.0), 0.35))
    generator = np.random.default_rng(person.seed + 1)
    for side in (1, -1):
        guides = [_on(side, guide) for guide in LONG_NAPE]
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
    sections: list[Section] = [
        Section(guides=guides, count=430, gleam=(0.27, 0.76), loose=0.03, depth=0.5, shortest=0.9, sway=11.0)
        for guides in (LONG_RIGHT, LONG_LEFT)
    ]
    _shadow(canvas, person, [canvas.shape(section.outline()) for section in sections])
    generator = np.random.default_rng(person.seed + 2)
    for section, light in zip(sections, (0.7, 1.0), strict=True):
        strands.draw(canvas, person.palette, section, generator, light)
        _rim(canvas, section, light * 0.32)
    parting = line(PARTING)
    scalp = canvas.shape(ribbon(parting, np.linspace(3.2, 0.8, len(parting)))).blurred(1.0)
    canvas.paint(scalp, person.palette.skin[1], 0.42)


def short_behind(canvas: Canvas, person: Person) -> None:
    """The close-cut hair behind the ears."""
    mass = canvas.shape(closed(both_halves(SHORT_MASS)))
    canvas.paint(mass.blurred(1.5), mix(person.palette.hair, (0.0, 0.0, 0.0), 0.2))


def short_front(canvas: Canvas, person: Person) -> None:
    """Short at the sides, longer on top and brushed up to one side."""
    quiff = Section(
        guides=SHORT_TOP, count=620, width=3.0, unrest=3.6, sway=7.0, gleam=(0.62,), depth=0.0, shortest=0.7, fade=0.7
    )
    flanks = [
        Section(
            guides=[_on(way, knots) for knots in SHORT_SIDE],
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


def _on(side: int, knots: Guide) -> Guide:
    return knots if side > 0 else [(float(x), float(y)) for x, y in mirrored(knots)]


def _shadow(canvas: Canvas, person: Person, shapes: Sequence[Shape]) -> None:
    """The shadow of the hair on the face."""
    skin, below = face.outline(canvas, person), body.silhouette(canvas, person)
    deep, shadow, _, bright = person.palette.skin
    for shape in shapes:
        canvas.shade(shape.moved(5, 12).blurred(9).within(below), (0.16, 0.12, 0.14), 0.42)
        canvas.shade(shape.moved(4, 9).blurred(9).within(skin), mix(deep, bright, 0.3), 0.5)
        canvas.shade(shape.moved(1, 3).blurred(3).within(skin), mix(deep, shadow, 0.4), 0.45)
