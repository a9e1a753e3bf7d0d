"""The parameters of motion: the numbers of a pose, each with one displacement basis in the rig."""

from enum import IntEnum


class Expression(IntEnum):
    """Motions of the face's skin, 0 at rest; 1 is a wide open jaw, fully spread lips and so on.

    The tongue moves no skin: 0.5 has its tip at the upper teeth, 1 between the teeth. A pout makes an opening round, 1
    the opening of a wide open jaw.
    """

    NEUTRAL = 0
    JAW = 1
    WIDE = 2
    ROUND = 3
    RAISE = 4
    DROP = 5
    PRESS = 6
    SMILE = 7
    BROW = 8
    TONGUE = 9
    POUT = 10


class Head(IntEnum):
    """Motions of the head as a whole, and of the body with it (`BREATH`, `LEAN`): degrees for the turns and the lean,
    hundredths of the eye distance for the rest."""

    YAW = 0
    PITCH = 1
    ROLL = 2
    RIGHT = 3
    DOWN = 4
    NEARER = 5
    BREATH = 6
    LEAN = 7


GAZE_RIGHT, GAZE_DOWN = 0, 1
"""A gaze: degrees that the eyes turn to the right and down in the picture."""

LIPS = (
    Expression.JAW,
    Expression.WIDE,
    Expression.ROUND,
    Expression.RAISE,
    Expression.DROP,
    Expression.PRESS,
    Expression.TONGUE,
)
