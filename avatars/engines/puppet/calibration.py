"""The seen opening and width of a portrait's lips against the intended ones: measured once, then compensated.

Thin, painted or shaded lips hide a narrow opening, others show it too soon, and a broad smile looks broader once teeth
are seen. So the rig is rendered in a few dozen shapes of the mouth, and the mesh measures them. From then on lips are
opened until they look as open as they should be, and spread or drawn in until they look as wide.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Mode, Picture
from avatars.engines.puppet.face.geometry import Anatomy
from avatars.engines.puppet.face.mesh import Face, FaceMesh, Floats
from avatars.engines.puppet.face.topology import LIP_BOTTOM, LIP_TOP, MOUTH_LEFT, MOUTH_RIGHT
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.motion.lips import DROP_GAP, JAW_GAP, LIFT_GAP, aperture
from avatars.engines.puppet.motion.planner import smiling
from avatars.engines.puppet.motion.pout import pouting
from avatars.engines.puppet.rig.expressions import JAW_NARROWS, SPREAD, drawn_in
from avatars.engines.puppet.rig.parameters import LIPS, Expression, Head
from avatars.engines.puppet.rig.rig import Rig

GAPS = (0.02, 0.04, 0.055, 0.07, 0.09, 0.12, 0.165)
"""Eye distances between the lips that are measured, from hardly open to the widest vowel; between them it is
interpolated."""
SHAPES = (-0.65, 0.0, 0.6, 0.93)
"""The measured widths of the mouth, from spread (below 0) to pursed (1 fully)."""
SHARES = (0.4, 0.9)
"""The measured shares of the jaw in the gap, 0..1; the rest is the lips'."""
LEAST, MOST = 0.55, 1.9  # by how many times a gap is corrected: beyond that the mesh has lost the lips
MOST_PURSED = 1.3
"""Times that a gap between pursed lips is corrected at most. They hide a part of their opening, and shall: opened until
all of it is seen they would no longer be pursed."""
MOST_WIDER = 0.5  # of the width that `wide` adds: beyond that the mesh has lost the corners of the mouth
MOST_DRAWN_IN = 0.2
"""The most by which pursed lips are drawn in further, of a full pursing: a larger correction comes from a mesh that has
lost thin or shaded lips, and these would become a beak."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The measures of the mesh for each shape, share and gap: `gaps` and `widths`, and the width of `rest`; eye
    distances."""

    gaps: Floats
    widths: Floats
    rest: float


def measure(rig: Rig, mesh: FaceMesh) -> Floats:
    """The response of a portrait, see `response`."""
    return response(look_at(rig, mesh), rig.face)


def look_at(rig: Rig, mesh: FaceMesh) -> Seen:
    """Renders the rig in all shapes and looks at it."""
    camera = Camera(rig, Mode.LIPSYNC)
    still = np.zeros(len(Head), np.float32)
    face = mesh.find(rig.portrait)[0]

    def look(pose: NDArray[np.float32]) -> tuple[float, float]:
        nonlocal face
        pose = pouting(pose[None])
        if rig.face.shows_teeth:
            pose = smiling(pose, float(rig.face.gaps.max()))
        frame = _as_encoded(camera.frame(pose[0], still, 0.0))
        # Twice: the first look is framed by the mouth of the pose before, and leans towards it.
        face = mesh.track(frame, mesh.track(frame, face))
        return _apart(face, LIP_TOP, LIP_BOTTOM), _apart(face, MOUTH_LEFT, MOUTH_RIGHT)

    _closed, rest = look(_pose(0.0, 0.0, 0.0))
    seen = np.zeros((len(SHAPES), len(SHARES), len(GAPS), 2))
    for i, shape in enumerate(SHAPES):
        for j, share in enumerate(SHARES):
            for k, gap in reversed(list(enumerate(GAPS))):
                seen[i, j, k] = look(_pose(gap, shape, share))
    return Seen(gaps=seen[..., 0], widths=seen[..., 1], rest=rest)


