"""Eyelids close along one curve, from the corners of the eye, behind glasses."""

import numpy as np
import pytest

from avatars.engines.base import Mode, Picture
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.face.eyelids import _bow, _round
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.frame.eyes import eyes
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.portraits import samples
from avatars.portraits.validation import load
from tests.avatars.support.vision import unseen_portrait
from tests.support.paths import PHOTOGRAPH

GLASSES = PHOTOGRAPH
STILL = np.zeros(len(Head), np.float32)
REST = np.eye(1, len(Expression), Expression.NEUTRAL, dtype=np.float32)[0]


@pytest.fixture(scope="module")
def engine() -> Puppet:
    return Puppet(device="cpu")


def portrait(name: str) -> Picture:
    return load(unseen_portrait.png()) if name == "stranger" else samples.draw(name, height=960)


def test_a_lid_comes_down_on_one_bow() -> None:
    kinked = np.array([11.9, 11.8, 11.6, 12.4, 14.6, 16.9, 18.3, 18.6, 17.9, 16.6, 14.8, 13.0, 11.4, 10.1, 9.0, 8.2])
    bow = _bow(kinked)
    assert (bow >= kinked - 1e-9).all()
    assert (np.diff(bow, 2) <= 1e-9).all()
    assert bow.max() == kinked.max()
    assert np.allclose(_bow(bow), bow)


def test_a_bow_has_no_corner_and_ends_where_the_eye_does() -> None:
    corner = np.array([0.0, 2.0, 4.0, 6.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0])
    bow = _round(corner)
    assert np.allclose(bow[[0, -1]], corner[[0, -1]])
    assert (bow >= corner - 0.01)[2:-2].all()
    assert np.abs(np.diff(bow[2:-2], 2)).max() < 0.5 * np.abs(np.diff(corner, 2)).max()


@pytest.mark.parametrize("name", [*samples.NAMES, "stranger"])
def test_drawn_lids_meet_in_both_corners_of_an_eye(engine: Puppet, name: str) -> None:
    rig = engine.rig(portrait(name))
    for eye in eyes(rig, 1):
        gap = (eye.lower - eye.upper) / rig.face.unit
        assert gap[[0, -1]].max() < 0.003
        assert gap.max() > 0.10
        # Lashes that came down steeply beside the corner would be a hook.
        steps = np.diff(eye.lower) / ((eye.end - eye.start) / (len(eye.lower) - 1))
        assert np.abs(steps).max() < 2.5


def test_glasses_and_their_reflections_stay_before_the_lid(engine: Puppet) -> None:
    rig = engine.rig(load(GLASSES))
    camera = Camera(rig, Mode.ENHANCED_LIPSYNC)
    for eye in camera.eyes:
        assert eye.front is not None
        before = eye.front[eye.pixels.area] > 0.95
        opened, shut = (
            camera.frame(REST, STILL, blink)[rig.region.area][eye.pixels.area].astype(int) for blink in (0, 1)
        )
        assert before.sum() > 20
        assert np.abs(shut - opened)[before].max() <= 4
        assert np.abs(shut - opened).max() > 60


def test_a_lid_behind_glasses_has_no_streaks(engine: Puppet) -> None:
    rig = engine.rig(load(GLASSES))
    camera = Camera(rig, Mode.ENHANCED_LIPSYNC)
    frame = camera.frame(REST, STILL, 1.0)[rig.region.area].astype(float).mean(axis=2)
    for eye in camera.eyes:
        middle = eye.middle.round().astype(int)
        half = round(0.06 * rig.face.unit)
        lid = frame[middle[1] - 2 : middle[1] + 3, middle[0] - half : middle[0] + half]
        assert np.abs(np.diff(lid, axis=1)).mean() < 3.0
