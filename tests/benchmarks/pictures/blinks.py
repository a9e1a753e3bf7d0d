"""How lids close on portraits of many people: `python -m tests.benchmarks.pictures.blinks [FOLDER]`.

Per portrait: the colour of the closed lid against the cheek and left against right (ΔE of CIE 1976), upright streaks in
it (grey levels), how far one eye is ahead of the other on the way, how open it still looks when shut, and whether
glasses were found. `FOLDER` gets a sheet per portrait to look at: at rest, half closed, shut, and both with an open
mouth, the eyes twice as large below.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Mode, Picture
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.face.mesh import Face, FaceMesh, Floats
from avatars.engines.puppet.face.topology import EYES, EyePoints
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.engines.puppet.rig.rig import Rig
from tests.benchmarks.pictures.strangers import portraits

STILL = np.zeros(len(Head), np.float32)
STEPS = (0.25, 0.5, 0.75, 1.0)
CHEEK = (0.16, 0.28)
"""Below the eye, in eye distances, where its cheek is looked at."""
LASHES, LEAST = 0.045, 0.02
"""How far lashes go up from the lower lid, and the least that is looked at above them; eye distances."""
WIDTH = 1600


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is seen of one portrait's blink."""

    lid: float
    sides: float
    streaks: float
    apart: float
    open: float
    glasses: bool


def pose(jaw: float = 0.0) -> NDArray[np.float32]:
    """The face at rest, or with the jaw open."""
    face = np.zeros(len(Expression), np.float32)
    face[Expression.NEUTRAL], face[Expression.JAW] = 1, jaw
    return face


