"""The flaw and the remarks of a face that shall speak: every measure of a check against its limit.

`python -m tests.benchmarks.pictures.portrait_check` prints the measures of pictures beside their verdicts.
"""

from dataclasses import dataclass

from avatars.engines.faces import CLEAR, COVERED, EYES_COVERED, SeenFace
from avatars.engines.puppet.face.geometry import SHOWS_TEETH
from avatars.engines.puppet.face.light import Light
from avatars.engines.puppet.face.topology import EYES, LIPS, OVAL

MIN_SIDE = 200  # pixels of the shorter side of a portrait
MIN_EYES = 40.0  # pixels between the outer corners of the eyes; below twice that, a warning
MAX_YAW, GOOD_YAW = 35.0, 20.0
"""Degrees to the side: beyond, the far side of the mouth smears; beyond, motions are made smaller."""
GOOD_ROLL = 20.0
"""Degrees: people who pose tilt the head by up to 15, and the renderer draws any."""
WIDE_OPEN = 0.2
"""Of the distance between the eyes: wider, and its lips close to a seam that shows."""
STILL_OPEN, STILL_DOUBTFUL = 0.02, 0.0145
"""Of a mouth that the renderer has shut: real ones were left open by 0.010 at most, with a doubt of up to 0.0142;
false ones (microphones, hands) stayed open by 0.022 and more or gave a doubt of 0.016."""
GLASS = 0.5
"""The lightest parts between the lids against the skin: 0.7 and more of eyes, open or shut, 0.48 of sunglasses."""
DARK, TOO_DARK = 40.0, 20.0
"""Lightness (CIE L*). Faces in daylight and rooms have 44 and more, in skin or, with skin of any colour, in the whites
of the eyes; a fifth of that light gives 31 to 44, a twentieth 12 to 24, where eight bits hold no more than shades."""
GLARING, BURNT, TOO_BURNT = 0.3, 0.15, 0.4
"""Shares of a face: at the end of one colour or of all. Photographs have up to 0.16 and 0.01; twice the light gives
0.35 to 0.75 of the first, and eight times 0.48 to 0.92 of the second. Drawings may paint with the ends of colours."""
SHADOW = 3.0
"""One cheek's light against the other's. Photographers light portraits 2:1 to 3:1, above which they are dramatic; the
strongest window light measured is 2.4."""
SOFT, UNSTEADY, BLURRED = 0.755, 0.78, 0.90
"""See `sharpness`: sharp portraits have 0.40 to 0.63, small faces up to 0.75. A blur of 2 % of the distance of the eyes
gives 0.74 to 0.84, of 3 % 0.81 to 0.89, and of 6 % 0.90 to 0.97. An unsteady face has points that are in doubt with
nothing before it."""
AT_EDGE = 0.12
"""Of the distance between the eyes: hair and cheeks may be cut by that much."""


@dataclass(frozen=True, kw_only=True)
class Measures:
    """The measures of a face; `shut` is the same face once the renderer has shut its open mouth, see `wants_trial`.

    `size` is of the picture in whose pixels the face's points are; `photographic` as in `Examined`.
    """

    face: SeenFace
    size: tuple[int, int]
    light: Light
    blur: float
    photographic: bool
    others: bool = False
    shut: SeenFace | None = None


def wants_trial(face: SeenFace) -> bool:
    """Whether a mouth is open in a way that only the renderer tells from something that covers it."""
    return face.gap > WIDE_OPEN or (face.gap > SHOWS_TEETH and (face.mouth_doubt or 0) > CLEAR)


def flaw(seen: Measures) -> str:
    """The code of why this face cannot be animated, "" where it can."""
    face, light = seen.face, seen.light
    flaws = {
        "face_too_small": face.eye_distance < MIN_EYES,
        "turned": abs(face.yaw) > MAX_YAW,
        "face_cut_off": _outside(seen, (*LIPS, *EYES[0].upper, *EYES[1].upper)) > 0,
        "too_dark": max(light.level, light.whites) < TOO_DARK,
        "too_bright": light.burnt > TOO_BURNT,
        "blurred": seen.blur > BLURRED,
    }
    return next((code for code, applies in flaws.items() if applies), "") or _named(seen, _cover(seen))


def remarks(seen: Measures) -> tuple[str, ...]:
    """The codes of remarks about a face that can be animated."""
    face, light = seen.face, seen.light
    minded = {
        "others_behind": seen.others,
        "turned_some": abs(face.yaw) > GOOD_YAW,
        "tilted": abs(face.roll) > GOOD_ROLL,
        "face_small": face.eye_distance < 2 * MIN_EYES,
        "face_at_edge": _outside(seen, OVAL) > AT_EDGE * face.eye_distance,
        "dark": max(light.level, light.whites) < DARK,
        "bright": light.burnt > BURNT or (seen.photographic and light.glare > GLARING),
        "side_shadow": light.ratio > SHADOW,
        "soft": seen.blur > SOFT,
        "mouth_open": face.gap > WIDE_OPEN,
        "perhaps_covered": _doubt(face) > CLEAR and seen.blur <= UNSTEADY and not _opens(seen),
    }
    return tuple(code for code, applies in minded.items() if applies)


def _cover(seen: Measures) -> str:
    face = seen.face
    if abs(face.yaw) > GOOD_YAW:
        return ""  # points of a turned face are unsteady though nothing covers them
    mouth, eyes = (face.mouth_doubt or 0) / COVERED, (face.eyes_doubt or 0) / EYES_COVERED
    if seen.light.whites < GLASS * seen.light.level or (eyes > 1 and eyes >= mouth):
        return "eyes_covered"
    if wants_trial(face):
        if seen.shut is None or seen.shut.gap > STILL_OPEN:
            return "mouth_stays_open"
        return "mouth_covered" if (seen.shut.mouth_doubt or 0) > STILL_DOUBTFUL else ""
    if mouth > 1:
        return "mouth_covered"
    return "eyes_covered" if eyes > 1 else ""


def _named(seen: Measures, cover: str) -> str:
    """The cause of unsteady points: in a blurred face they are unsteady without a cover."""
    return "blurred" if cover and seen.blur > UNSTEADY else cover


def _opens(seen: Measures) -> bool:
    """Whether its doubt comes from a mouth that is open and shuts."""
    return seen.shut is not None and (seen.face.eyes_doubt or 0) <= CLEAR


def _doubt(face: SeenFace) -> float:
    return max(face.mouth_doubt or 0, face.eyes_doubt or 0)


def _outside(seen: Measures, points: tuple[int, ...]) -> float:
    """The distance in pixels of the farthest of these points outside the picture."""
    width, height = seen.size
    places = [seen.face.points[point] for point in points]
    return max(0.0, *(max(-x, -y, x - width, y - height) for x, y in places))
