"""The places of teeth and tongue behind the lips in a pose, and their visible shares."""

from dataclasses import dataclass

import numpy as np

from avatars.engines.puppet.frame.mouth_interior import INCISOR_EDGE, Interior, Sprite
from avatars.engines.puppet.frame.warp import Pose
from avatars.engines.puppet.rig.expressions import JAW_DROP
from avatars.engines.puppet.rig.parameters import Expression

TEETH_HIDE, TEETH_HIDDEN = 0.70, 0.95  # of pursing, 0..1: where teeth begin to fade, and are gone
COVERED_FROM, COVERED_TO, OWN_COVERED_TO = 0.15, 0.85, 0.65
"""Of pursing, 0..1: where both rows of teeth begin to go behind the lips, and are there: painted ones, own ones."""
COVERED, OWN_COVERED = 0.05, 0.09  # eye distances that painted teeth, and own ones, go behind the lips
LOWER_SHOWN = 0.024
"""Eye distances of the lower teeth that the lower lip leaves free at most: two millimetres."""
TONGUE_FLAT, TONGUE_RISES = 0.13, 1.4
"""The opening of the jaw at which the tongue is flat, and by how many times that it rises at most: in a wide vowel it
fills half of the opening below the upper teeth."""
AT_TEETH = 0.5
"""The amount of `Expression.TONGUE` that has the tip at the upper teeth."""
TIP_RESTS, TIP_HIDDEN = 0.030, 0.006
"""Eye distances: the tip below the edge of the lower teeth, and its part that the upper teeth hide at most."""
BETWEEN, OVER_TEETH = 0.50, 0.010
"""The share of a parted mouth that a tongue between the teeth takes. Where it would hide more than this of the upper
teeth, in eye distances, it would look like a gap between them: there it stays behind."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A sprite, how far it is below its place at rest in eye distances, and how much of it is seen, 0..1."""

    sprite: Sprite
    down: float
    shown: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Layout:
    """`inside` from the back to the front, in the shadow of the lips, and `front`, which is out in the light."""

    inside: tuple[Part, ...]
    front: Part


def layout(face: Pose, edges: tuple[float, float], interior: Interior) -> Layout:
    """The parts in a pose; `edges` are how far the lips' edges are below the seam in the middle, eye distances."""
    pursed = float(face[Expression.ROUND])
    behind, teeth = behind_lips(pursed, interior), teeth_shown(pursed)
    # A smile parts its lips without the jaw, and its lower teeth would stand free.
    jaw = max(0.0, float(face[Expression.JAW]) * JAW_DROP, edges[1] - LOWER_SHOWN - INCISOR_EDGE)
    tip, out = _tip(float(face[Expression.TONGUE]), edges, interior.teeth_end - behind, jaw)
    return Layout(
        inside=(
            Part(sprite=interior.tongue, down=jaw + lowered_tongue(jaw)),
            Part(sprite=interior.tip, down=tip, shown=1 - out),
            Part(sprite=interior.lower_teeth, down=jaw + behind, shown=teeth),
            Part(sprite=interior.upper_teeth, down=-behind, shown=teeth),
        ),
        front=Part(sprite=interior.tip, down=tip, shown=out),
    )


def _tip(tongue: float, edges: tuple[float, float], teeth_end: float, jaw: float) -> tuple[float, float]:
    """The depth of the tongue's apex below the seam, and its share before the upper teeth, 0..1."""
    top, bottom = edges
    raised = float(np.clip(tongue / AT_TEETH, 0, 1))
    out = float(np.clip((tongue - AT_TEETH) / (1 - AT_TEETH), 0, 1))
    at_teeth, rest = teeth_end - TIP_HIDDEN, jaw + TIP_RESTS
    over = max(0.0, at_teeth - (bottom - BETWEEN * (bottom - top)))
    out *= float(np.clip(2 - over / OVER_TEETH, 0, 1))
    return rest + (at_teeth - over * out - rest) * raised, out


def behind_lips(pursed: float, interior: Interior) -> float:
    """The retreat of both rows of teeth behind lips that are pushed forward, eye distances.

    Teeth that only grew dark would be of the colour of the lips on their way, to the eye and to the mesh.
    """
    covered, last = (OWN_COVERED, OWN_COVERED_TO) if interior.owns_teeth else (COVERED, COVERED_TO)
    t = float(np.clip((pursed - COVERED_FROM) / (last - COVERED_FROM), 0, 1))
    return covered * t * t * (3 - 2 * t)


def teeth_shown(pursed: float) -> float:
    """The visible share of the teeth: lips that are pushed forward cover them."""
    return float(1 - np.clip((pursed - TEETH_HIDE) / (TEETH_HIDDEN - TEETH_HIDE), 0, 1))


def lowered_tongue(jaw: float) -> float:
    """The depth of the tongue below its highest place in a mouth open by `jaw`; both in eye distances."""
    return 0.060 * (1 - min(TONGUE_RISES, jaw / TONGUE_FLAT))
