"""Voices by name, alone ("zf_xiaobei") or blended ("0.6*zf_xiaobei+0.4*af_heart")."""

import re
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import AvatarError
from avatars.speech.kokoro.model import DATA

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

    def style(self, voice: str) -> NDArray[np.float32]:
        """Return the vectors of a voice or blend, of shape (510, 256). Raises `AvatarError` for an unknown name."""
        shares = parse(voice)
        unknown = [name for name in shares if name not in self._styles]
        if unknown:
            raise AvatarError(
                f"There is no voice “{unknown[0]}”.",
                code="voice_unknown",
                remedy=f"Choose among {', '.join(self.names)}, or blend them.",
                field="voice",
            )
        blend = sum((share * self._styles[name] for name, share in shares.items()), np.zeros((510, 256), np.float32))
        return np.asarray(blend, np.float32)
