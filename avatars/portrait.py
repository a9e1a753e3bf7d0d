"""Portraits as people bring them, checked before anything is rendered: a reason and a remedy where one will not do."""

import io
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from avatars.engines.base import Picture
from avatars.engines.puppet.mesh import Face, FaceMesh
from avatars.exceptions import PortraitError

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MIN_SIDE = 200
MIN_EYES = 40.0
MAX_YAW, GOOD_YAW = 35.0, 20.0
FORMATS = ("JPEG", "PNG", "WEBP")
BACKGROUND = (236, 239, 243)
LONGEST_CHECKED = 1440
# A face in the background is no second speaker.
SECOND_FACE = 0.4


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A portrait that can be animated. All places are pixels of the upright picture of `width` and `height`.

    `box` is left, top, right, bottom of the face, `points` its mesh as (x, y), `yaw` degrees to a side, `eye_distance`
    between the outer corners of the eyes; `warnings` are sentences for the person who brought it.
    """

    width: int
    height: int
    box: tuple[float, float, float, float]
    points: tuple[tuple[float, float], ...]
    yaw: float
    eye_distance: float
    warnings: tuple[str, ...]


def check(data: bytes) -> Checked:
    """Look at an image file. Raises `PortraitError` with code `not_an_image`, `too_large`, `too_small`, `no_face`,
    `several_faces` or `turned`."""
    image = _open(data)
    if min(image.size) < MIN_SIDE:
        raise _too_small(f"The picture has {image.width} × {image.height} pixels.")
    shrink = min(1.0, LONGEST_CHECKED / max(image.size))
    small = image.resize((round(image.width * shrink), round(image.height * shrink)), Image.Resampling.LANCZOS)
    faces = _mesh().find(np.asarray(small), thorough=True)
    face = _only(faces)
    eye_distance, yaw = face.eye_distance / shrink, face.yaw
    if eye_distance < MIN_EYES:
        raise _too_small(f"The face is only {eye_distance:.0f} pixels wide between the eyes.")
    if abs(yaw) > MAX_YAW:
        raise PortraitError(
            f"The face is turned {abs(yaw):.0f}° to a side.",
            code="turned",
            remedy="Choose a picture in which the face looks at the camera.",
        )
    left, top, right, bottom = (edge / shrink for edge in face.box)
    return Checked(
        width=image.width,
        height=image.height,
        box=(left, top, right, bottom),
        points=tuple((float(x), float(y)) for x, y in face.points[:, :2] / shrink),
        yaw=yaw,
        eye_distance=eye_distance,
        warnings=_warnings(faces, yaw, eye_distance),
    )


def load(data: bytes | Path, *, longest: int = 720) -> Picture:
    """The upright picture as RGB of even sides, the longer at most `longest` pixels; never enlarged.

    Raises `PortraitError` with code `not_an_image` or `too_large`.
    """
    image = _open(_read(data) if isinstance(data, Path) else data)
    scale = min(1.0, longest / max(image.size))
    size = max(2, int(image.width * scale) // 2 * 2), max(2, int(image.height * scale) // 2 * 2)
    if size != image.size:
        # Cut to the proportions of the even sides first: resizing alone would squeeze the face by a pixel.
        image = ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    return np.array(image, np.uint8)


@cache
def _mesh() -> FaceMesh:
    return FaceMesh()


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(f"The file has {path.stat().st_size / 1024 / 1024:.0f} MB.")
        return path.read_bytes()
    except OSError as error:
        raise PortraitError(
            "The portrait's file cannot be read.", code="not_an_image", remedy="Upload the picture again."
        ) from error


def _open(data: bytes) -> Image.Image:
    """Decode, turn upright by EXIF and lay on a plain background; nothing is decoded before its size is known."""
    if len(data) > MAX_BYTES:
        raise _too_large(f"The file has {len(data) / 1024 / 1024:.0f} MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise _too_large(f"The picture has {image.width} × {image.height} pixels.")
        upright = ImageOps.exif_transpose(image)
        return _flat(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large("The picture has far too many pixels.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        # Pillow reports a broken file as any of these, by format.
        raise PortraitError(
            "This is not a picture, or a broken one.", code="not_an_image", remedy="Upload a JPEG, PNG or WebP picture."
        ) from error


def _flat(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        canvas = Image.new("RGBA", image.size, (*BACKGROUND, 255))
        canvas.alpha_composite(image)
        image = canvas
    return image.convert("RGB")


def _only(faces: list[Face]) -> Face:
    if not faces:
        raise PortraitError(
            "No face was found in the picture.",
            code="no_face",
            remedy="Choose a well lit picture in which the face looks at the camera and nothing covers it.",
        )
    if len(faces) > 1 and faces[1].eye_distance > SECOND_FACE * faces[0].eye_distance:
        raise PortraitError(
            "There is more than one face in the picture.",
            code="several_faces",
            remedy="Cut the picture so that only the person who shall speak is in it.",
        )
    return faces[0]


def _warnings(faces: list[Face], yaw: float, eye_distance: float) -> tuple[str, ...]:
    found = []
    if len(faces) > 1:
        found.append("There are smaller faces in the background; they will not move.")
    if abs(yaw) > GOOD_YAW:
        found.append("The face is turned to a side; its lips will move less.")
    if eye_distance < 2 * MIN_EYES:
        found.append("The face is small; the video will look better with a closer picture.")
    return tuple(found)


def _too_large(message: str) -> PortraitError:
    return PortraitError(message, code="too_large", remedy="Use a picture of at most 10 MB and 40 million pixels.")


def _too_small(message: str) -> PortraitError:
    return PortraitError(
        message,
        code="too_small",
        remedy="Use a picture of at least 200 pixels a side with the face larger in it.",
    )
