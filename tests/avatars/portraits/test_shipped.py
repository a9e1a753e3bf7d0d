"""The pictures that ship: each is the one that the code draws."""

import io

import numpy as np
import pytest
from PIL import Image

from avatars.portraits import samples, shipped
from avatars.portraits.half_body import figures


@pytest.mark.parametrize("name", shipped.HEADS)
def test_a_file_shows_what_the_code_draws(name: str) -> None:
    with Image.open(io.BytesIO(shipped.png(name))) as file:
        assert file.size == (720, 960)
        picture = np.asarray(file.convert("RGB").resize((180, 240), Image.Resampling.BOX)).astype(int)
    words = f"Save samples.draw({name!r}) as {name}.png in avatars/data."
    assert np.abs(picture - samples.draw(name, height=240)).mean() < 2.5, words


def test_every_drawing_ships_and_there_is_nobody_else() -> None:
    assert shipped.HEADS == samples.NAMES
    assert shipped.HALF_BODIES == figures.NAMES
    with pytest.raises(KeyError):
        shipped.png("nobody")
