"""Pictures as files, written anew: an upload keeps its pixels and nothing else."""

import io
import warnings
from typing import Any

from PIL import Image, ImageCms, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 40_000_000  # pixels: 160 MB of memory once decoded; a small file can claim far more
QUALITY = 95  # of JPEG and WebP: written once more, a portrait must not lose detail


def rewritten(data: bytes) -> bytes:
    """The picture in its own format, upright and in sRGB, without metadata and without bytes after its end.

    Raises `OSError` or `ValueError` unless it is a JPEG, PNG or WebP picture of at most 40 million pixels.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:
        raise ValueError("too many pixels")
    kind = str(image.format)
    profile = image.info.get("icc_profile")
    plain = _in_srgb(ImageOps.exif_transpose(image), profile)
    out = io.BytesIO()
    Image.frombytes(plain.mode, plain.size, plain.tobytes()).save(out, kind, **_options(kind))
    return out.getvalue()


def _options(kind: str) -> dict[str, Any]:
    """Of `Image.save`: no colour is averaged over pixels, and sharp edges of drawings stay."""
    return {"JPEG": {"quality": QUALITY, "subsampling": 0}, "WEBP": {"quality": QUALITY}}.get(kind, {})


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    mode = "RGBA" if has_alpha else "RGB"
    if not profile:
        return image.convert(mode)
    if image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        image = image.convert(mode)
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        shown = ImageCms.profileToProfile(image, source, target, outputMode="RGB" if image.mode != "RGBA" else "RGBA")
    except (ImageCms.PyCMSError, OSError):
        shown = None  # a broken profile: the colours stay as they are
    return (shown or image).convert(mode)
