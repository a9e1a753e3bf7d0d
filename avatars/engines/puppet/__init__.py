"""The built-in renderer: bends a portrait by its face mesh. No weights beyond the two small vendored models, no GPU."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from avatars.adapters.availability import Availability, NeededFile, installed, look
from avatars.engines.base import StreamingEngine
from avatars.engines.puppet.device import TORCH, driver
from avatars.engines.puppet.files import DATA, FILES, SMALLEST

if TYPE_CHECKING:
    from avatars.engines.puppet import engine


class Puppet(StreamingEngine):
    """Light to import, for the settings: making one gives an `engine.Puppet`, as `Path` gives a `PosixPath`."""

    def __new__(cls, **_options: Any) -> "engine.Puppet":
        from avatars.engines.puppet import engine

        return object.__new__(engine.Puppet)

    @classmethod
    def probe(cls, *, models: str | Path = DATA, device: str = "auto", **_options: Any) -> Availability:
        """See `Probed.probe`: LiteRT and the two models, and torch where it is to draw."""
        files = [
            NeededFile(name=name, path=Path(models) / name, least=SMALLEST, sha256=digest)
            for name, digest in FILES.items()
        ]
        card = device.startswith("cuda") or (device == "auto" and installed("torch") and driver())
        packages = ("ai_edge_litert", "cv2", *(("torch",) if card or device == TORCH else ()))
        return look(licence="Apache-2.0", device="cuda" if card else "cpu", packages=packages, files=files)
