"""Wav2Lip's network, implemented by ourselves: its mouth on the puppet's frames. Weights are the operator's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from avatars.adapters.availability import Availability, NeededFile, look
from avatars.engines.base import RenderEngine

if TYPE_CHECKING:
    from avatars.engines.wav2lip import engine

LICENCE = "no open-source licence: the published weights are for research and personal use, not for business"
# 36 million parameters at half precision; half a download or an error page is smaller.
SMALLEST = 70_000_000


class Wav2Lip(RenderEngine):
    """Light to import, for the settings: making one gives an `engine.Wav2Lip`, as `Path` gives a `PosixPath`."""

    def __new__(cls, **_options: Any) -> "engine.Wav2Lip":
        from avatars.engines.wav2lip import engine

        return object.__new__(engine.Wav2Lip)

    @classmethod
    def probe(cls, *, weights: str | Path = "", licensed: bool = False, **_options: Any) -> Availability:
        """See `Probed.probe`: torch, the file, and the operator's declaration to hold a licence."""
        files = [NeededFile(name=Path(weights).name, path=Path(weights), least=SMALLEST)] if weights else []
        return look(
            licence=LICENCE,
            settings=[("OPENUSER_WAV2LIP_WEIGHTS", weights)],
            packages=("torch", "ai_edge_litert", "cv2"),
            files=files,
            licensed=("OPENUSER_WAV2LIP_LICENSED", licensed),
        )
