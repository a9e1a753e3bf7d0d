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
        for one in disk.disks():
            if one.is_full and one.folder not in self._full:
                self._full.add(one.folder)
                self._say(
                    f"the disk is full: {one.free} MB are free in {one.folder}, {settings.DISK_MIN_MB} are needed. "
                    "Free some space; until then videos wait and messages may be refused."
                )
            elif not one.is_full and one.folder in self._full:
                self._full.remove(one.folder)
                self._say(f"the disk has room again: {one.free} MB are free in {one.folder}")
