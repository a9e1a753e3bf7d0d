"""Detects changed source files, for `up --reload`."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("openuser", "wecom", "avatars", "conversations", "scheduling", "core", "templates")
SUFFIXES = frozenset({".py", ".html", ".mo"})


class SourceWatcher:
    """Remembers the modification time of each file."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root
        self._seen = dict(self._stamps())

    def changed(self) -> list[str]:
        """The files that were changed, added or removed since the last call."""
        now = dict(self._stamps())
        names = sorted(name for name in now.keys() | self._seen.keys() if now.get(name) != self._seen.get(name))
        self._seen = now
        return names

    def _stamps(self) -> Iterator[tuple[str, int]]:
        for folder in FOLDERS:
            for path in (self._root / folder).rglob("*"):
                if path.suffix in SUFFIXES:
                    try:
                        yield str(path.relative_to(self._root)), path.stat().st_mtime_ns
                    except FileNotFoundError:
                        continue
