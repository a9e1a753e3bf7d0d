"""What the portrait check says of pictures, as they are and turned, dark, bright, lit from one side and blurred.

    python -m tests.benchmarks.pictures.portrait_check [FOLDER]

Without a folder the pictures that ship are checked. Every line has the measures beside the verdict, so that the limits
in `avatars.portraits.verdict` can be checked against pictures of other people.
"""

import io
import sys
from pathlib import Path

import django
import numpy as np
from PIL import Image

from tests.support.paths import PHOTOGRAPH


def main() -> None:
    """Print a line for every picture and copy."""
    from avatars.portraits import portrait_validation, shipped, verdict
    from tests.avatars.support.vision import portrait_faults, unseen_portrait

    if len(sys.argv) > 1:
        pictures = {path.name: path.read_bytes() for path in sorted(Path(sys.argv[1]).iterdir())}
    else:
        pictures = {path.name: path.read_bytes() for path in sorted(PHOTOGRAPH.parent.glob("*.jpg"))}
    pictures |= {name: shipped.png(name) for name in shipped.HEADS} | {"stranger": unseen_portrait.png()}
    measured: list[verdict.Measures] = []
    told = verdict.flaw

    def overheard(seen: verdict.Measures) -> str:
        measured.append(seen)
        return told(seen)

    verdict.flaw = overheard
    for name, data in pictures.items():
        picture = portrait_validation.load(data)
        for how, fault in {"as it is": None, **portrait_faults.FAULTS}.items():
            copy = data if fault is None else _png(fault(picture, portrait_faults.unit(picture)))
            measured.clear()
            found = portrait_validation.examine(copy)
            print(f"{name[:22]:22} {how:14} {found.flaw or 'ok':16} {' '.join(found.remarks):30} {_told(measured)}")


def _png(picture: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()


def _told(measured: list) -> str:
    if not measured:
        return ""
    seen = measured[0]
    face, light = seen.face, seen.light
    return (
        f"eyes {face.eye_distance:.0f} roll {face.roll:.0f} yaw {face.yaw:.0f} gap {face.gap:.2f}"
        f" doubts {face.mouth_doubt or 0:.4f} {face.eyes_doubt or 0:.4f} L {light.level:.0f} {light.whites:.0f}"
        f" burnt {light.burnt:.2f} glare {light.glare:.2f} ratio {light.ratio:.1f} blur {seen.blur:.2f}"
    )


if __name__ == "__main__":
    django.setup()
    main()
