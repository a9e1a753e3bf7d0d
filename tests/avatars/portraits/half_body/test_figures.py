"""The half-body pair: faces that can speak, files that show what the code draws, arms that stay in the picture."""

import io

import numpy as np
import pytest
from PIL import Image

from avatars.portraits import shipped
from avatars.portraits.half_body import figures
from avatars.portraits.half_body.poses import Arm
from avatars.portraits.portrait_validation import check

SMALL = 320


@pytest.fixture(scope="module", params=figures.NAMES)
def name(request) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def small(name: str) -> figures.Figure:
    return figures.figure(name, height=SMALL)


def test_its_portrait_can_be_animated_without_remarks(name: str) -> None:
    assert check(shipped.png(name)).remarks == ()
    with Image.open(io.BytesIO(shipped.png(name))) as file:
        assert file.size == (960, 1280)


def test_the_file_shows_what_the_code_draws(name: str, small: figures.Figure) -> None:
    with Image.open(io.BytesIO(shipped.png(name))) as file:
        picture = np.asarray(file.convert("RGB").resize((240, 320), Image.Resampling.BOX)).astype(int)
    words = f"Save figures.draw({name!r}) as {name}.png in avatars/data."
    assert np.abs(picture - small.picture).mean() < 2.5, words


def test_every_pose_differs_and_begins_at_the_elbow(small: figures.Figure) -> None:
    assert set(small.first.arms) == set(Arm)
    assert set(small.other.arms) == {Arm.REST, Arm.ASK}
    for limb in (small.first, small.other):
        assert len({sprite.pixels.tobytes() for sprite in limb.arms.values()}) == len(limb.arms)
        x, y = limb.elbow
        for sprite in limb.arms.values():
            assert sprite.pixels[round(y) - sprite.top - 4, round(x) - sprite.left, 3] == 255


def test_no_hand_is_cut_off_by_the_border(small: figures.Figure) -> None:
    width = small.picture.shape[1]
    for sprite in (*small.first.arms.values(), *small.other.arms.values()):
        assert sprite.left > 0 or not (sprite.pixels[:, 0, 3] > 128).any()
        assert sprite.left + sprite.pixels.shape[1] < width or not (sprite.pixels[:, -1, 3] > 128).any()


def test_both_hands_that_ask_are_seen_in_an_upright_picture(small: figures.Figure) -> None:
    height, width = small.picture.shape[:2]
    edge = (width - height * 9 / 16) / 2
    for limb in (small.first, small.other):
        sprite = limb.arms[Arm.ASK]
        above_wrist = round(sprite.wrist[1]) - sprite.top - SMALL // 32
        hand = sprite.pixels[:above_wrist, :, 3].max(axis=0) > 128
        places = np.flatnonzero(hand) + sprite.left
        assert places[0] >= edge - 4
        assert places[-1] <= width - edge + 4


def test_the_face_is_the_same_with_and_without_the_arm(small: figures.Figure) -> None:
    assert np.array_equal(small.picture[: SMALL // 2], small.plate[: SMALL // 2])