def response(seen: Seen, face: Anatomy) -> Floats:
    """The correction of the lips, (shapes, shares, gaps, 2): a factor of each gap, and an amount of `WIDE` to add."""
    fair = max(float(seen.gaps[..., -1].mean()) / GAPS[-1], 1e-3)
    told = np.array([[[_told(gap, shape, share, face) for gap in GAPS] for share in SHARES] for shape in SHAPES])
    wider = seen.widths - seen.rest
    gain = max(float(np.sum(told * wider) / np.sum(told * told)), 0.5)
    most = np.array([MOST_DRAWN_IN if shape > 0 else MOST_WIDER for shape in SHAPES])[:, None, None]
    excess = np.clip((wider - gain * told) / (gain * SPREAD * face.half_mouth), -MOST_WIDER, most)
    measured = np.empty((*seen.gaps.shape, 2))
    for cell in np.ndindex(*seen.gaps.shape[:-1]):
        needed = np.minimum(_needed(seen.gaps[cell] / fair), _most(SHAPES[cell[0]]) * np.array(GAPS))
        measured[cell] = np.stack([needed / GAPS, -np.interp(needed, GAPS, excess[cell])], axis=-1)
    return measured


def made_up(face: NDArray[np.float32], response: Floats) -> NDArray[np.float32]:
    """Poses (n, 11) whose lips look as far apart and as wide as these ask for."""
    lips = face[:, list(LIPS)].astype(np.float64)
    asked = aperture(lips)
    shape = lips[:, LIPS.index(Expression.ROUND)] - lips[:, LIPS.index(Expression.WIDE)]
    share = JAW_GAP * np.maximum(0.0, lips[:, LIPS.index(Expression.JAW)]) / np.maximum(asked, 1e-6)
    # The narrower an opening, the more it hides, but lips that are shut are as wide as they look.
    known = np.concatenate([response[:, :, :1] * [1.0, 0.0], response], axis=2)
    steps = _between(shape, SHAPES), _between(share, SHARES), _between(asked, (0.0, *GAPS))
    factors = np.zeros((len(face), 2))
    for corner in np.ndindex(2, 2, 2):
        weights = [part if after else 1 - part for after, (_step, part) in zip(corner, steps, strict=True)]
        places = tuple(step + after for after, (step, _part) in zip(corner, steps, strict=True))
        factors += np.prod(weights, axis=0)[:, None] * known[places]
    changed = face.copy()
    changed[:, [Expression.JAW, Expression.RAISE, Expression.DROP]] *= factors[:, :1].astype(np.float32)
    changed[:, Expression.WIDE] += factors[:, 1].astype(np.float32)
    return changed


def _between(value: Floats, steps: tuple[float, ...]) -> tuple[NDArray[np.int64], Floats]:
    """The step before each value, and how far it is on the way to the next."""
    place = np.interp(value, steps, np.arange(len(steps)))
    before = np.minimum(place.astype(np.int64), len(steps) - 2)
    return before, place - before


def _as_encoded(frame: Picture) -> Picture:
    """With the colours of a video: half as many as pixels, which matters where a mouth is a few pixels high."""
    seen: Picture = cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420), cv2.COLOR_YUV2RGB_I420)
    return seen


def _apart(face: Face, a: int, b: int) -> float:
    return float(np.linalg.norm(face.points[a, :2] - face.points[b, :2])) / face.eye_distance


def _needed(seen: Floats) -> Floats:
    """The openings at which each of `GAPS` is seen."""
    rising = np.maximum.accumulate(seen + np.arange(len(GAPS)) * 1e-6)
    needed = np.interp(GAPS, (0.0, *rising), (0.0, *GAPS))
    # Beyond the measured openings, the seen gap is taken to grow in proportion.
    needed[-1] = max(needed[-1], GAPS[-1] ** 2 / max(rising[-1], 1e-3)) if rising[-1] < GAPS[-1] else needed[-1]
    clipped: Floats = np.clip(needed / GAPS, LEAST, MOST) * GAPS
    return clipped


def _most(shape: float) -> float:
    """Times that lips of a shape are opened at most."""
    return MOST + (MOST_PURSED - MOST) * float(np.clip(shape / SHAPES[-1], 0, 1))


def _told(gap: float, shape: float, share: float, face: Anatomy) -> float:
    """The intended width of the mouth beyond its rest, eye distances."""
    spread = SPREAD * max(0.0, -shape) - drawn_in(face) * max(0.0, shape)
    return face.half_mouth * spread - JAW_NARROWS * share * gap / JAW_GAP


def _pose(gap: float, shape: float, share: float) -> NDArray[np.float32]:
    pose = np.zeros(len(Expression), np.float32)
    pose[Expression.NEUTRAL] = 1
    pose[Expression.ROUND], pose[Expression.WIDE] = max(0.0, shape), max(0.0, -shape)
    pose[Expression.JAW] = share * gap / JAW_GAP
    pose[Expression.RAISE] = (1 - share) * gap * 0.45 / LIFT_GAP
    pose[Expression.DROP] = (1 - share) * gap * 0.55 / DROP_GAP
    return pose
