"""The cost of validating a portrait: milliseconds of CPU, the median of nine runs each.

python3 -m tests.benchmarks.pictures.portrait
"""

import io
import os
import time
from statistics import median

import django

LOOKS = 9


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.avatars.support.studio_settings"
    django.setup()
    from PIL import Image

    from avatars.portraits import portrait_validation, shipped
    from tests.avatars.portraits.test_portrait_validation import pair
    from tests.support.paths import PHOTOGRAPH

    def spent(data: bytes, face: int | None) -> float:
        """Milliseconds, of all threads of this process; what else runs on the machine is not counted."""
        began = time.process_time()
        portrait_validation.examine(data, face=face)
        return 1000 * (time.process_time() - began)

    def with_several_faces() -> bytes:
        file = io.BytesIO()
        pair(Image.open(PHOTOGRAPH).convert("RGB")).save(file, "PNG")
        return file.getvalue()

    def very_large(width: int, height: int) -> bytes:
        """As telephones take them; the goal of the check is 0.3 s for any that are taken."""
        file = io.BytesIO()
        Image.open(PHOTOGRAPH).convert("RGB").resize((width, height), Image.Resampling.BICUBIC).save(file, "JPEG")
        return file.getvalue()

    cases: list[tuple[str, bytes, int | None]] = [
        *((path.stem, path.read_bytes(), None) for path in sorted(PHOTOGRAPH.parent.glob("*.jpg"))),
        *((name, shipped.png(name), None) for name in shipped.HEADS),
        ("two people", with_several_faces(), None),
        ("one of two people", with_several_faces(), 1),
        ("JPEG of 12 megapixels", very_large(3200, 3750), None),
        ("JPEG of 39 megapixels", very_large(5760, 6750), None),
    ]
    print(f"{'portrait':<24}{'CPU ms':>8}{'first':>8}")
    for name, data, face in cases:
        first, *later = (spent(data, face) for _ in range(LOOKS + 1))
        print(f"{name:<24}{median(later):>8.0f}{first:>8.0f}")


if __name__ == "__main__":
    main()
