"""How often the measurement of portraits takes drawings for photographs, and photographs for drawings.

    python -m tests.benchmarks.pictures.photographs

Every picture that ships is measured as it is and in copies: compressed, scaled, blurred, smoothed, without colour.
"""

import io
from collections.abc import Iterator

import django
import numpy as np
from PIL import Image, ImageFilter, ImageOps

from tests.support.paths import PHOTOGRAPH


def copies(picture: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """The picture and what people make of one."""
    yield "as it is", picture
    for quality in (95, 80, 60, 40):
        yield f"JPEG {quality}", _encoded(picture, "JPEG", quality)
    yield "WebP 80", _encoded(picture, "WEBP", 80)
    for scale in (2 / 3, 2.0):
        yield f"× {scale:.2f}", picture.resize((int(picture.width * scale), int(picture.height * scale)))
    yield "grey", ImageOps.grayscale(picture).convert("RGB")
    yield "blurred", picture.filter(ImageFilter.GaussianBlur(1))
    yield "smoothed", picture.filter(ImageFilter.MedianFilter(5))
    yield "16 shades", ImageOps.posterize(picture, 4)


def _encoded(picture: Image.Image, kind: str, quality: int) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, kind, quality=quality)
    return Image.open(out).convert("RGB")


def main() -> None:
    """Print the measured smoothness of each, and the errors."""
    from avatars.portraits import portrait_validation, shipped, texture
    from tests.avatars.support.vision import unseen_portrait

    drawings = {name: shipped.png(name) for name in shipped.HEADS} | {"stranger": unseen_portrait.png()}
    photographs = {path.stem: path.read_bytes() for path in sorted(PHOTOGRAPH.parent.glob("*.jpg"))}
    errors = total = 0
    for is_photograph, pictures in ((False, drawings), (True, photographs)):
        for name, data in pictures.items():
            for how, copy in copies(Image.open(io.BytesIO(data)).convert("RGB")):
                out = io.BytesIO()
                copy.save(out, "PNG")
                found = portrait_validation.examine(out.getvalue(), face=0)
                smooth = texture.smoothness(np.asarray(copy), found.faces[0].box)
                wrong = (found.photographic is not False) != is_photograph
                errors, total = errors + wrong, total + 1
                print(f"{name:14} {how:10} score {found.faces[0].score:.3f} smooth {smooth:.2f}{' WRONG' * wrong}")
    print(f"{errors} of {total} wrong")


if __name__ == "__main__":
    django.setup()
    main()
