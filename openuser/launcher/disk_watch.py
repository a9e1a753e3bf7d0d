"""Says in the terminal of `up` that a disk is full, and that it has room again."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from core.storage import disk


class DiskWatch:
    """Compares the disks with its last notes on them; `say` gets a line when one becomes full or has room again."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._full: set[Path] = set()

    def check(self) -> None:
        for volume in disk.disks():
            if volume.is_full and volume.folder not in self._full:
                self._full.add(volume.folder)
                self._say(
                    f"the disk is full: {volume.free} MB are free in {volume.folder}, "
                    f"{settings.DISK_MIN_MB} are needed. "
                    "Free some space; until then videos wait and messages may be refused."
                )
            elif not volume.is_full and volume.folder in self._full:
                self._full.remove(volume.folder)
                self._say(f"the disk has room again: {volume.free} MB are free in {volume.folder}")
