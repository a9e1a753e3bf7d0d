"""Lips in silence: what is looked at, and what is so still that nobody need look."""

import cv2
import numpy as np
import pytest
from PIL import Image

from avatars.engines.puppet.face.mesh import FaceMesh
from avatars.engines.puppet.face.topology import LIP_BOTTOM, LIP_TOP
from avatars.inspection import lip_sync
from tests.support.paths import PHOTOGRAPH

HEIGHT = 320


@pytest.fixture(scope="module")
def face():
    picture = Image.open(PHOTOGRAPH).convert("RGB")
    picture = picture.resize((picture.width * HEIGHT // picture.height, HEIGHT))
    (found,) = FaceMesh().find(np.asarray(picture))
    return np.asarray(picture.convert("L")), found


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.25])
def test_the_least_movement_that_counts_is_seen_as_a_stir(face, scale):
    grey, found = face
    size = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
    closed = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    lips = round(float(found.points[[LIP_TOP, LIP_BOTTOM], 1].mean()) * scale)
    down = np.float32([[1, 0, 0], [0, 1, lip_sync.MOVES * found.eye_distance * scale]])
    opened = closed.copy()
    opened[lips:] = cv2.warpAffine(closed, down, size, borderMode=cv2.BORDER_REPLICATE)[lips:]
    assert lip_sync._stirs([closed, closed, opened])


def test_what_encoding_leaves_of_a_still_picture_is_no_stir(face):
    grey, _found = face
    noise = np.random.default_rng(1).integers(-5, 6, (8, *grey.shape))
    frames = [np.clip(grey + one, 0, 255).astype(np.uint8) for one in noise]
    assert not lip_sync._stirs(frames)
    assert not lip_sync._stirs(frames[:1])
    assert not lip_sync._stirs([])
