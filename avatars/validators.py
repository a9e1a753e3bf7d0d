"""Validators of models: files uploaded for a video besides the portrait are checked before they are stored."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from avatars.exceptions import MediaError
from avatars.framing import clips, pictures
from avatars.scenes import music

WORDS = {
    "ffmpeg_missing": _("ffmpeg cannot be run. Run “python3 manage.py up”, which installs it."),
    "colour_unknown": _("This is no colour. Write it like #1f6feb."),
    "evidence_kind": _("This file is not what its name says. Upload a PDF, a picture, an MP3, M4A or MP4 file."),
    "evidence_large": _("This file is too large. Upload one of at most 20 MB."),
    "background_broken": _(
        "This picture cannot be read. Upload a JPEG, PNG or WebP picture of at most 10 MB and 40 million pixels."
    ),
    "logo_broken": _(
        "This picture cannot be read. Upload a PNG or WebP picture of at most 10 MB and 40 million pixels."
    ),
    "slide_broken": _(
        "This slide cannot be read. Upload a JPEG, PNG or WebP picture of at most 10 MB and 40 million pixels."
    ),
    "music_broken": _(
        "This music cannot be read. Upload an MP3, M4A, WAV or OGG file of at least a second, up to 30 MB."
    ),
    "points": _("Write each point as two numbers from 0 to 100, and at most 20 of them."),
    "clip_broken": _("This clip cannot be read. Upload an MP4, MOV or WebM video that plays to its end."),
    "clip_too_large": _("This clip is too large. Upload one of at most 100 MB."),
    "clip_too_long": _("This clip is too long. Upload one of at most 10 seconds."),
    "clip_too_short": _("This clip is too short, or is no video. Upload one of half a second at least."),
}
MOST_POINTS = 20  # places on a slide that pointers may show
MUSIC = ("mp3", "m4a", "wav", "ogg", "aac", "flac")
CLIPS = ("mp4", "m4v", "mov", "webm", "mkv", "avi", "mpg", "mpeg", "ts")


EVIDENCE_MOST = 20 * 1024 * 1024  # bytes of a document, a picture or a recording
EVIDENCE_KINDS = ("pdf", "jpg", "jpeg", "png", "webp", "mp3", "m4a", "mp4")


def check_evidence(file: FieldFile) -> None:
    """Refuses files that are too large, or whose content, regardless of name, is no document, picture or recording."""
    if getattr(file, "_committed", False):
        return
    if file.size > EVIDENCE_MOST:
        raise ValidationError(WORDS["evidence_large"], code="evidence_large")
    start = file.read(16)
    file.seek(0)
    if kind_inside(start) != {"jpeg": "jpg", "m4a": "mp4"}.get(suffix := _suffix(file.name), suffix):
        raise ValidationError(WORDS["evidence_kind"], code="evidence_kind")


def kind_inside(start: bytes) -> str:
    """The kind of a file by its first bytes, as a name's suffix; "" for kinds that are no evidence."""
    if start.startswith(b"%PDF-"):
        return "pdf"
    if start.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    if start[4:8] == b"ftyp":
        return "mp4"  # M4A as well
    # MPEG audio begins with a tag, or with eleven bits of a frame's start, layer III.
    is_frame = len(start) > 1 and start[0] == 0xFF and start[1] & 0xE6 == 0xE2
    return "mp3" if start.startswith(b"ID3") or is_frame else ""


def _suffix(name: str | None) -> str:
    return (name or "").rsplit(".", 1)[-1].lower()


def check_colour(value: str) -> None:
    """Refuses a value that is no colour like #1f6feb."""
    try:
        pictures.rgb(value)
    except MediaError as error:
        raise _refusal(error) from error


def check_background(file: FieldFile) -> None:
    """Refuses a file that is no picture, or is too large. A stored file was checked before."""
    _check_picture(file, "background")


def check_logo(file: FieldFile) -> None:
    """Refuses a file that is no picture, or is too large."""
    _check_picture(file, "logo", alpha=True)


def check_music(file: FieldFile) -> None:
    """Refuses a file that is no sound, or too large. It is decoded for that."""
    if getattr(file, "_committed", False):
        return
    with tempfile.TemporaryDirectory(prefix="music-") as folder:
        path = Path(folder) / "music"
        try:
            file.seek(0)
            path.write_bytes(file.read(music.MAX_BYTES + 1))
            music.check(path)
        except MediaError as error:
            raise _refusal(error) from error
        finally:
            file.seek(0)


def check_slide(file: FieldFile) -> None:
    """Refuses a file that is no picture, or is too large."""
    _check_picture(file, "slide", alpha=True)


def check_points(value: Any) -> None:
    """Refuses a value that is no list of pairs of per cent."""
    good = isinstance(value, list) and len(value) <= MOST_POINTS
    if not good or not all(_is_point(point) for point in value):
        raise ValidationError(WORDS["points"], code="points")


def _is_point(point: Any) -> bool:
    is_pair = isinstance(point, list | tuple) and len(point) == 2
    return is_pair and all(
        isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number <= 100 for number in point
    )


def check_intro(file: FieldFile) -> None:
    """Refuses a file that is no clip, or one that is too long or too large. Decoding it takes some seconds."""
    _check_clip(file, "intro")


def check_outro(file: FieldFile) -> None:
    """As `check_intro`."""
    _check_clip(file, "outro")


def _check_clip(file: FieldFile, field: str) -> None:
    if getattr(file, "_committed", False):
        return
    with tempfile.TemporaryDirectory(prefix="clip-") as folder:
        path = Path(folder) / "clip"
        try:
            file.seek(0)
            with path.open("wb") as copy:
                # One byte too many says that it is too large.
                copy.write(file.read(clips.MAX_BYTES + 1))
            clips.look(path, field=field)
        except MediaError as error:
            raise _refusal(error) from error
        finally:
            file.seek(0)


def _check_picture(file: FieldFile, field: str, *, alpha: bool = False) -> None:
    if getattr(file, "_committed", False):
        return
    try:
        pictures.opened(file.file, field=field, alpha=alpha)
    except MediaError as error:
        raise _refusal(error) from error
    finally:
        file.seek(0)


def _refusal(error: MediaError) -> ValidationError:
    return ValidationError(WORDS.get(error.code, str(error)), code=error.code)
