"""The half-body pair: faces that can speak, files that show what the code draws, arms that stay in the picture."""

import io

import numpy as np
import pytest
from PIL import Image

from avatars.portraits.half_body import figures
from avatars.portraits.half_body.poses import Arm
from avatars.portraits.validation import check

SMALL = 320


@pytest.fixture(scope="module", params=figures.NAMES)
def name(request) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def small(name: str) -> figures.Figure:
    return figures.figure(name, height=SMALL)


def test_its_portrait_can_be_animated_without_remarks(name: str) -> None:
    assert check(figures.png(name)).remarks == ()
    with Image.open(io.BytesIO(figures.png(name))) as file:
        assert file.size == (960, 1280)


def test_the_file_shows_what_the_code_draws(name: str, small: figures.Figure) -> None:
    with Image.open(io.BytesIO(figures.png(name))) as file:
        shipped = np.asarray(file.convert("RGB").resize((240, 320), Image.Resampling.BOX)).astype(int)
    words = f"Save figures.draw({name!r}) as {name}.png in avatars/data."
    assert np.abs(shipped - small.picture).mean() < 2.5, words


def test_every_pose_differs_and_begins_at_the_elbow(small: figures.Figure) -> None:
    assert set(small.arms) == set(Arm)
    assert len({sprite.pixels.tobytes() for sprite in small.arms.values()}) == len(Arm)
    x, y = small.elbow
    for sprite in small.arms.values():
        assert sprite.pixels[round(y) - sprite.top - 4, round(x) - sprite.left, 3] == 255


def test_no_hand_is_cut_off_by_the_border(small: figures.Figure) -> None:
    for sprite in small.arms.values():
        assert sprite.left > 0 or not (sprite.pixels[:, 0, 3] > 128).any()
        assert sprite.left + sprite.pixels.shape[1] < small.picture.shape[1]


def test_the_face_is_the_same_with_and_without_the_arm(small: figures.Figure) -> None:
    assert np.array_equal(small.picture[: SMALL // 2], small.plate[: SMALL // 2])


def test_there_is_nobody_else() -> None:
    with pytest.raises(KeyError):
        figures.png("nobody")
