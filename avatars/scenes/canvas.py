"""The still parts of a scene: the background, and the slide with its shadow."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from avatars.engines.base import Picture
from avatars.framing.boxes import Box
from avatars.framing.pictures import opened, rgb
from avatars.framing.scene import even
from avatars.scenes.layouts import Places
from avatars.scenes.spec import SceneSpec

# Times its colour: the background at its top and at its bottom.
LIGHTER, DARKER = 1.03, 0.93
# Times the light of the background: the tile of a human, at its top and at its bottom.
TILE = (0.95, 0.82)
# Of the shorter side: round corners, blur and offset of the shadow, and the rim around a human in a circle.
CORNER, BLUR, DROP, RING = 0.014, 0.014, 0.007, 0.006
SHADOW = 70  # grey level of 255: how dark the shadow under a slide is
SMOOTH = 4  # times the size at which masks are drawn and shrunk: smooth edges


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """The picture without the human, RGB, and where the slide lies in it."""

    picture: Picture
    slide: Box | None


def paint(scene: SceneSpec, colour: str, size: tuple[int, int], place: Places) -> Canvas:
    """The canvas of a scene. Raises `MediaError` for a slide that cannot be read."""
    image = Image.fromarray(background(colour, size))
    slide = None
    if place.slide is not None and scene.slide is not None:
        slide = _with_slide(image, opened(scene.slide, field="slide", alpha=True), place.slide)
    if place.is_round:
        _ring(image, place.human)
    if scene.layout.has_two:
        for person in scene.people:
            _tile(image, place.box_of(person))
    return Canvas(picture=np.array(image, np.uint8), slide=slide)


def background(colour: str, size: tuple[int, int]) -> Picture:
    """A background of this colour, a little lighter above than below. Raises `MediaError`."""
    width, height = size
    shade = np.linspace(LIGHTER, DARKER, height)[:, None, None] * np.array(rgb(colour), float)
    return np.broadcast_to(np.clip(shade, 0, 255), (height, width, 3)).round().astype(np.uint8)


def circle(side: int) -> Picture:
    """The share of each pixel in a circle of this width, 0..255, (side, side, 1)."""
    large = Image.new("L", (side * SMOOTH, side * SMOOTH))
    ImageDraw.Draw(large).ellipse((0, 0, side * SMOOTH - 1, side * SMOOTH - 1), fill=255)
    return np.asarray(large.resize((side, side), Image.Resampling.BOX), np.uint8)[:, :, None]


def fitted(size: tuple[int, int], area: Box) -> Box:
    """The place of a slide of (width, height): as large as the area allows, in its middle."""
    scale = min(area.width / size[0], area.height / size[1])
    wide, high = even(size[0] * scale), even(size[1] * scale)
    return Box(x=area.x + (area.width - wide) // 2, y=area.y + (area.height - high) // 2, width=wide, height=high)


def tile(box: Box, short: int) -> Picture:
    """The share of each pixel of a box in a tile with round corners, 0..255, (height, width, 1)."""
    return np.asarray(_rounded((box.width, box.height), round(CORNER * short)), np.uint8)[:, :, None]


def _tile(image: Image.Image, box: Box) -> None:
    """A tile for a human, darker than the background."""
    short = min(image.size)
    mask = Image.fromarray(tile(box, short)[:, :, 0])
    before = np.asarray(image)[box.place].copy()
    _shadow(image, mask, box)
    shade = np.linspace(*TILE, box.height)[:, None, None] * before.astype(float)
    image.paste(Image.fromarray(shade.astype(np.uint8)), (box.x, box.y), mask)


def _shadow(image: Image.Image, mask: Image.Image, box: Box) -> None:
    short = min(image.size)
    shadow = Image.new("L", image.size)
    shadow.paste(mask.point(lambda value: value * SHADOW // 255), (box.x, box.y + round(DROP * short)))
    image.paste((0, 0, 0), (0, 0), shadow.filter(ImageFilter.GaussianBlur(BLUR * short)))


def _with_slide(image: Image.Image, slide: Image.Image, area: Box) -> Box:
    """Draw a slide as large as the area allows, in its middle; returns where it is."""
    box = fitted(slide.size, area)
    wide, high = box.width, box.height
    short = min(image.size)
    mask = _rounded((wide, high), round(CORNER * short))
    _shadow(image, mask, box)
    white = Image.new("RGB", (wide, high), "white")
    small = slide.convert("RGBa").resize((wide, high), Image.Resampling.LANCZOS).convert("RGBA")
    white.paste(small, (0, 0), small)
    image.paste(white, (box.x, box.y), mask)
    return box


def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    large = Image.new("L", (size[0] * SMOOTH, size[1] * SMOOTH))
    corner = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(corner, radius=radius * SMOOTH, fill=255)
    return large.resize(size, Image.Resampling.BOX)


def _ring(image: Image.Image, box: Box) -> None:
    """A white rim with a shadow, under the circle of the human."""
    rim, short = max(2, round(RING * min(image.size))), min(image.size)
    side = box.width + 2 * rim
    disc = Image.fromarray(circle(side)[:, :, 0])
    shadow = Image.new("L", image.size)
    shadow.paste(disc.point(lambda value: value * SHADOW // 255), (box.x - rim, box.y - rim + round(DROP * short)))
    image.paste((0, 0, 0), (0, 0), shadow.filter(ImageFilter.GaussianBlur(BLUR * short)))
    image.paste((255, 255, 255), (box.x - rim, box.y - rim), disc)
