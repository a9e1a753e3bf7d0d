"""Pictures that shall become portraits, looked at in a process of its own that stays warm for a minute."""

from pathlib import Path, PurePath

from django.conf import settings
from django.core.files.base import ContentFile, File

from avatars.engines.puppet.rig import disk_cache
from avatars.exceptions import PortraitError
from avatars.pipeline import spoken_segments
from avatars.portraits import shipped
from avatars.portraits.findings import Examined
from avatars.previews import scene_preview
from avatars.reasons.portrait import UNUSABLE
from avatars.studio.interactive import interactive_studio
from core.storage import erasures

PORTRAIT = "portrait"  # a kind of erasure


def examine_portrait(data: bytes, *, face: int | None = None) -> Examined:
    """The faces of a picture file, its flaw as a portrait, and remarks; see `Examined`.

    `face` is the number of the speaking one where there are several. A picture that cannot even be read has a `flaw`
    too, and no size.
    """
    try:
        with interactive_studio() as looker:
            return looker.check_portrait(data, face=face)[0]
    except PortraitError as error:
        return Examined(width=0, height=0, flaw=error.code)


def check_portrait(file: File, *, face: int | None = None) -> tuple[Examined, File]:  # type: ignore[type-arg]
    """The findings in an uploaded picture, and the file to keep: the same, or a crop of it.

    Raises `PortraitError` for one that cannot be animated, with its code.
    """
    try:
        with interactive_studio() as looker:
            examined, kept = looker.check_portrait(file.read(), face=face)
    finally:
        file.seek(0)
    if examined.flaw:
        message = str(UNUSABLE[examined.flaw])
        raise PortraitError(message, code=examined.flaw, field="portrait")
    return examined, ContentFile(kept, name=f"{PurePath(file.name or 'portrait').stem}.jpg") if kept else file


def sample_portrait(name: str) -> bytes:
    """The picture of one of the digital humans that are drawn by code as a PNG file: "xiao" or "ran", and
    "qing" or "ming" to below the waist.

    Raises `KeyError` for other names.
    """
    return shipped.png(name)


def forget_portrait(portrait_digest: str) -> None:
    """Remove on all machines the files computed from a portrait's file."""
    purge_portrait(portrait_digest)
    erasures.record(PORTRAIT, portrait_digest)


def purge_portrait(portrait_digest: str) -> int:
    """Remove from this machine the files computed from a portrait's file, by its SHA-256 in hex; returns their number.

    A video that is being made of it meanwhile has to be cancelled first. Raises `ValueError` for an invalid digest.
    """
    folder = Path(settings.AVATARS["CACHE_DIR"])
    kept = (spoken_segments.segment_cache(folder), scene_preview.cache(folder))
    return disk_cache.delete_portrait(folder, portrait_digest) + sum(each.purge_part(portrait_digest) for each in kept)
