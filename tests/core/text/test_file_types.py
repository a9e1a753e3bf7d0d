"""Endings of files as people write them."""

import pytest

from core.text.file_types import endings_of


@pytest.mark.parametrize("written", ["jpg, png", "JPG；.png", " .jpeg .PNG jpg", "jpg、png"])
def test_endings_are_read_as_people_write_them(written):
    assert endings_of(written) == ("jpg", "png")


def test_nothing_is_no_ending():
    assert endings_of(" , ") == ()
