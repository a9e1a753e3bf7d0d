"""Cuts texts into the pieces of a vocabulary as SentencePiece's unigram model does: the likeliest way to cut. Pure.

The pieces are found by hashes of all parts of a text, computed in numpy at once: a table of hashes takes 3 MB, a
dictionary of the 250,000 pieces would take 40.
"""

import re

import numpy as np
from numpy.typing import NDArray

from conversations.knowledge.embedders.base import Vectors
from conversations.knowledge.embedders.e5.model_file import Vocabulary

BLANK = "\u2581"  # as the vocabulary writes it
BLANKS = re.compile(" +")
FACTOR, SPREAD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
UNKNOWN_COSTS = 10.0  # more than the least likely piece
UNREACHED = -1e30


class Tokenizer:
    """Texts to numbers of pieces."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._special = (vocabulary.begin, vocabulary.end, vocabulary.unknown)
        self._replaced = vocabulary.replaced
        self._scores: Vectors = vocabulary.scores
        self._unknown_score = float(vocabulary.scores.min()) - UNKNOWN_COSTS
        self._longest = int(vocabulary.lengths.max())
        pieces = np.nonzero(vocabulary.lengths)[0]
        pieces = pieces[pieces != vocabulary.unknown]
        hashes = self._hashes_of(vocabulary, pieces)
        order = np.argsort(hashes)
        self._hashes, self._pieces = hashes[order], pieces[order]

    def encode(self, text: str, most: int) -> list[int]:
        """The pieces of a text between those that begin and end it; at most so many, the first."""
        begin, end, _unknown = self._special
        return [begin, *self._cut(self._normal(text))[: most - 2], end]

    def _normal(self, text: str) -> str:
        text = BLANKS.sub(" ", text.translate(self._replaced))
        return f"{'' if text.startswith(' ') else ' '}{text}".replace(" ", BLANK)

    def _cut(self, text: str) -> list[int]:
        """The likeliest pieces, from the best way to each place on."""
        length, unknown = len(text), self._special[2]
        score, before, piece = [0.0] + [UNREACHED] * length, [0] * (length + 1), [unknown] * (length + 1)
        starts, ends, pieces = self._candidates(text)
        scores = self._scores[pieces].tolist()
        bounds = np.searchsorted(starts, np.arange(length + 1)).tolist()
        to, of = ends.tolist(), pieces.tolist()
        for place in range(length):
            here = score[place]
            for number in range(bounds[place], bounds[place + 1]):
                sum_, end = here + scores[number], to[number]
                if sum_ > score[end]:
                    score[end], before[end], piece[end] = sum_, place, of[number]
            if here + self._unknown_score > score[place + 1]:
                score[place + 1], before[place + 1], piece[place + 1] = here + self._unknown_score, place, unknown
        ids, place = list[int](), length
        while place:
            ids.append(piece[place])
            place = before[place]
        return ids[::-1]

    def _candidates(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """All parts of a text that are pieces: where each starts and ends, and which; by their starts."""
        characters = _mixed(_characters(text))
        length = len(characters)
        hashes = np.zeros((min(self._longest, length), length), dtype=np.uint64)
        last = np.zeros(length, dtype=np.uint64)
        for more in range(len(hashes)):
            last = last[: length - more] * FACTOR + characters[more:]
            hashes[more, : length - more] = last
        places = np.searchsorted(self._hashes, hashes)
        places[places == len(self._hashes)] = 0
        starts, mores = np.nonzero((self._hashes[places] == hashes).T)
        inside = starts + mores < length
        starts, mores = starts[inside], mores[inside]
        return starts, starts + mores + 1, self._pieces[places[mores, starts]]

    def _hashes_of(self, vocabulary: Vocabulary, pieces: NDArray[np.int64]) -> NDArray[np.uint64]:
        characters = _mixed(_characters(vocabulary.text))
        starts, lengths = vocabulary.starts[pieces], vocabulary.lengths[pieces]
        hashes = np.zeros(len(pieces), dtype=np.uint64)
        for more in range(self._longest):
            longer = lengths > more
            hashes[longer] = hashes[longer] * FACTOR + characters[starts[longer] + more]
        return hashes


def _characters(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _mixed(characters: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Numbers of characters, spread over 64 bits."""
    spread = (characters.astype(np.uint64) + np.uint64(1)) * SPREAD
    mixed: NDArray[np.uint64] = spread ^ (spread >> np.uint64(32))
    return mixed
