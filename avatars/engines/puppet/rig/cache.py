"""A cache of rigs between videos: a few in memory, and on disk for portraits with a known file."""

import hashlib
import io
import logging
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from avatars.engines.base import Picture
from avatars.engines.puppet.face.geometry import Box, anatomy
from avatars.engines.puppet.rig import disk_cache
from avatars.engines.puppet.rig.displacement import Fields
from avatars.engines.puppet.rig.rig import Rig

logger = logging.getLogger("avatars.engines.puppet")

LAYERS = ("face", "upper", "lower", "head", "points", "head_points")


class RigCache:
    """At most `most` rigs in memory. With a `folder` of caches, rigs of portraits whose origin is known are there as
    well; a rig that was purged there is not used from memory either."""

    def __init__(self, *, most: int, folder: Path | None) -> None:
        self._most = most
        self._cache = disk_cache.rig_cache(folder) if folder is not None else None
        self._folder = folder / disk_cache.FOLDER if folder is not None else None
        self._rigs: OrderedDict[tuple[str, str], Rig] = OrderedDict()

    def rig(self, portrait: Picture, origin: str, build: Callable[[Picture], Rig]) -> Rig:
        """The rig of a portrait: from memory, from disk, else built now and kept."""
        content = hashlib.sha256(repr(portrait.shape).encode() + portrait.tobytes()).hexdigest()
        self._drop_purged()
        wanted = (origin, content)
        if wanted not in self._rigs:
            self._rigs[wanted] = self._from_disk(wanted, portrait) or self._built(wanted, portrait, build)
        self._rigs.move_to_end(wanted)
        while len(self._rigs) > self._most:
            self._rigs.popitem(last=False)
        return self._rigs[wanted]

    def _drop_purged(self) -> None:
        if self._folder is not None:
            gone = [each for each in self._rigs if each[0] and not (self._folder / disk_cache.key(*each)).exists()]
            for each in gone:
                del self._rigs[each]

    def _from_disk(self, wanted: tuple[str, str], portrait: Picture) -> Rig | None:
        if self._cache is None or not wanted[0]:
            return None
        data = self._cache.get(disk_cache.key(*wanted))
        if data is None:
            return None
        try:
            return unpack(data, portrait)
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            # A disk that was full, or that failed. The rig is rebuilt and overwritten.
            logger.warning("A kept rig is damaged and made anew.", extra={"bytes": len(data)})
            return None

    def _built(self, wanted: tuple[str, str], portrait: Picture, build: Callable[[Picture], Rig]) -> Rig:
        made = build(portrait)
        # A rig that cannot be purged by its origin is not written to disk.
        if self._cache is not None and wanted[0]:
            self._cache.put(disk_cache.key(*wanted), pack(made))
        return made


def pack(rig: Rig) -> bytes:
    """A rig without its pixels, as the bytes of an NPZ file."""
    fields, places = rig.fields, (rig.region, rig.fields.face_window, rig.fields.mouth_window)
    file = io.BytesIO()
    np.savez(
        file,
        allow_pickle=False,
        cell=np.int64(fields.cell),
        amplitude=np.float64(rig.amplitude),
        mesh=rig.face.points,
        response=rig.response,
        boxes=np.array([[box.left, box.top, box.right, box.bottom] for box in places]),
        **{name: getattr(fields, name) for name in LAYERS},
    )
    return file.getvalue()


def unpack(data: bytes, portrait: Picture) -> Rig:
    """The rig that was packed, for the same portrait. Raises `ValueError`, `KeyError`, `BadZipFile` for other bytes."""
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        region, face_window, mouth_window = (
            Box(left=left, top=top, right=right, bottom=bottom) for left, top, right, bottom in stored["boxes"].tolist()
        )
        return Rig(
            portrait=portrait,
            region=region,
            picture=np.ascontiguousarray(portrait[region.area]),
            face=anatomy(stored["mesh"]),
            fields=Fields(
                cell=int(stored["cell"]),
                face_window=face_window,
                mouth_window=mouth_window,
                **{name: stored[name] for name in LAYERS},
            ),
            amplitude=float(stored["amplitude"]),
            response=stored["response"],
        )
