"""Arms of half a body: they rest in front of it, one hand on the other. That one gestures; both open at questions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatars.portraits.half_body import hands
from avatars.portraits.half_body.hands import Place, capsule, united
from avatars.portraits.half_body.poses import Arm
from avatars.portraits.samples import body
from avatars.portraits.samples.curves import Pair, line, ribbon
from avatars.portraits.samples.painter import Canvas, Shape, mix
from avatars.portraits.samples.people import Person


@dataclass(frozen=True, kw_only=True)
class Raised:
    """The wrist of a raised arm, the turn of its hand (degrees to the right), and the pose of its fingers."""

    wrist: Pair
    turn: float
    pose: hands.Pose


RAISED = {
    Arm.OPEN: Raised(wrist=(-264, 478), turn=-4, pose=hands.OPEN),
    Arm.ASK: Raised(wrist=(-222, 566), turn=-22, pose=hands.CALM),
    Arm.ONE: Raised(wrist=(-236, 500), turn=4, pose=hands.ONE),
    Arm.TWO: Raised(wrist=(-236, 500), turn=4, pose=hands.TWO),
    Arm.THREE: Raised(wrist=(-236, 500), turn=4, pose=hands.THREE),
}
OTHER = Raised(wrist=(218, 576), turn=22, pose=hands.CALM)
"""The arm on the right of the picture at a question: not quite as high, because people are not symmetrical."""
SIZE = 1.1  # times the size at which hands are drawn
ELBOW = (250.0, 672.0)
"""Of the right half: there a forearm turns."""
WRIST = (98.0, 700.0)  # units, across and down: where the wrists lie at rest
CUFF = 13.0  # units of the sleeve before the wrist


def elbow(person: Person) -> Pair:
    """The elbow of the moving arm."""
    return -ELBOW[0] - person.build.broader, ELBOW[1]


def other_elbow(person: Person) -> Pair:
    """The elbow of the arm on the right of the picture."""
    return ELBOW[0] + person.build.broader, ELBOW[1]


def other_wrist(person: Person, what: Arm) -> Pair:
    """The wrist of the arm on the right of the picture, which rests or asks."""
    if what is Arm.REST:
        return WRIST
    x, y = OTHER.wrist
    return x + 0.2 * person.build.broader, y


def draw_other(canvas: Canvas, person: Person, what: Arm) -> Shape:
    """Draw the arm on the right of the picture, whose hand rests below the other; returns the covered shape."""
    end = other_wrist(person, what)
    if what is not Arm.REST:
        place = Place(x=end[0], y=end[1], turn=OTHER.turn, size=SIZE, mirrored=True)
        hand = hands.palm(canvas, person.palette, place, OTHER.pose)
    sleeve = _arm(canvas, person, other_elbow(person), end)
    if what is Arm.REST:
        hand = hands.back(canvas, person.palette, Place(x=end[0] - 2, y=end[1] + 1, turn=-84, size=SIZE))
    return united(canvas, [sleeve, _cuff(canvas, person, sleeve, end), hand])


def wrist(person: Person, what: Arm) -> Pair:
    """The wrist of the moving arm."""
    if what is Arm.REST:
        return -WRIST[0], WRIST[1] - 6
    x, y = RAISED[what].wrist
    return x - 0.2 * person.build.broader, y


def draw(canvas: Canvas, person: Person, what: Arm) -> Shape:
    """Draw the arm on the left of the picture; returns the covered shape."""
    end = wrist(person, what)
    hand = _hand(canvas, person, what, end)
    sleeve = _arm(canvas, person, elbow(person), end)
    return united(canvas, [sleeve, _cuff(canvas, person, sleeve, end), hand])


def _hand(canvas: Canvas, person: Person, what: Arm, end: Pair) -> Shape:
    x, y = end
    if what is Arm.REST:
        return hands.back(canvas, person.palette, Place(x=x + 2, y=y, turn=84, size=SIZE, mirrored=True))
    raised = RAISED[what]
    return hands.palm(canvas, person.palette, Place(x=x, y=y, turn=raised.turn, size=SIZE), raised.pose)


def _arm(canvas: Canvas, person: Person, start: Pair, end: Pair) -> Shape:
    """A sleeve from the elbow almost to the wrist."""
    way = _way(start, end)
    path = line(np.stack([start, np.mean([start, end], 0) + np.array([0, 4]), np.asarray(end) - CUFF * way]))
    size = 1 + person.build.broader / 300
    widths = np.interp(np.linspace(0, 1, len(path)), [0, 0.5, 1], [92, 82, 62]) * size
    first, *_last = capsule(path, widths)
    shape = canvas.shape(first, _last[0])
    tone = person.palette.jacket
    dark = mix(tone, (0.03, 0.03, 0.06), 0.75)
    canvas.shade(shape.moved(2, 7).blurred(7), dark, 0.4)
    canvas.paint(shape, body.cloth(shape, mix(tone, (1, 1, 1), 0.03), 1.0))
    across = np.array([-way[1], way[0]])
    for share, reach, strength in ((0.10, 0.42, 0.5), (0.24, 0.34, 0.34), (0.9, 0.4, 0.2)):
        middle = np.asarray(start) + share * (np.asarray(end) - start)
        fold = line(np.stack([middle - across * 92 * reach, middle + way * 12, middle + across * 92 * reach]))
        canvas.shade(canvas.shape(ribbon(fold, 9)).blurred(5).within(shape), dark, strength)
        lit = canvas.shape(ribbon(fold + way * 9, 7)).blurred(5).within(shape)
        canvas.light(lit, mix(tone, (1, 1, 1), 0.5), 0.16 * strength * 2)
    return shape


def _cuff(canvas: Canvas, person: Person, sleeve: Shape, place: Pair) -> Shape:
    """The shirt that shows between sleeve and hand."""
    way = _way(_middle(sleeve), place)
    size = 1 + person.build.broader / 300
    end = np.asarray(place)
    whole = canvas.shape(ribbon(np.stack([end - (CUFF + 3) * way, end + 3 * way]), 59 * size))
    cuff = whole.without(sleeve)
    canvas.shade(cuff.moved(0, 3).blurred(3), (0.3, 0.25, 0.25), 0.3)
    canvas.paint(whole.without(sleeve), body.cloth(whole, person.palette.shirt, 0.5))
    return cuff


def _way(start: Pair | NDArray[np.float64], end: Pair) -> NDArray[np.float64]:
    step = np.asarray(end, np.float64) - start
    way: NDArray[np.float64] = step / np.hypot(*step)
    return way


def _middle(shape: Shape) -> NDArray[np.float64]:
    """The middle of a shape, in units."""
    x, y = shape.grid
    total = shape.alpha.sum()
    return np.array([(shape.alpha * x).sum() / total, (shape.alpha * y).sum() / total])
