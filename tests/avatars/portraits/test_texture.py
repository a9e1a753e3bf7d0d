"""Photographs are told from drawings by their grain, also in copies."""

import io

import pytest
from PIL import Image

from avatars.portraits import portrait_validation, samples
from tests.avatars.support import drawings
from tests.benchmarks.pictures.photographs import copies
from tests.support.paths import PHOTOGRAPH


def wrong(data: bytes, *, photographic: bool) -> list[str]:
    """The copies that are taken for the other kind."""
    found = []
    for how, copy in copies(Image.open(io.BytesIO(data)).convert("RGB")):
        out = io.BytesIO()
        copy.save(out, "PNG", compress_level=1)  # the same pixels, in a third of the time
        # Where no face can be measured, a reason is asked for as for a photograph.
        if (portrait_validation.examine(out.getvalue(), face=0).photographic is not False) != photographic:
            found.append(how)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param("eileen_collins", marks=pytest.mark.thorough), "grace_hopper"])
def test_photographs_and_their_copies_look_photographed(name):
    assert wrong((PHOTOGRAPH.parent / f"{name}.jpg").read_bytes(), photographic=True) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*(pytest.param(name, marks=pytest.mark.thorough) for name in samples.NAMES), "stranger"]
)
def test_drawings_and_their_copies_look_drawn(name):
    data = drawings.png(name)
    assert wrong(data, photographic=False) == []
