"""Voices by name, alone ("zf_xiaobei") or blended ("0.6*zf_xiaobei+0.4*af_heart")."""

import re
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import AvatarError
from avatars.speech.kokoro.model import DATA

ENGLISH_IN_MIXED = 0.7
"""The least share of a blend's English voices in the colour of a sentence of both languages.

With less, English words lose their consonants. Wrong signs in `tests/benchmarks/speech.py mixed`, female and male: with
0.4 19.7 and 15.9 %, with 0.7 6.2 and 14.4 %. Rhythm and melody stay as they are, by which a speaker is known from
one sentence to the next: they gained nothing. Chinese alone keeps its colour, for the female blend says it better so.
"""

COLOUR = slice(0, 128)
"""The part of a style that Kokoro's decoder takes; the rest goes to the predictor of durations and pitch."""

_ENGLISH = ("a", "b")
_PART = re.compile(r"\s*(?:(?P<weight>\d*\.?\d+)\s*\*\s*)?(?P<name>[a-z]{2}_[a-z]+)\s*")


def parse(voice: str) -> dict[str, float]:
    """Return name → share of a voice as written; the shares sum to 1. Raises `AvatarError` where it is misspelt."""
    shares: dict[str, float] = {}
    for part in voice.split("+"):
        match = _PART.fullmatch(part)
        if match is None:
            raise AvatarError(
                f"“{voice}” is not a voice.",
                code="voice_malformed",
                remedy="Write a name, or a blend such as 0.6*zf_xiaobei+0.4*af_heart.",
                field="voice",
            )
        shares[match["name"]] = shares.get(match["name"], 0.0) + float(match["weight"] or 1)
    total = sum(shares.values())
    if total <= 0:
        raise AvatarError(
            f"The shares of “{voice}” are all zero.",
            code="voice_malformed",
            remedy="Give at least one voice a share above zero.",
            field="voice",
        )
    return {name: share / total for name, share in shares.items()}


def leaning(shares: dict[str, float]) -> dict[str, float]:
    """Return the shares for the colour of a sentence of both languages: a blend of both leans to its English voices."""
    english = sum(share for name, share in shares.items() if name.startswith(_ENGLISH))
    if not 0 < english < ENGLISH_IN_MIXED:
        return shares
    more, less = ENGLISH_IN_MIXED / english, (1 - ENGLISH_IN_MIXED) / (1 - english)
    return {name: share * (more if name.startswith(_ENGLISH) else less) for name, share in shares.items()}


class Voices:
    """The style vectors that come with the project."""

    def __init__(self) -> None:
        with np.load(DATA / "kokoro-voices.npz") as stored:
            self._styles: dict[str, NDArray[np.float32]] = {
                name: stored[name].astype(np.float32) for name in stored.files
            }

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._styles))

    def style(self, voice: str, *, mixed: bool = False) -> NDArray[np.float32]:
        """Return the vectors of a voice or blend, of shape (510, 256); `mixed` for a sentence of both languages.

        Raises `AvatarError` for an unknown name.
        """
        shares = parse(voice)
        unknown = [name for name in shares if name not in self._styles]
        if unknown:
            raise AvatarError(
                f"There is no voice “{unknown[0]}”.",
                code="voice_unknown",
                remedy=f"Choose among {', '.join(self.names)}, or blend them.",
                field="voice",
            )
        style = self._blend(shares)
        if mixed:
            style[:, COLOUR] = self._blend(leaning(shares))[:, COLOUR]
        return style

    def _blend(self, shares: dict[str, float]) -> NDArray[np.float32]:
        blend = sum((share * self._styles[name] for name, share in shares.items()), np.zeros((510, 256), np.float32))
        return np.asarray(blend, np.float32)
