"""Tracks of videos on disk, beside the rigs: a video is followed once."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from avatars.engines.portrait_video import Track
from avatars.engines.puppet.files import FILES
from avatars.engines.puppet.moving.face_track import pack, unpack
from avatars.engines.puppet.rig.disk_cache import rig_cache
from avatars.media.file_cache import code_digest

HERE = Path(__file__).parent
PACKAGES = (HERE, HERE.parent / "face")


def kept_track(folder: Path | None, origin: str, follow: Callable[[], Track]) -> Track:
    """The track of the video with that SHA-256 (hex): from the folder of caches, else made now and kept there."""
    if folder is None:
        return follow()
    files, key = rig_cache(folder), f"{origin}-{_edition()}.track"
    data = files.get(key)
    track = unpack(data) if data is not None else None
    if track is None:
        track = follow()
        files.put(key, pack(track))
    return track


@cache
def _edition() -> str:
    return hashlib.sha256(f"{code_digest(*PACKAGES)}{FILES}".encode()).hexdigest()[:16]
