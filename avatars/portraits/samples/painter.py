"""Soft shapes on a canvas: the only tools that the characters are painted with.

Everything is given in *units*: the origin lies between the eyes, x points right, y points down, and the picture is
720 units wide and 960 high at any size in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

from avatars.portraits.samples.curves import Points

Pixels = NDArray[np.float32]
Colour = tuple[float, float, float]

UNITS_WIDE, UNITS_HIGH = 720, 960  # units of a picture of head and shoulders, at any size in pixels
ORIGIN = (360.0, 384.0)  # units: where the middle of the face lies in it
HALF_BODY_HIGH = 1152
"""Units of a picture of half a body, whose width is 864."""
HALF_BODY_ORIGIN = (432.0, 330.0)  # units: where the middle of the face lies in that one
SUPERSAMPLING = 2  # pixels painted across one of the picture: smooth edges, at four times the work
ROUGH_SIGMA = 4.0  # pixels; wider blurs run on a shrunken copy, which looks the same


def colour(code: str) -> Colour:
    """The colour of a `#rrggbb` code, each part in 0..1."""
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour that lies `share` of the way from the first to the second."""
    red, green, blue = (a + (b - a) * share for a, b in zip(first, second, strict=True))
    return red, green, blue


def resized(values: Pixels, width: int, height: int) -> Pixels:
    """A plane of floats at another size, in pixels."""
    shrinking = width < values.shape[1]
    method = Image.Resampling.BOX if shrinking else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(values).resize((width, height), method), dtype=np.float32)


