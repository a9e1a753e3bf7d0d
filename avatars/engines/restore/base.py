"""Restorers: a portrait in, the same one sharper or larger out."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future

import numpy as np
from PIL import Image

from avatars.adapters.availability import Probed
from avatars.engines.base import Picture
from avatars.exceptions import EngineFailed, EngineMissing

FIELD = "restorer"
# Times the picture's sides: below this scale a picture is not enlarged, since it is large enough.
WORTHWHILE = 1.1


class Restorer(Probed, ABC):
    """A way to mend a portrait. Models load in `__init__`, which raises `EngineMissing` where one is absent."""

    @abstractmethod
    def restore(self, picture: Picture, *, scale: float) -> Picture:
        """Return an RGB picture `scale` (at least 1) times as wide and as high, to a pixel; the one given is kept.

        The same picture gives the same result. Raises `EngineFailed` with the field "restorer".
        """


class Patience:
    """Waits `seconds` for a restorer, and in this process never again for one that took longer."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._late: set[str] = set()

    def wait(self, name: str, work: Callable[[], Picture]) -> Picture:
        """The result of `work`, and its errors. Raises `EngineFailed` (code "engine_timeout") if it takes too long.

        Its thread then goes on until it is done or the process ends, which does not wait for it.
        """
        done: Future[Picture] = Future()

        def run() -> None:
            try:
                done.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                done.set_exception(error)

        if name not in self._late:
            threading.Thread(target=run, name=f"restorer-{name}", daemon=True).start()
            try:
                return done.result(timeout=self._seconds)
            except TimeoutError:
                if done.done():  # its own, not ours
                    raise
                self._late.add(name)
        raise EngineFailed(
            f"{name} took longer than {self._seconds:.0f} seconds.",
            code="engine_timeout",
            remedy="Give it a smaller portrait or a graphics card, or raise OPENUSER_RESTORER_TIMEOUT.",
            field=FIELD,
        )


def resized(mended: Picture, before: Picture, scale: float) -> Picture:
    """A network's picture, brought to exactly `scale` times the size of the picture before."""
    height, width = before.shape[:2]
    size = (round(width * scale), round(height * scale))
    if (mended.shape[1], mended.shape[0]) == size:
        return mended
    return np.array(Image.fromarray(mended).resize(size, Image.Resampling.LANCZOS), np.uint8)


def missing(message: str, setting: str) -> EngineMissing:
    """The parts that a restorer lacks."""
    return EngineMissing(
        message,
        code="engine_unavailable",
        remedy=f"See {setting} in avatars/engines/README.md.",
        field=FIELD,
    )
