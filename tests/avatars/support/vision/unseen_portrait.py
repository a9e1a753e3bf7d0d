"""A drawn portrait that played no part in tuning the renderer: other colours, another face, thinner lips."""

import io
from dataclasses import replace

from PIL import Image

from avatars.portraits.samples import background, body, clothes, eyes, face, hair, mouth
from avatars.portraits.samples.painter import Canvas, colour
from avatars.portraits.samples.people import RAN

STRANGER = replace(
    RAN,
    palette=replace(
        RAN.palette,
        skin=(colour("#3f2418"), colour("#6b4129"), colour("#8d5a3b"), colour("#b07c57")),
        lips=colour("#8a4a44"),
        seam=colour("#34140f"),
        iris=colour("#2b1a10"),
        wall=(colour("#dfe7ee"), colour("#8d9aa8")),
        shirt=colour("#f4e9d8"),
    ),
    build=replace(
        RAN.build,
        face=tuple((x * 0.95, y) for x, y in RAN.build.face),
        upper_lid=((30, 3.5), (38, -6.5), (49, -13.4), (62, -14.8), (75, -9.2), (86, -3)),
        lower_lid=((30, 3.5), (39.5, 8.2), (51, 11.4), (63.5, 11.6), (76, 5.4), (86, -3)),
        lashes=0.5,
        nose=(76, 24, 0.7),
        upper_lip=((0, 126.5), (9, 124.4), (20, 125.6), (33, 127), (44, 127.8)),
        lower_lip=((0, 149), (12, 148.2), (25, 143.8), (36, 136), (44, 127.8)),
        seam=((0, 135), (9, 134.4), (20, 134.2), (32, 132), (44, 127.8)),
        stubble=0.0,
    ),
    seed=5,
)
LAYERS = (
    *(background.draw, hair.short_behind, body.neck, clothes.jacket_and_shirt),
    *(face.ears, face.draw, mouth.draw, eyes.draw, hair.short_front),
)


def png(height: int = 960) -> bytes:
    """The portrait as a PNG file."""
    canvas = Canvas(height)
    for layer in LAYERS:
        layer(canvas, STRANGER)
    file = io.BytesIO()
    Image.fromarray(canvas.finished()).save(file, "PNG")
    return file.getvalue()
