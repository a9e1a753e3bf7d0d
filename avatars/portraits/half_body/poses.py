"""The poses of the arm that gestures. Knows nothing of drawing, so that a script can be read without it."""

from enum import StrEnum


class Arm(StrEnum):
    """What the arm on the left of the picture does."""

    REST = "rest"
    OPEN = "open"
    ASK = "ask"
    ONE = "one"
    TWO = "two"
    THREE = "three"