def look(rig: Rig, camera: Camera, mesh: FaceMesh) -> Seen:
    """Measure a portrait's blink."""
    shut = camera.frame(pose(), STILL, 1.0).copy()
    lab = cv2.cvtColor(shut.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    grey = cv2.cvtColor(shut, cv2.COLOR_RGB2GRAY).astype(np.float64)
    corner = np.array([rig.region.left, rig.region.top])
    lids, cheeks, streaks = [], [], []
    for points in EYES:
        lid, cheek = (_places(rig, points, cheek=cheek) + corner for cheek in (False, True))
        lids.append(np.median(_at(lab, lid).reshape(-1, 3), axis=0))
        cheeks.append(np.median(_at(lab, cheek).reshape(-1, 3), axis=0))
        columns = _at(grey, lid).mean(axis=0)
        smooth = cv2.GaussianBlur(columns[None], (0, 0), 4, borderType=cv2.BORDER_REFLECT)[0]
        streaks.append(float(np.abs(columns - smooth).max()))
    # Light from one side is no fault of the lids.
    sides = (lids[0] - cheeks[0]) - (lids[1] - cheeks[1])
    apart, still_open = _together(rig, camera, mesh)
    return Seen(
        lid=max(float(np.linalg.norm(lid - cheek)) for lid, cheek in zip(lids, cheeks, strict=True)),
        sides=float(np.linalg.norm(sides)),
        streaks=max(streaks),
        apart=apart,
        open=still_open,
        glasses=any(eye.front is not None for eye in camera.eyes),
    )


def _places(rig: Rig, points: EyePoints, *, cheek: bool) -> Floats:
    """Pixels (10, 40, 2) of a shut lid above its lashes, or of the cheek below it."""
    spots = rig.face.points[:, :2]
    upper, lower = (spots[list(ids)] for ids in (points.upper, points.lower))
    even, wanted = np.linspace(0, 1, len(upper)), np.linspace(0.25, 0.75, 40)
    upper, lower = (
        np.stack([np.interp(wanted, even, line[:, axis]) for axis in (0, 1)], axis=1) for line in (upper, lower)
    )
    along = upper[-1] - upper[0]
    down = np.array([-along[1], along[0]]) / np.linalg.norm(along)
    if cheek:
        first, last = (lower + down * height * rig.face.unit for height in CHEEK)
    else:
        last = lower - down * LASHES * rig.face.unit
        lack = np.clip(LEAST - (last - upper) @ down / rig.face.unit, 0, None)[:, None]
        first = upper - down * lack * rig.face.unit
    return np.asarray(first + (last - first) * np.linspace(0, 1, 10)[:, None, None])


def _at(picture: NDArray[np.generic], places: Floats) -> Floats:
    seen = cv2.remap(picture, places.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float64)


def _together(rig: Rig, camera: Camera, mesh: FaceMesh) -> tuple[float, float]:
    """How far one eye is ahead of the other at most, and how open the more open one looks when shut; shares."""
    face = mesh.find(rig.portrait)[0]
    rest = _openings(mesh.track(camera.frame(pose(), STILL, 0.0), face))
    shares = []
    for blink in STEPS:
        frame = camera.frame(pose(), STILL, blink)
        shares.append(_openings(mesh.track(frame, mesh.track(frame, face))) / rest)
    return float(max(abs(left - right) for left, right in shares)), float(shares[-1].max())


def _openings(face: Face) -> Floats:
    opened = [
        np.linalg.norm(face.points[list(eye.upper[2:-2]), :2] - face.points[list(eye.lower[2:-2]), :2], axis=1).mean()
        for eye in EYES
    ]
    return np.array(opened)


def sheet(rig: Rig, camera: Camera) -> Picture:
    """The head and its eyes: at rest, half closed, shut, half closed and shut with an open mouth."""
    points = rig.face.points[:, :2] + np.array([rig.region.left, rig.region.top])
    head = _box(points, 0.12 * np.ptp(points, axis=0).max(), rig.portrait)
    around = _box(
        points[[p for eye in EYES for p in (*eye.upper, *eye.brow, *eye.lower)]], 0.14 * rig.face.unit, rig.portrait
    )
    wide = WIDTH // 5
    rows: tuple[list[Picture], list[Picture]] = ([], [])
    for jaw, blink in ((0.0, 0.0), (0.0, 0.5), (0.0, 1.0), (0.8, 0.5), (0.8, 1.0)):
        frame = camera.frame(pose(jaw), STILL, blink)
        rows[0].append(_scaled(frame[head], wide))
        if not jaw:
            rows[1].append(_scaled(frame[around], WIDTH // 3))
    tall = [np.hstack(row) for row in rows]
    return np.vstack([cv2.copyMakeBorder(row, 0, 0, 0, WIDTH - row.shape[1], cv2.BORDER_CONSTANT) for row in tall])


def _box(points: Floats, room: float, picture: Picture) -> tuple[slice, slice]:
    (left, top), (right, bottom) = points.min(axis=0) - room, points.max(axis=0) + room
    return slice(max(0, int(top)), min(int(bottom), picture.shape[0])), slice(max(0, int(left)), int(right))


def _scaled(part: Picture, width: int) -> Picture:
    return np.asarray(
        cv2.resize(part, (width, round(part.shape[0] * width / part.shape[1])), interpolation=cv2.INTER_CUBIC), np.uint8
    )


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    engine, mesh = Puppet(device="cpu"), FaceMesh()
    print(f"{'portrait':<18}{'lid ΔE':>8}{'sides ΔE':>10}{'streaks':>9}{'apart':>7}{'open':>6}  glasses")
    began, seen = time.process_time(), []
    for name, portrait in portraits():
        rig = engine.rig(portrait)
        camera = Camera(rig, Mode.ENHANCED_LIPSYNC)
        each = look(rig, camera, mesh)
        seen.append(each)
        print(
            f"{name:<18}{each.lid:>8.1f}{each.sides:>10.1f}{each.streaks:>9.1f}{each.apart:>7.2f}{each.open:>6.2f}"
            f"  {'yes' if each.glasses else '-'}",
            flush=True,
        )
        if folder:
            cv2.imwrite(str(folder / f"{name.replace(', ', '-').replace(' ', '-')}.jpg"), sheet(rig, camera)[..., ::-1])
    worst = [max(getattr(each, name) for each in seen) for name in ("lid", "sides", "streaks", "apart", "open")]
    print("{:<18}{:>8.1f}{:>10.1f}{:>9.1f}{:>7.2f}{:>6.2f}".format(f"worst of {len(seen)}", *worst))
    print(f"({time.process_time() - began:.0f} CPU-s)")


if __name__ == "__main__":
    main()
