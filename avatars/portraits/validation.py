"""Portraits as people bring them, checked before anything is rendered: a reason and a remedy where one will not do."""

import io
import warnings
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from avatars.engines.base import Picture
from avatars.engines.faces import CLEAR, COVERED, SeenFace
from avatars.engines.puppet.face import findings
from avatars.exceptions import PortraitError
from avatars.portraits import texture
from avatars.portraits.findings import Box, Examined
from avatars.reasons.render import UNUSABLE

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MIN_SIDE = 200
MIN_EYES = 40.0
MAX_YAW, GOOD_YAW = 35.0, 20.0
FORMATS = ("JPEG", "PNG", "WEBP")
BACKGROUND = (236, 239, 243)
ORIENTATION = 0x0112
SIDEWAYS = (5, 6, 7, 8)
# Of the distance between the eyes: wider, and its lips close to a seam that shows.
WIDE_OPEN = 0.2
OTHER_KINDS = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"<svg", b"<?xml", b"8BPS", b"\0\0\1\0", b"\xff\x0a")
HEIC = (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif", b"avis")
# A face in the background is no second speaker.
SECOND_FACE = 0.4


def check(data: bytes, *, face: int | None = None) -> Examined:
    """As `examine`. Raises `PortraitError` for one that cannot be animated, its code one of `reasons.UNUSABLE`."""
    found = examine(data, face=face)
    if found.flaw:
        raise PortraitError("The portrait cannot be animated.", code=found.flaw, remedy=str(UNUSABLE[found.flaw]))
    return found


def examine(data: bytes, *, face: int | None = None) -> Examined:
    """What is in an image file: the faces, which of them shall speak, what is wrong, what to mind.

    `face` is the number of the face to take where there are several, the largest being 0: the picture is cut to it.
    Raises `PortraitError` for what is no picture that can be looked at: code `not_an_image`, `picture_format`,
    `too_large`, `too_many_pixels`.
    """
    # Face detection looks no closer than that; a crop needs all of it.
    image, (width, height), notes = _opened(data, least=findings.LONGEST if face is None else None)
    if min(width, height) < MIN_SIDE:
        return Examined(width=width, height=height, flaw="too_small", remarks=notes)
    picture = np.asarray(image)
    found = findings.look(picture, doubts=0 if face is not None else 1)
    if image.width < width:
        found = tuple(each.scaled(width / image.width) for each in found)
    if face is not None and face not in range(len(found)):
        return Examined(width=width, height=height, faces=found, flaw="face_unknown", remarks=notes)
    several = len(found) > 1 and found[1].eye_distance > SECOND_FACE * found[0].eye_distance
    if not found or (several and face is None):
        flaw = "several_faces" if found else "no_face"
        return Examined(width=width, height=height, faces=found, flaw=flaw, remarks=notes)
    if face is None or (face == 0 and not several):
        chosen, cut, others = 0, None, len(found) > 1
        known: SeenFace | None = found[0] if face is None else findings.look(picture)[0]
    else:
        chosen, cut = face, _around(face, found, (width, height))
        known, others = _alone(picture, cut, found[face])
    if known is None:
        return Examined(width=width, height=height, faces=found, flaw="faces_too_close", remarks=notes)
    all_faces = (*found[:chosen], known, *found[chosen + 1 :])
    flaw, minded = _flaw(known), (*notes, *_remarks(known, others=others))
    return Examined(
        width=width,
        height=height,
        faces=all_faces,
        chosen=chosen,
        cut=cut,
        flaw=flaw,
        remarks=() if flaw else minded,
        photographic=texture.looks_photographed(picture, known.scaled(image.width / width).box),
    )


def cut_out(data: bytes, box: Box) -> bytes:
    """That part of an image file, upright, as JPEG."""
    out = io.BytesIO()
    _opened(data).image.crop(box).save(out, "JPEG", quality=95)
    return out.getvalue()


def _flaw(face: SeenFace) -> str:
    if face.eye_distance < MIN_EYES:
        return "face_too_small"
    if abs(face.yaw) > MAX_YAW:
        return "turned"
    if abs(face.yaw) > GOOD_YAW:
        return ""  # points of a turned face are unsteady though nothing covers them
    if (face.mouth_doubt or 0) > COVERED:
        return "mouth_covered"
    return "eyes_covered" if (face.eyes_doubt or 0) > COVERED else ""


def _remarks(face: SeenFace, *, others: bool) -> tuple[str, ...]:
    doubt = max(face.mouth_doubt or 0, face.eyes_doubt or 0)
    minded = {
        "others_behind": others,
        "turned_some": abs(face.yaw) > GOOD_YAW,
        "face_small": face.eye_distance < 2 * MIN_EYES,
        "mouth_open": face.gap > WIDE_OPEN,
        "perhaps_covered": doubt > CLEAR,
    }
    return tuple(code for code, applies in minded.items() if applies)


def _around(index: int, found: tuple[SeenFace, ...], size: tuple[int, int]) -> Box:
    """Head and shoulders of one face, and as little of others as can be."""
    left, top, right, bottom = found[index].box
    wide, high = right - left, bottom - top
    edges = [left - 1.1 * wide, top - 0.8 * high, right + 1.1 * wide, bottom + 1.2 * high]
    for other in (*found[:index], *found[index + 1 :]):
        # On the side where there is most room between the two, what is kept ends in the middle of it.
        rooms = {
            0: left - other.box[2],
            1: top - other.box[3],
            2: other.box[0] - right,
            3: other.box[1] - bottom,
        }
        side = max(rooms, key=lambda edge: rooms[edge])
        if rooms[side] <= 0:
            continue
        own = (left, top, right, bottom)[side]
        middle = own - rooms[side] / 2 if side < 2 else own + rooms[side] / 2
        edges[side] = max(edges[side], middle) if side < 2 else min(edges[side], middle)
    return (
        max(0, int(edges[0])),
        max(0, int(edges[1])),
        min(size[0], int(edges[2]) + 1),
        min(size[1], int(edges[3]) + 1),
    )


def _alone(picture: Picture, cut: Box, face: SeenFace) -> tuple[SeenFace | None, bool]:
    """The face as it is in the part that is kept, in places of the whole; None where it is not the only large one."""
    left, top, right, bottom = cut
    part = np.ascontiguousarray(picture[top:bottom, left:right])
    if min(part.shape[:2]) < MIN_SIDE:
        return replace(face, eye_distance=min(face.eye_distance, MIN_EYES - 1)), False
    found = findings.look(part)
    if not found or abs(found[0].eye_distance - face.eye_distance) > 0.2 * face.eye_distance:
        return None, False
    if len(found) > 1 and found[1].eye_distance > SECOND_FACE * found[0].eye_distance:
        return None, False
    return _moved(found[0], left, top), len(found) > 1


def _moved(face: SeenFace, right: float, down: float) -> SeenFace:
    one, two, three, four = face.box
    points = tuple((x + right, y + down) for x, y in face.points)
    return replace(face, box=(one + right, two + down, three + right, four + down), points=points)


def load(data: bytes | Path, *, longest: int = 720) -> Picture:
    """The upright picture as RGB of even sides, the longer at most `longest` pixels; never enlarged.

    Raises `PortraitError` with code `not_an_image`, `picture_format`, `too_large` or `too_many_pixels`.
    """
    image = _opened(_read(data) if isinstance(data, Path) else data).image
    scale = min(1.0, longest / max(image.size))
    size = max(2, int(image.width * scale) // 2 * 2), max(2, int(image.height * scale) // 2 * 2)
    if size != image.size:
        # Cut to the proportions of the even sides first: resizing alone would squeeze the face by a pixel.
        image = ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    return np.array(image, np.uint8)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(f"The file has {path.stat().st_size / 1024 / 1024:.0f} MB.")
        return path.read_bytes()
    except OSError as error:
        raise PortraitError(
            "The portrait's file cannot be read.", code="not_an_image", remedy="Upload the picture again."
        ) from error


class _Opened(NamedTuple):
    """A picture turned upright by EXIF and laid on a plain background, with codes of what was done.

    `size` is that of the whole upright picture, also where `image` is smaller.
    """

    image: Image.Image
    size: tuple[int, int]
    notes: tuple[str, ...]


def _opened(data: bytes, *, least: int | None = None) -> _Opened:
    """Decodes a picture, but nothing before its size is known. With `least`, a JPEG that is at least twice as long is
    decoded at a half, a quarter or an eighth, its longer side no less than that: a tenth of the time."""
    if len(data) > MAX_BYTES:
        raise _too_large(f"The file has {len(data) / 1024 / 1024:.0f} MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise _too_many_pixels(f"The picture has {image.width} × {image.height} pixels.")
        turned = image.getexif().get(ORIENTATION, 1)
        notes = {"turned_upright": turned not in (0, 1), "transparent": _has_alpha(image)}
        size = image.size[::-1] if turned in SIDEWAYS else image.size
        if least is not None:
            longest = max(image.size)
            image.draft(None, (image.width * least // longest, image.height * least // longest))
        upright = _flat(ImageOps.exif_transpose(image))
        return _Opened(upright, size, tuple(code for code, applies in notes.items() if applies))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels("The picture has far too many pixels.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        # Pillow reports a broken file as any of these, by format.
        raise _unreadable(data) from error


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _flat(image: Image.Image) -> Image.Image:
    if _has_alpha(image):
        image = image.convert("RGBA")
        canvas = Image.new("RGBA", image.size, (*BACKGROUND, 255))
        canvas.alpha_composite(image)
        image = canvas
    return image.convert("RGB")


def _unreadable(data: bytes) -> PortraitError:
    """A picture of a kind that is not taken, or none at all."""
    if data.startswith(OTHER_KINDS) or (data[4:8] == b"ftyp" and data[8:12] in HEIC):
        return PortraitError(
            "Pictures of this kind are not taken.", code="picture_format", remedy="Save it as JPEG, PNG or WebP."
        )
    return PortraitError(
        "This is not a picture, or a broken one.", code="not_an_image", remedy="Upload a JPEG, PNG or WebP picture."
    )


def _too_large(message: str) -> PortraitError:
    return PortraitError(message, code="too_large", remedy="Use a file of at most 10 MB.")


def _too_many_pixels(message: str) -> PortraitError:
    return PortraitError(message, code="too_many_pixels", remedy="Use a picture of at most 40 million pixels.")
