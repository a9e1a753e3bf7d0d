"""Samples in files without a name: memory does not grow with them, and they are gone with the last reference."""

import mmap
import os
import tempfile
import weakref
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

SAMPLE = 4
"""Bytes of one."""
BLOCK = 1 << 18
"""Samples that are written at once."""
NOTHING: Samples = np.zeros(0, np.float32)  # samples of an empty buffer: a file of no length cannot be mapped


class SampleBuffer:
    """As `np.concatenate` of all appended parts, in a file below `folder`, by default the system's."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._file = -1
        self._length = 0
        self._closed: weakref.finalize[Any, SampleBuffer] | None = None

    def append(self, part: Samples) -> None:
        """Add samples at the end. Raises `OSError` where the disk is full."""
        if not len(part):
            return
        if self._file < 0:
            self._file = _unnamed(self._folder)
            self._closed = weakref.finalize(self, os.close, self._file)
        _write(self._file, part, self._length)
        self._length += len(part)

    def cut(self, first: int, last: int) -> Samples:
        """A copy of the samples from `first` to before `last`."""
        last = min(last, self._length)
        if first >= last:
            return NOTHING
        samples = np.empty(last - first, np.float32)
        os.preadv(self._file, [samples.data.cast("B")], first * SAMPLE)
        return samples

    def whole(self) -> Samples:
        """All samples, read from the file where they are looked at: see `let_go`."""
        return _mapped(self._file, self._length) if self._length else NOTHING

    def close(self) -> None:
        """Free the disk space, except for samples from `whole`. The buffer cannot be read afterwards."""
        if self._closed is not None:
            self._closed()


def room(count: int, folder: Path | None) -> Samples:
    """Room for so many samples: in a file below the folder, in memory without one. See `let_go`.

    Raises `OSError` where the disk is full.
    """
    if folder is None or not count:
        return np.empty(count, np.float32)
    file = _unnamed(folder)
    try:
        # All of it at once: a disk that is full later would kill the process that writes there.
        silence = np.zeros(min(count, BLOCK), np.float32)
        for place in range(0, count, BLOCK):
            _write(file, silence[: count - place], place)
        return _mapped(file, count)
    finally:
        os.close(file)


def let_go(samples: Samples) -> None:
    """Free the memory into which samples of a file were read; they are read again where that is needed."""
    base: Any = samples
    while isinstance(base, np.ndarray):
        base = base.base
    buffer = base.obj if isinstance(base, memoryview) else base
    if isinstance(buffer, mmap.mmap):
        buffer.madvise(mmap.MADV_DONTNEED)


def _write(file: int, samples: Samples, place: int) -> None:
    """Write samples after the first `place` samples of a file."""
    data, at = np.ascontiguousarray(samples, np.float32).data.cast("B"), place * SAMPLE
    while data:
        written = os.pwrite(file, data, at)
        data, at = data[written:], at + written


def _mapped(file: int, count: int) -> Samples:
    return np.frombuffer(mmap.mmap(file, count * SAMPLE), np.float32)


def _unnamed(folder: Path | None) -> int:
    file, name = tempfile.mkstemp(prefix=".speech-", dir=folder)
    os.unlink(name)
    return file
