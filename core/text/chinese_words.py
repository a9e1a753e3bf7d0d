"""The Chinese words that jieba knows, and where their compiled dictionary is kept."""

import logging
import marshal
import tempfile
from contextlib import suppress
from pathlib import Path

import jieba

jieba.setLogLevel(logging.ERROR)

_SOURCE = Path(jieba.__file__).with_name("dict.txt")


def keep_in(folder: Path | None) -> None:
    """Where the compiled dictionary is kept between processes.

    jieba's own default is one known file in the shared temporary folder, which it loads without checking the owner.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        jieba.dt.tmp_dir = str(folder)


def load() -> None:
    """Load the dictionary, unless it is there. It is compiled anew where it is kept in no folder."""
    if jieba.dt.initialized:
        return
    if jieba.dt.tmp_dir is not None:
        _load_kept(Path(jieba.dt.tmp_dir) / "jieba.cache")
        jieba.initialize()
        return
    with tempfile.TemporaryDirectory(prefix="jieba-") as passing:
        jieba.dt.tmp_dir = passing
        jieba.initialize()
    jieba.dt.tmp_dir = None


def cut(text: str) -> list[str]:
    """The words of a text, in order."""
    load()
    words: list[str] = jieba.lcut(text)
    return words


def _load_kept(file: Path) -> None:
    """As jieba does, but from memory: word by word from the file takes as long as to compile it."""
    with suppress(OSError, EOFError, ValueError, TypeError):
        if file.stat().st_mtime > _SOURCE.stat().st_mtime:
            jieba.dt.FREQ, jieba.dt.total = marshal.loads(file.read_bytes())  # noqa: S302 - the folder is ours
            jieba.dt.initialized = True
