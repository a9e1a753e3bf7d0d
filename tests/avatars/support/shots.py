"""Shots for the renderer: a word, and the speech that it is timed by."""

import numpy as np

from avatars.engines.base import Mode, Shot
from avatars.speech.base import Sound, Speech

PORTRAIT = np.zeros((64, 64, 3), np.uint8)


WORD = (
    Sound(symbol="", start=0.0, end=0.6),
    Sound(symbol="a", start=0.6, end=0.9),
    Sound(symbol="m", start=0.9, end=0.98),
    Sound(symbol="ˈi", start=0.98, end=1.2),
    Sound(symbol="u", start=1.2, end=1.5),
    Sound(symbol="", start=1.5, end=2.4),
)


def make_shot(
    sounds: tuple[Sound, ...] = WORD, *, seconds: float = 2.4, mode: Mode = Mode.ENHANCED_TALKING_HEAD, seed: int = 1
) -> Shot:
    rate = 24_000
    samples = np.zeros(int(seconds * rate), np.float32)
    for sound in sounds:
        if sound.symbol:
            part = slice(int(sound.start * rate), int(sound.end * rate))
            samples[part] = 0.3 * np.sin(np.arange(part.stop - part.start) * 2 * np.pi * 150 / rate)
    return Shot(
        portrait=PORTRAIT,
        speech=Speech(samples=samples, rate=rate, sounds=sounds, tokens=()),
        mode=mode,
        seed=seed,
    )
