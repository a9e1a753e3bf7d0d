"""The device that computes frames: the processor by OpenCV or by torch, or a graphics card by torch."""

import ctypes
import sys
from collections.abc import Callable, Generator, Iterable
from functools import cache
from typing import TypeVar

from avatars.adapters.availability import installed
from avatars.exceptions import EngineMissing

AUTO, CPU, TORCH, CUDA = "auto", "cpu", "torch", "cuda"
BATCH = 64  # frames computed together on a card: its memory bounds them
FIELD = "render_engine"

Frame = TypeVar("Frame")


def chosen(wish: str) -> str:
    """The device of a setting: "cpu", "cuda" or "cuda:1"; "auto" is the graphics card where one can be used.

    Neural engines use torch anyway, so that "torch" is their "cpu".

    Raises `EngineMissing` where a card is demanded that cannot be used.
    """
    if wish in (CPU, TORCH) or (wish == AUTO and not (driver() and installed("torch"))):
        return CPU
    if wish != AUTO and not wish.startswith(CUDA):
        raise EngineMissing(
            f"“{wish}” is no device.",
            code="device_unknown",
            field=FIELD,
            remedy="Choose auto, cpu, torch, cuda or cuda:1.",
        )
    usable = installed("torch") and _usable(wish)
    if not usable and wish != AUTO:
        raise EngineMissing(
            f"The graphics card {wish} cannot be used.",
            code="gpu_missing",
            field=FIELD,
            remedy="Install requirements/gpu.txt and NVIDIA's driver, or set OPENUSER_DEVICE=auto.",
        )
    return (CUDA if wish == AUTO else wish) if usable else CPU


def drawing(wish: str) -> str:
    """As `chosen`, but "torch" where torch is to draw on the processor. Raises `EngineMissing` where it is absent."""
    if wish != TORCH:
        return chosen(wish)
    if not installed(TORCH):
        raise EngineMissing(
            "The package torch is not installed.",
            code="package_missing",
            field=FIELD,
            remedy="Install requirements/gpu.txt, or set OPENUSER_DEVICE=auto.",
        )
    return TORCH


@cache
def driver() -> bool:
    """Whether NVIDIA's driver is there. Asked first, because importing torch takes seconds and 200 MB."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def in_batches(
    make: Callable[[int, int], Iterable[Frame]], count: int, *, most: int, too_much: type[Exception]
) -> Generator[Frame, None, int]:
    """Yield `make(first, last)` over 0..count, at most `most` at once; fewer after `too_much` was raised.

    Returns how many were made: fewer than `count` where even one at once was too much.
    """
    done = 0
    while done < count:
        try:
            frames = iter(make(done, min(count, done + most)))
            first = next(frames)
        except too_much:
            if most == 1:
                return done
            most = max(1, most // 2)
            continue
        yield first
        yield from frames
        done = min(count, done + most)
    return done


def _usable(wish: str) -> bool:
    import torch

    if not torch.cuda.is_available():
        return False
    _name, _colon, number = wish.partition(":")
    return not number or (number.isdigit() and int(number) < torch.cuda.device_count())
