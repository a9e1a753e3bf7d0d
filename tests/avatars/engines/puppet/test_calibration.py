"""Lips look as far apart and as wide as planned, whatever their colour and shape."""

from dataclasses import replace

import numpy as np
import pytest

from avatars.engines.base import Mode
from avatars.engines.puppet.calibration import (
    GAPS,
    MOST,
    MOST_DRAWN_IN,
    MOST_PURSED,
    SHAPES,
    SHARES,
    Seen,
    _told,
    made_up,
    response,
)
from avatars.engines.puppet.face.geometry import Anatomy, anatomy
from avatars.engines.puppet.face.mesh import FaceMesh
from avatars.engines.puppet.face.topology import LIP_BOTTOM, LIP_TOP
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.motion.lips import aperture
from avatars.engines.puppet.rig.parameters import LIPS, Expression, Head
from avatars.portraits.portrait_validation import load
from tests.avatars.support import drawings
from tests.avatars.support.drawings import KeptPuppet
from tests.support.paths import PHOTOGRAPH

GRID = (len(SHAPES), len(SHARES), 1)
LEAVE = np.tile([1.0, 0.0], (*GRID[:2], len(GAPS), 1))


@pytest.fixture(scope="module")
def face() -> Anatomy:
    return anatomy(FaceMesh().find(load(PHOTOGRAPH))[0].points)


def honest(face: Anatomy) -> Seen:
    """What is seen where a face shows what it is told."""
    widths = [[[_told(gap, shape, share, face) for gap in GAPS] for share in SHARES] for shape in SHAPES]
    return Seen(gaps=np.tile(np.array(GAPS), GRID), widths=np.array(widths) + 0.5, rest=0.5)


def poses() -> np.ndarray:
    """Mouths of every width, from shut to wide open, parted by the jaw and by the lips."""
    face = np.zeros((40, len(Expression)), np.float32)
    face[:, Expression.NEUTRAL] = 1
    face[:20, Expression.JAW], face[20:, Expression.JAW] = np.linspace(0, 0.7, 20), np.linspace(0, 0.2, 20)
    face[20:, Expression.DROP] = np.linspace(0, 0.5, 20)
    face[::2, Expression.ROUND], face[1::2, Expression.WIDE] = 0.9, 0.5
    return face


def gaps(face: np.ndarray) -> np.ndarray:
    opening: np.ndarray = aperture(face[:, list(LIPS)].astype(np.float64))
    return opening


def test_lips_that_show_what_they_do_are_left_as_they_are(face: Anatomy) -> None:
    assert np.allclose(response(honest(face), face), LEAVE, atol=1e-4)
    assert np.allclose(made_up(poses(), LEAVE), poses(), atol=1e-6)


def test_lips_that_hide_a_narrow_opening_are_opened_further(face: Anatomy) -> None:
    seen = honest(face)
    hiding = replace(seen, gaps=seen.gaps * np.where(np.array(GAPS) < 0.08, 0.4, 1.0))
    before, after = gaps(poses()), gaps(made_up(poses(), response(hiding, face)))
    narrow = (before > 0.02) & (before < 0.06)
    pursed = poses()[:, Expression.ROUND] > 0
    assert (after[narrow & ~pursed] > 1.4 * before[narrow & ~pursed]).all()
    assert (after[narrow & pursed] > 1.2 * before[narrow & pursed]).all()
    assert (after[pursed] <= (MOST_PURSED + 0.05) * before[pursed]).all()
    assert (after <= MOST * before + 1e-6).all()
    assert (after[before == 0] == 0).all()


def test_a_mouth_that_looks_too_broad_once_open_is_drawn_in(face: Anatomy) -> None:
    seen = honest(face)
    before = poses()
    after = made_up(before, response(replace(seen, widths=seen.widths + 0.02), face))
    drawn = before[:, Expression.WIDE] - after[:, Expression.WIDE]
    opened = gaps(before) > GAPS[0]
    assert (drawn[opened] > 0).all()
    assert drawn[opened].mean() > 0.1
    assert (drawn[gaps(before) == 0] == 0).all()


def test_pursed_lips_that_the_mesh_loses_become_no_beak(face: Anatomy) -> None:
    seen, before = honest(face), poses()
    drawn = before - made_up(before, response(replace(seen, widths=seen.widths + 0.3), face))
    pursed = before[:, Expression.ROUND] > 0
    assert drawn[pursed, Expression.WIDE].max() == pytest.approx(MOST_DRAWN_IN)
    assert drawn[~pursed, Expression.WIDE].max() > MOST_DRAWN_IN + 0.1


def test_what_is_no_opening_stays() -> None:
    changed = made_up(poses(), LEAVE * [0.5, 1.0])
    for part in (Expression.NEUTRAL, Expression.WIDE, Expression.ROUND, Expression.PRESS):
        assert np.array_equal(changed[:, part], poses()[:, part])
    assert (gaps(changed) <= 0.5 * gaps(poses()) + 1e-6).all()


@pytest.mark.parametrize("name", ["photograph", "xiao", pytest.param("ran", marks=pytest.mark.thorough)])
def test_narrow_openings_are_seen_in_proportion_to_wide_ones(name: str) -> None:
    engine = KeptPuppet(device="cpu")
    rig = engine.rig(load(PHOTOGRAPH) if name == "photograph" else drawings.draw(name, height=720))
    camera, still = Camera(rig, Mode.LIPSYNC), np.zeros(len(Head), np.float32)
    asked = np.zeros((3, len(Expression)), np.float32)
    asked[:, Expression.NEUTRAL] = 1
    asked[:, Expression.JAW] = 0.16 / 0.22, 0.24, 0.24
    asked[2, Expression.ROUND] = 0.9

    def seen(face: np.ndarray) -> np.ndarray:
        found = []
        for pose in face:
            frame = camera.frame(pose, still, 0.0)
            points = engine._mesh.find(frame)[0]
            found.append(np.linalg.norm(points.points[LIP_TOP] - points.points[LIP_BOTTOM]) / points.eye_distance)
        return np.array(found)

    told, shown = gaps(asked), seen(made_up(asked, rig.response))
    share = shown[1:] / shown[0] / (told[1:] / told[0])
    assert (share > 0.55).all()
    assert (share < 1.6).all()
