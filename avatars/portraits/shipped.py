"""The digital humans that code draws, as the PNG files that ship: to draw one takes seconds, and scipy."""

from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"
HEADS = ("xiao", "ran")
HALF_BODIES = ("qing", "ming")
NAMES = HEADS + HALF_BODIES


def png(name: str) -> bytes:
    """The picture of one of `NAMES` as a PNG file. KeyError for others."""
    if name not in NAMES:
        raise KeyError(name)
    return (DATA / f"{name}.png").read_bytes()
