"""The mouth lies on the face as the head moves: measured against heads whose way is known."""

import numpy as np

from avatars.engines.puppet.face.topology import INNER_UPPER, LIP_BOTTOM, LIP_TOP, OUTER_LOWER
from avatars.engines.puppet.moving.alignment import align
from tests.fixtures.portrait_videos import Acted

MOUTH = [*INNER_UPPER, *OUTER_LOWER]


def test_the_mouth_follows_the_head_without_trembling(acted: Acted) -> None:
    reference = acted.track.reference
    found = align(acted.track.points.astype(np.float64), reference)
    placed = np.einsum("nij,pj->npi", found.maps[:, :, :2], acted.rest[reference, MOUTH]) + found.maps[:, None, :, 2]
    off = (placed - acted.rest[:, MOUTH]).mean(axis=1)
    assert np.sqrt((off**2).sum(axis=1).mean()) < 1.5
    assert np.sqrt((np.diff(off, axis=0) ** 2).sum(axis=1).mean()) <= 0.3


def test_what_the_own_lips_do_is_told_from_the_head(acted: Acted) -> None:
    found = align(acted.track.points.astype(np.float64), acted.track.reference)
    own = np.tensordot(found.amounts, found.modes, axes=1)
    opened = own[:, LIP_BOTTOM, 1] - own[:, LIP_TOP, 1]
    assert np.corrcoef(opened, acted.track.gap)[0, 1] > 0.95


def test_a_video_of_few_frames_is_aligned_too(acted: Acted) -> None:
    found = align(acted.track.points[:2].astype(np.float64), 0)
    assert found.maps.shape == (2, 2, 3)
    assert np.abs(found.maps[0] - np.eye(2, 3)).max() < 1e-6
