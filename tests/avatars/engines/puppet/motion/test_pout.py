"""Rounded lips leave a round opening, not a sickle."""

from functools import cache

import numpy as np
import pytest

from avatars.engines.puppet.face.geometry import Anatomy, anatomy
from avatars.engines.puppet.face.mesh import FaceMesh
from avatars.engines.puppet.face.topology import INNER_LOWER, INNER_UPPER
from avatars.engines.puppet.motion.lips import aperture
from avatars.engines.puppet.motion.pout import pouting
from avatars.engines.puppet.motion.visemes import OPEN, ROUND_CLOSE, SPREAD, Viseme
from avatars.engines.puppet.rig.expressions import displacements
from avatars.engines.puppet.rig.parameters import LIPS, Expression
from avatars.portraits import samples
from avatars.portraits.portrait_validation import load
from tests.avatars.support import drawings
from tests.support.paths import DATA


def pose(shape: Viseme) -> np.ndarray:
    face = np.zeros((1, len(Expression)), np.float32)
    face[:, Expression.NEUTRAL], face[:, list(LIPS)] = 1, shape.shape
    return face


@cache
def face_of(name: str) -> Anatomy:
    picture = load(DATA / f"{name}.jpg") if name == "grace_hopper" else drawings.draw(name, height=720)
    return anatomy(FaceMesh().find(picture)[0].points)


def apart(face: np.ndarray) -> np.ndarray:
    return aperture(face[:, list(LIPS)].astype(np.float64))


def edges(name: str, shape: Viseme) -> tuple[np.ndarray, np.ndarray]:
    """The inner edges of both lips from corner to corner: eleven points each, in eye distances."""
    face = face_of(name)
    moved = face.local + np.tensordot(pouting(pose(shape))[0], displacements(face), axes=1)
    return moved[list(INNER_UPPER), :2], moved[list(INNER_LOWER), :2]


@pytest.mark.parametrize("name", ["grace_hopper", *samples.NAMES])
def test_rounded_lips_open_in_the_middle_only(name: str) -> None:
    upper, lower = edges(name, ROUND_CLOSE)
    gaps = lower[:, 1] - upper[:, 1]
    assert gaps[5] > 0.035
    assert gaps[[2, 8]].max() < 0.45 * gaps[5]
    assert gaps[[1, 9]].max() < 0


@pytest.mark.parametrize("name", ["grace_hopper", *samples.NAMES])
def test_both_lips_make_the_ring(name: str) -> None:
    upper, _lower = edges(name, ROUND_CLOSE)
    beside = upper[[2, 8], 1].mean()
    flat = edges(name, SPREAD)[0]
    assert beside - upper[5, 1] > flat[[2, 8], 1].mean() - flat[5, 1] + 0.01


def test_lips_that_are_not_round_stay_as_they_are() -> None:
    assert np.array_equal(pouting(pose(OPEN)), pose(OPEN))


def test_a_pout_leaves_lips_as_far_apart() -> None:
    asked = pose(ROUND_CLOSE)
    assert pouting(asked)[0, Expression.POUT] > 0.1
    assert np.array_equal(apart(pouting(asked)), apart(asked))
