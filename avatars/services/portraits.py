"""Pictures that shall become portraits, looked at in a process of its own that stays warm for a minute."""

import os
import threading
from pathlib import PurePath

from django.core.files.base import ContentFile, File

from avatars.examination import Examined
from avatars.exceptions import PortraitError
from avatars.reasons import UNUSABLE
from avatars.studio import Studio

IDLE_SECONDS = 60.0


class _Lookers:
    """The child that looks, one per process. Whoever tries pictures tries several; later it would only hold memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._studios: dict[int, Studio] = {}
        self._timer: threading.Timer | None = None

    def examine(self, data: bytes, face: int | None) -> tuple[Examined, bytes]:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            looker = self._studios.setdefault(os.getpid(), Studio())
        try:
            return looker.examine(data, face=face)
        finally:
            with self._lock:
                self._timer = threading.Timer(IDLE_SECONDS, looker.close)
                self._timer.daemon = True
                self._timer.start()


_lookers = _Lookers()


def examine_portrait(data: bytes, *, face: int | None = None) -> Examined:
    """The faces of a picture file, whether it can be a portrait, and what to mind; see `Examined`.

    `face` is the number of the one that shall speak where there are several. A picture that cannot even be looked at
    has a `flaw` too, and no size.
    """
    try:
        return _lookers.examine(data, face)[0]
    except PortraitError as error:
        return Examined(width=0, height=0, flaw=error.code)


def check_portrait(file: File, *, face: int | None = None) -> tuple[Examined, File]:  # type: ignore[type-arg]
    """What is in an uploaded picture, and the file to keep: the same, or what was cut out of it.

    Raises `PortraitError` for one that cannot be animated, with its code.
    """
    try:
        found, kept = _lookers.examine(file.read(), face)
    finally:
        file.seek(0)
    if found.flaw:
        words = str(UNUSABLE[found.flaw])
        raise PortraitError(words, code=found.flaw, field="portrait")
    return found, ContentFile(kept, name=f"{PurePath(file.name or 'portrait').stem}.jpg") if kept else file
