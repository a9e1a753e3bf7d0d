"""The colours of the emulator's pages, by day and by night."""

import re
from itertools import product

import pytest

from tests.support.paths import ROOT

THEME = (ROOT / "wecom/emulator/static/shared/theme.css").read_text(encoding="utf-8")
LEAST = 4.5  # WCAG 2.2, success criterion 1.4.3
TEXTS = ("--text", "--text-muted", "--text-faint")
SURFACES = ("--surface", "--header-background", "--chat-background", "--button-background", "--incoming")


def colours(*, dark: bool) -> dict[str, str]:
    """The colours with a name, of the light scheme with those of the dark one in their place."""
    light, night = THEME.split("@media (prefers-color-scheme: dark)")
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", light + (night if dark else "")))


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    shares = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_can_be_read_on_every_surface(dark: bool) -> None:
    named = colours(dark=dark)
    weak = {
        (text, surface): round(ratio, 2)
        for text, surface in product(TEXTS, SURFACES)
        if (ratio := contrast(named[text], named[surface])) < LEAST
    }
    assert weak == {}
