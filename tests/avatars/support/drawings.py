"""Drawn portraits and their rigs, made once in a run of the suite: to draw one takes a second, and so does a rig.

What is about drawing or rigging itself uses `avatars.portraits.samples` and the renderer.
"""

import hashlib
import io
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from PIL import Image

from avatars.engines.base import Picture
from avatars.engines.puppet import engine
from avatars.engines.puppet.rig.rig import Rig
from avatars.portraits import samples, shipped
from tests.avatars.support.vision import unseen_portrait

ORIGIN = hashlib.sha256(b"tests").hexdigest()  # of portraits whose file nobody names


@cache
def png(name: str) -> bytes:
    """The portrait of one of `samples.NAMES`, or of the "stranger", as a PNG file."""
    return kept("stranger.png", unseen_portrait.png) if name == "stranger" else shipped.png(name)


def draw(name: str, *, height: int = 960) -> Picture:
    """The portrait that `png` has, as RGB in a height."""
    if name == "stranger":
        data = kept(f"{name}-{height}.png", lambda: unseen_portrait.png(height))
    else:
        data = kept(f"{name}-{height}.png", lambda: encoded(samples.draw(name, height=height)))
    return np.array(Image.open(io.BytesIO(data)))


def encoded(picture: Picture) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", compress_level=1)
    return file.getvalue()


def kept(name: str, make: Callable[[], bytes]) -> bytes:
    """The file that the first process of the run made."""
    file = folder("drawings") / name
    if not file.exists():
        passing = file.with_name(f"{name}.{os.getpid()}")
        passing.write_bytes(make())
        passing.replace(file)
    return file.read_bytes()


def folder(name: str) -> Path:
    """A folder that the processes of a run share."""
    found = Path(getattr(settings, "RUN_FOLDER", settings.VAR_DIR)) / name  # benchmarks have settings of their own
    found.mkdir(parents=True, exist_ok=True)
    return found


class KeptPuppet(engine.Puppet):
    """The renderer with the rigs that the run has made so far."""

    def __new__(cls, **_options: Any) -> "KeptPuppet":
        return object.__new__(cls)

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"cache": folder("puppet"), **options})

    def rig(self, portrait: Picture, *, origin: str = "") -> Rig:
        """See `Puppet.rig`."""
        return super().rig(portrait, origin=origin or ORIGIN)
