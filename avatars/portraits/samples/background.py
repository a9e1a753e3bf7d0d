"""The room behind: an office out of focus, a window on the left, shelves and a plant on the right."""

import numpy as np

from avatars.portraits.samples.curves import Points, oval
from avatars.portraits.samples.painter import Canvas, Colour, Shape, mix
from avatars.portraits.samples.people import Person

DAYLIGHT = (1.0, 0.985, 0.95)  # RGB, 0..1: the warm white of the window


def draw(canvas: Canvas, person: Person) -> None:
    """Fill the canvas with the room."""
    palette = person.palette
    near, far = (np.asarray(tone, dtype=np.float32) for tone in palette.wall)
    whole = canvas.whole()
    x, y = whole.grid
    share = np.clip(0.5 + x / 820 + (y - 40) / 1500, 0, 1)[..., None]
    canvas.paint(whole, (near * (1 - share) + far * share).astype(np.float32))
    _window(canvas)
    _shelves(canvas, palette.wall[1], palette.accent)
    _plant(canvas, palette.accent)
    glow = canvas.shape(oval(-20, -60, 250, 270)).blurred(90)
    canvas.light(glow, DAYLIGHT, 0.26)
    corner = np.hypot(x / 520, (y - 60) / 640)
    canvas.shade(whole.times(np.clip(corner - 0.62, 0, 1)), mix(palette.wall[1], (0.1, 0.08, 0.1), 0.5), 0.55)


def _box(left: float, top: float, right: float, bottom: float) -> Points:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=np.float64)


def _soft(canvas: Canvas, points: Points, blur: float) -> Shape:
    return canvas.shape(points).blurred(blur)


def _window(canvas: Canvas) -> None:
    """Tall panes full of daylight."""
    for left in (-372, -262):
        for top in (-400, -150, 100):
            canvas.light(_soft(canvas, _box(left, top, left + 92, top + 228), 11), DAYLIGHT, 0.72)
    canvas.light(_soft(canvas, _box(-400, -400, -130, 400), 60), DAYLIGHT, 0.30)


def _shelves(canvas: Canvas, wall: Colour, accent: Colour) -> None:
    """Three boards with a few books, far out of focus."""
    dark = mix(wall, (0.22, 0.15, 0.12), 0.55)
    canvas.shade(_soft(canvas, _box(186, -400, 380, 420), 20), mix(wall, (1, 1, 1), 0.45), 0.5)
    for top in (-262, -98, 66):
        canvas.paint(_soft(canvas, _box(190, top, 390, top + 13), 8), dark, 0.55)
    books = [
        (214, -342, 20, 80),
        (240, -330, 16, 68),
        (262, -348, 22, 86),
        (318, -170, 26, 72),
        (290, -180, 20, 82),
        (226, -8, 24, 74),
        (254, 2, 18, 64),
    ]
    tones = (accent, mix(accent, (1, 1, 1), 0.55), dark, mix(wall, (1, 1, 1), 0.6))
    for number, (left, top, width, height) in enumerate(books):
        shape = _soft(canvas, _box(left, top, left + width, top + height), 7)
        canvas.paint(shape, tones[number % len(tones)], 0.6)


def _plant(canvas: Canvas, accent: Colour) -> None:
    """Leaves at the edge of the picture."""
    leaf = mix((0.36, 0.50, 0.36), accent, 0.25)
    for angle, length in ((-70, 96), (-105, 110), (-135, 100), (-40, 80), (-165, 82)):
        turn = np.radians(angle)
        x, y = 338 + np.cos(turn) * length * 0.6, 236 + np.sin(turn) * length * 0.6
        shape = _soft(canvas, oval(float(x), float(y), length * 0.55, 17, angle), 9)
        canvas.paint(shape, mix(leaf, (0.16, 0.24, 0.18), 0.3 if angle < -100 else 0.0), 0.62)
