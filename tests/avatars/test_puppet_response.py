"""Lips look as far apart as they are told to be, whatever they are painted like."""

from pathlib import Path

import numpy as np
import pytest

from avatars import characters
from avatars.engines.base import Mode
from avatars.engines.puppet.camera import Camera
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.lips import aperture
from avatars.engines.puppet.parameters import LIPS, Expression
from avatars.engines.puppet.response import GAPS, MOST, SHAPES, SHARES, made_up
from avatars.engines.puppet.topology import LIP_BOTTOM, LIP_TOP
from avatars.portrait import load

pytestmark = pytest.mark.once

PHOTOGRAPH = Path(__file__).parents[1] / "data" / "grace_hopper.jpg"
HONEST = np.tile(np.array(GAPS), (len(SHAPES), len(SHARES), 1))


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


def test_lips_that_show_what_they_do_are_left_as_they_are() -> None:
    assert np.allclose(made_up(poses(), HONEST), poses(), atol=1e-4)


def test_lips_that_hide_a_narrow_opening_are_opened_further_and_shut_as_before() -> None:
    hiding = HONEST.copy()
    hiding[..., :2] *= 0.4
    before, after = gaps(poses()), gaps(made_up(poses(), hiding))
    narrow = (before > 0.02) & (before < 0.06)
    assert (after[narrow] > 1.2 * before[narrow]).all()
    assert (after <= MOST * before + 1e-6).all()
    assert (after[before == 0] == 0).all()


def test_what_is_no_opening_stays() -> None:
    changed = made_up(poses(), HONEST * 0.5)
    for part in (Expression.NEUTRAL, Expression.WIDE, Expression.ROUND, Expression.PRESS):
        assert np.array_equal(changed[:, part], poses()[:, part])


@pytest.mark.parametrize("name", ["photograph", *characters.NAMES])
def test_narrow_openings_are_seen_in_proportion_to_wide_ones(name: str) -> None:
    engine = Puppet(device="cpu")
    rig = engine.rig(load(PHOTOGRAPH) if name == "photograph" else characters.draw(name, height=720))
    camera, still = Camera(rig, Mode.LIPSYNC), np.zeros(7, np.float32)
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
