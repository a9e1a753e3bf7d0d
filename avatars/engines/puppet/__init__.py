"""The built-in renderer: bends a portrait by its face mesh. No weights beyond the two small vendored models, no GPU."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from avatars.adapters.availability import Availability, NeededFile, installed, look
from avatars.engines.base import StreamingEngine
from avatars.engines.puppet.device import driver

if TYPE_CHECKING:
    from avatars.engines.puppet import engine

DATA = Path(__file__).resolve().parents[2] / "data"
FILES = {
    "face_landmarker.task": "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
    "selfie_segmentation.tflite": "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
}
SMALLEST = 10_000  # bytes; a pointer that Git left in place of a file is smaller


class Puppet(StreamingEngine):
    """Light to import, for the settings: making one gives an `engine.Puppet`, as `Path` gives a `PosixPath`."""

    def __new__(cls, **_options: Any) -> "engine.Puppet":
        from avatars.engines.puppet import engine

        return object.__new__(engine.Puppet)

    @classmethod
    def probe(cls, *, models: str | Path = DATA, device: str = "auto", **_options: Any) -> Availability:
        """See `Probed.probe`: LiteRT and the two models, and torch where a graphics card is to be used."""
        files = [
            NeededFile(name=name, path=Path(models) / name, least=SMALLEST, sha256=digest)
            for name, digest in FILES.items()
        ]
        card = device.startswith("cuda") or (device == "auto" and installed("torch") and driver())
        packages = ("ai_edge_litert", "cv2", *(("torch",) if card else ()))
        return look(licence="Apache-2.0", device="cuda" if card else "cpu", packages=packages, files=files)