def blur(values: Pixels, sigma: float) -> Pixels:
    """A plane of floats, Gaussian-blurred by `sigma` pixels; beyond the edge lies the edge."""
    # Its import takes half a second; most processes draw nothing.
    from scipy import ndimage

    if sigma <= ROUGH_SIGMA:
        return np.asarray(ndimage.gaussian_filter(values, sigma, mode="nearest"), dtype=np.float32)
    factor = max(2, int(sigma / 3))
    height, width = values.shape
    small = resized(values, -(-width // factor), -(-height // factor))
    soft = ndimage.gaussian_filter(small, sigma / factor, mode="nearest")
    return resized(np.asarray(soft, dtype=np.float32), width, height)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A patch of coverage, 0..1, at a place on the canvas; `left` and `top` in pixels, `scale` in pixels per unit,
    `origin` in units from the upper left corner."""

    alpha: Pixels
    left: int
    top: int
    scale: float
    origin: tuple[float, float] = ORIGIN

    @property
    def grid(self) -> tuple[Pixels, Pixels]:
        """The x (1, w) and y (h, 1) of every pixel, in units."""
        height, width = self.alpha.shape
        x = (np.arange(width, dtype=np.float32) + self.left + 0.5) / self.scale - self.origin[0]
        y = (np.arange(height, dtype=np.float32) + self.top + 0.5) / self.scale - self.origin[1]
        return x[None, :].astype(np.float32), y[:, None].astype(np.float32)

    def blurred(self, sigma: float) -> "Shape":
        """The same shape with an edge as soft as `sigma` units."""
        margin = int(np.ceil(3 * sigma * self.scale))
        alpha = blur(np.pad(self.alpha, margin), sigma * self.scale)
        return replace(self, alpha=np.clip(alpha, 0, 1), left=self.left - margin, top=self.top - margin)

    def moved(self, x: float, y: float) -> "Shape":
        """The same shape elsewhere, by so many units."""
        return replace(self, left=self.left + round(x * self.scale), top=self.top + round(y * self.scale))

    def within(self, other: "Shape") -> "Shape":
        """The part of this shape on the other."""
        return replace(self, alpha=self.alpha * self._sampled(other))

    def without(self, other: "Shape") -> "Shape":
        """The part of this shape beside the other."""
        return replace(self, alpha=self.alpha * (1 - self._sampled(other)))

    def times(self, factors: ArrayLike) -> "Shape":
        """The same shape, thinned by a number or by a plane over its `grid`."""
        return replace(self, alpha=np.clip(self.alpha * np.asarray(factors, dtype=np.float32), 0, 1))

    def _sampled(self, other: "Shape") -> Pixels:
        """The other's coverage, cut to this shape's patch."""
        plane = np.zeros_like(self.alpha)
        rows, mine_rows = _overlap(other.top, other.alpha.shape[0], self.top, self.alpha.shape[0])
        columns, mine_columns = _overlap(other.left, other.alpha.shape[1], self.left, self.alpha.shape[1])
        plane[mine_rows, mine_columns] = other.alpha[rows, columns]
        return plane


def _overlap(start: int, length: int, frame_start: int, frame_length: int) -> tuple[slice, slice]:
    """The overlap of two spans on one line, as a slice of the first and as a slice of the frame."""
    low, high = max(start, frame_start), min(start + length, frame_start + frame_length)
    high = max(low, high)
    return slice(low - start, high - start), slice(low - frame_start, high - frame_start)


class Canvas:
    """A picture under way; `height` is the finished picture's, in pixels."""

    def __init__(self, height: int, *, half_body: bool = False) -> None:
        self.height, self.width = height, height * 3 // 4 // 2 * 2
        self.scale = SUPERSAMPLING * height / (HALF_BODY_HIGH if half_body else UNITS_HIGH)
        self.origin = HALF_BODY_ORIGIN if half_body else ORIGIN
        self.pixels: Pixels = np.zeros((height * SUPERSAMPLING, self.width * SUPERSAMPLING, 3), dtype=np.float32)

    def whole(self) -> Shape:
        """The shape that covers everything."""
        return Shape(
            alpha=np.ones(self.pixels.shape[:2], np.float32), left=0, top=0, scale=self.scale, origin=self.origin
        )

    def shape(self, *outlines: Points) -> Shape:
        """The area inside closed outlines (n, 2), with smooth edges."""
        placed = [self._placed(points) for points in outlines]
        low = np.floor(np.min([points.min(0) for points in placed], 0)).astype(int) - 2
        high = np.ceil(np.max([points.max(0) for points in placed], 0)).astype(int) + 2
        image = Image.new("L", (int(high[0] - low[0]) * 2, int(high[1] - low[1]) * 2))
        draw = ImageDraw.Draw(image)
        for points in placed:
            draw.polygon([(float(x), float(y)) for x, y in (points - low) * 2 - 0.5], fill=255)
        alpha = np.asarray(image.reduce(2), dtype=np.float32) / np.float32(255)
        return Shape(alpha=alpha, left=int(low[0]), top=int(low[1]), scale=self.scale, origin=self.origin)

    def coverage(self, shape: Shape) -> Pixels:
        """The share of every pixel that a shape covers, 0..1."""
        return self.whole()._sampled(shape)

    def paint(self, shape: Shape, paint: Colour | Pixels, opacity: float = 1.0) -> None:
        """Cover with a colour, or with colours (h, w, 3) over the shape's grid."""
        here, there = self._windows(shape)
        alpha = shape.alpha[there][..., None] * np.float32(opacity)
        ink = paint[there] if isinstance(paint, np.ndarray) else np.asarray(paint, dtype=np.float32)
        self.pixels[here] += (ink - self.pixels[here]) * alpha

    def shade(self, shape: Shape, tint: Colour, opacity: float = 1.0) -> None:
        """Darken as a filter of that tint would: a shadow."""
        here, there = self._windows(shape)
        alpha = shape.alpha[there][..., None] * np.float32(opacity)
        self.pixels[here] *= 1 - alpha * (1 - np.asarray(tint, dtype=np.float32))

    def light(self, shape: Shape, tint: Colour, opacity: float = 1.0) -> None:
        """Brighten without ever burning out: a gleam."""
        here, there = self._windows(shape)
        alpha = shape.alpha[there][..., None] * np.float32(opacity)
        self.pixels[here] += (1 - self.pixels[here]) * alpha * np.asarray(tint, dtype=np.float32)

    def strands(self, bands: Sequence[Points], colours: Sequence[NDArray[np.float64]], within: Shape) -> None:
        """Paint ribbons of hair, later ones over earlier ones: bands (n, 2, 2) of edge pairs, colours (n - 1, 3)."""
        rows, columns = within.alpha.shape
        ink = Image.new("RGBA", (columns * 2, rows * 2))
        draw = ImageDraw.Draw(ink)
        corner = np.array([within.left, within.top])
        for band, shades in zip(bands, colours, strict=True):
            edges = ((self._placed(band.reshape(-1, 2)) - corner) * 2).reshape(-1, 4)
            quads = np.concatenate([edges[:-1], edges[1:, 2:], edges[1:, :2]], axis=1).tolist()
            levels = np.clip(np.rint(shades * 255), 0, 255).astype(int).tolist()
            for quad, (red, green, blue) in zip(quads, levels, strict=True):
                draw.polygon(quad, fill=(red, green, blue, 255))
        reduced = np.asarray(ink.reduce(2), dtype=np.float32) / np.float32(255)
        self.paint(within.times(reduced[..., 3]), reduced[..., :3])

    def finished(self) -> NDArray[np.uint8]:
        """The picture at its final size, (height, width, 3) RGB."""
        rows, columns = self.height, self.width
        blocks = self.pixels.reshape(rows, SUPERSAMPLING, columns, SUPERSAMPLING, 3)
        return np.asarray(np.clip(np.rint(blocks.mean(axis=(1, 3)) * 255), 0, 255), dtype=np.uint8)

    def _placed(self, points: Points) -> Points:
        return np.asarray((points + np.asarray(self.origin)) * self.scale, dtype=np.float64)

    def _windows(self, shape: Shape) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """The overlap of a shape with the canvas: in the canvas and in the shape."""
        rows, canvas_rows = _overlap(shape.top, shape.alpha.shape[0], 0, self.pixels.shape[0])
        columns, canvas_columns = _overlap(shape.left, shape.alpha.shape[1], 0, self.pixels.shape[1])
        return (canvas_rows, canvas_columns), (rows, columns)
