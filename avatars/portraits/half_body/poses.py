"""The poses of the arm that gestures. Knows nothing of drawing, so that a script can be read without it."""

from enum import StrEnum


class Arm(StrEnum):
    """The pose of the arm on the left of the picture."""

    REST = "rest"
    OPEN = "open"
    ASK = "ask"
    ONE = "one"
    TWO = "two"
    THREE = "three"
