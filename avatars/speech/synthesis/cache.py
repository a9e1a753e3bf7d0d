"""A cache of synthesised speech, keyed by everything that it depends on.

Samples are kept as 16 bits, to which fresh ones are rounded too, so that the same words always sound the same. The
speech of one voice can be removed alone: its files have a common prefix.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatars.media.file_cache import MEGABYTE, FileCache

FOLDER = "speech"
LIMIT = 500 * MEGABYTE  # bytes: three hours of speech at 24,000 samples a second
VERSION = 3
"""Raise it when the same parameters would sound differently."""

_FULL = 32767  # full scale of 16-bit samples


@dataclass(frozen=True, kw_only=True)
class CachedSpeech:
    """Mono samples of 16 bits as float32, and further facts about them, as JSON holds them."""

    samples: NDArray[np.float32]
    facts: dict[str, Any]


class SpeechCache:
    """At most `limit` bytes below `folder`, shared by all processes; without a folder nothing is kept."""

    def __init__(self, folder: Path | None, *, limit: int = LIMIT) -> None:
        self._cache = FileCache(folder / FOLDER, limit=limit) if folder else None

    def get(self, key: str) -> CachedSpeech | None:
        data = self._cache.get(key) if self._cache else None
        if data is None:
            return None
        head, _, body = data.partition(b"\n")
        try:
            facts = json.loads(head)
            if hashlib.sha256(body).hexdigest() != facts.pop("sha256"):
                return None
            samples = (np.frombuffer(body, "<i2") / _FULL).astype(np.float32)
        except (ValueError, KeyError, AttributeError, TypeError):
            return None
        return CachedSpeech(samples=samples, facts=facts)

    def put(self, key: str, kept: CachedSpeech) -> None:
        if self._cache:
            body = (np.clip(kept.samples, -1, 1) * _FULL).round().astype("<i2").tobytes()
            facts = {**kept.facts, "sha256": hashlib.sha256(body).hexdigest()}
            self._cache.put(key, json.dumps(facts, ensure_ascii=False).encode() + b"\n" + body)

    def purge(self, *, engine: str = "", voice: str = "") -> int:
        """Remove the speech of that voice, or all speech; return the number of pieces."""
        return self._cache.purge(_who(engine, voice) if engine else "") if self._cache else 0


def key(*, engine: str, voice: str, **parameters: Any) -> str:
    """The cache key of speech that depends on these parameters and on nothing else."""
    whole = json.dumps({**parameters, "version": VERSION}, ensure_ascii=False, sort_keys=True, default=str)
    return f"{_who(engine, voice)}{hashlib.sha256(whole.encode()).hexdigest()}"


def rounded(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """As they come back from the cache."""
    return ((np.clip(samples, -1, 1) * _FULL).round() / _FULL).astype(np.float32)


def _who(engine: str, voice: str) -> str:
    return hashlib.sha256(f"{engine}\n{voice}".encode()).hexdigest()[:16] + "-"
