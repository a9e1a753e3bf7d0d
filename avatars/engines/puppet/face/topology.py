"""The parts of the face as numbers of the 478 points of the canonical mesh, left of the picture first."""

from dataclasses import dataclass

# Edges of the lips, from corner to corner; MediaPipe numbers the points, so another mesh needs other numbers:
OUTER_UPPER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LOWER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
INNER_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
NEAR_OUTER_UPPER = (76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306)
NEAR_OUTER_LOWER = (76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306)
NEAR_INNER_UPPER = (62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292)
NEAR_INNER_LOWER = (62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292)

# From the seam outwards, so that a factor per ring can fade a motion towards the skin.
UPPER_RINGS = (INNER_UPPER, NEAR_INNER_UPPER, NEAR_OUTER_UPPER, OUTER_UPPER)
LOWER_RINGS = (INNER_LOWER, NEAR_INNER_LOWER, NEAR_OUTER_LOWER, OUTER_LOWER)

_UPPER = frozenset(point for ring in UPPER_RINGS for point in ring)
_LOWER = frozenset(point for ring in LOWER_RINGS for point in ring)
CORNERS = sorted(_UPPER & _LOWER)
UPPER_LIP = sorted(_UPPER - _LOWER)
LOWER_LIP = sorted(_LOWER - _UPPER)
LIPS = sorted(_UPPER | _LOWER)

# Single points of the same mesh; the irises have the last ten numbers:
MOUTH_LEFT, MOUTH_RIGHT = 61, 291
LIP_TOP, LIP_BOTTOM = 13, 14
EYE_LEFT, EYE_RIGHT = 33, 263
FOREHEAD, CHIN = 10, 152
CHEEK_LEFT, CHEEK_RIGHT = 234, 454
HINGES = (93, 323)
NOSE_BASE = 2
FIRST_IRIS = 468
CHEEK_SKIN = (50, 280, 205, 425, 117, 346)

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)


@dataclass(frozen=True, kw_only=True)
class EyePoints:
    """One eye: lids from corner to corner, the edges of the brow above it, the iris: its middle and its rim."""

    upper: tuple[int, ...]
    lower: tuple[int, ...]
    brow_lower: tuple[int, ...]
    brow: tuple[int, ...]
    iris: tuple[int, ...]


# Points of the left eye, then of the right one:
EYES = (
    EyePoints(
        upper=(33, 246, 161, 160, 159, 158, 157, 173, 133),
        lower=(33, 7, 163, 144, 145, 153, 154, 155, 133),
        brow_lower=(55, 65, 52, 53, 46),
        brow=(70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
        iris=(468, 469, 470, 471, 472),
    ),
    EyePoints(
        upper=(362, 398, 384, 385, 386, 387, 388, 466, 263),
        lower=(362, 382, 381, 380, 374, 373, 390, 249, 263),
        brow_lower=(285, 295, 282, 283, 276),
        brow=(300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
        iris=(473, 474, 475, 476, 477),
    ),
)
