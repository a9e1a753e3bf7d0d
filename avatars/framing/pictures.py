"""Pictures and colours that people bring for a video, opened with care. Light: web pages ask it too."""

import os
import re
import warnings
from pathlib import Path
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from avatars.exceptions import MediaError

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 10 * 1024 * 1024  # bytes: a photograph of a telephone, and more
MAX_PIXELS = 40_000_000  # pixels: 160 MB of memory once decoded; a small file can claim far more
COLOUR = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")


def rgb(colour: str) -> tuple[int, int, int]:
    """The three parts of a colour like #1f6feb, 0..255. Raises `MediaError`."""
    match = COLOUR.fullmatch(colour)
    if match is None:
        raise MediaError(
            f"“{colour}” is no colour.",
            code="colour_unknown",
            field="background_color",
            remedy="Write it like #1f6feb.",
        )
    red, green, blue = (int(part, 16) for part in match.groups())
    return red, green, blue


def opened(source: Path | IO[bytes], *, field: str, alpha: bool = False) -> Image.Image:
    """An upright picture, RGB or with its alpha. Raises `MediaError`, which names the field of the digital human."""
    remedy = "Upload a JPEG, PNG or WebP picture of at most 10 MB and 40 million pixels."
    broken = MediaError("The picture cannot be read.", code=f"{field}_broken", field=field, remedy=remedy)
    try:
        if _size(source) > MAX_BYTES:
            raise broken
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(source, formats=FORMATS)
            if image.width * image.height > MAX_PIXELS:
                raise broken
            return ImageOps.exif_transpose(image).convert("RGBA" if alpha else "RGB")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
    ) as error:
        # Pillow reports a broken file as any of these, by format.
        raise broken from error


def _size(source: Path | IO[bytes]) -> int:
    if isinstance(source, Path):
        return source.stat().st_size
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    return size
