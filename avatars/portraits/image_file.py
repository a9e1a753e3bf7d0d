"""Picture files as people bring them: decoded, upright by EXIF, on a plain background; refused where they are none."""

import io
import warnings
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from avatars.exceptions import PortraitError

MAX_BYTES = 10 * 1024 * 1024  # bytes: a photograph of a telephone, and more
MAX_PIXELS = 40_000_000  # pixels: 160 MB of memory once decoded; a small file can claim far more
FORMATS = ("JPEG", "PNG", "WEBP")
BACKGROUND = (236, 239, 243)  # RGB behind transparent pictures: a light grey, as of a studio wall
ORIENTATION = 0x0112  # number of the tag in EXIF
SIDEWAYS = (5, 6, 7, 8)  # values of that tag whose width is the picture's height
OTHER_KINDS = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"<svg", b"<?xml", b"8BPS", b"\0\0\1\0", b"\xff\x0a")
HEIC = (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif", b"avis")


class Opened(NamedTuple):
    """A picture turned upright by EXIF and laid on a plain background, with codes of these changes.

    `size` is the whole upright picture's, also where `image` is smaller.
    """

    image: Image.Image
    size: tuple[int, int]
    notes: tuple[str, ...]


def opened(data: bytes, *, least: int | None = None) -> Opened:
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
        return Opened(upright, size, tuple(code for code, applies in notes.items() if applies))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels("The picture has far too many pixels.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        # Pillow reports a broken file as any of these, by format.
        raise _unreadable(data) from error


def read(path: Path) -> bytes:
    """The bytes of a file. Raises `PortraitError` with code `not_an_image` or `too_large`."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(f"The file has {path.stat().st_size / 1024 / 1024:.0f} MB.")
        return path.read_bytes()
    except OSError as error:
        raise PortraitError(
            "The portrait's file cannot be read.", code="not_an_image", remedy="Upload the picture again."
        ) from error


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
