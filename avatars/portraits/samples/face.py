"""The face: its skin modelled in light and shade from a relief, the nose, the ears, the glow of the cheeks."""

from typing import NamedTuple

import numpy as np

from avatars.portraits.samples.curves import both_halves, closed, line, oval, ribbon, sided, tapered
from avatars.portraits.samples.painter import Canvas, Pixels, Shape, blur, mix
from avatars.portraits.samples.people import Build, Palette, Person

KEY_LIGHT = (-0.46, -0.50, 0.73)  # direction to the light (right, down, towards us): the window, high on the left
RIM_LIGHT = (0.86, -0.20, 0.10)  # direction to the light that outlines the right side
TONES = (0.0, 0.36, 0.68, 1.0)  # brightness at which the four skin tones lie


class Bump(NamedTuple):
    """A soft hill (or hollow) of the relief at (x, y) with radii and a height, in units; on both sides if x > 0."""

    x: float
    y: float
    radius_x: float
    radius_y: float
    height: float


def outline(canvas: Canvas, person: Person) -> Shape:
    """The face without ears and neck."""
    return canvas.shape(closed(both_halves(person.build.face)))


def draw(canvas: Canvas, person: Person) -> None:
    """Paint the skin of the face, with everything on it that is only light and shade."""
    face = outline(canvas, person)
    light = _lit(face, person.build)
    canvas.paint(face, toned(light, person.palette))
    _beard(canvas, person, face)
    _glow(canvas, person, face)
    _nose(canvas, person)


def toned(light: Pixels, palette: Palette) -> Pixels:
    """Skin (h, w, 3) under so much light (h, w) of 0..1."""
    parts = [np.interp(light, TONES, [tone[i] for tone in palette.skin]) for i in range(3)]
    return np.asarray(np.stack(parts, axis=-1), dtype=np.float32)


def ears(canvas: Canvas, person: Person) -> None:
    """Both ears, to be painted before the face covers where they grow from."""
    knots = [(126, -22), (140, -34), (151, -26), (153, -4), (148, 22), (142, 44), (132, 54), (124, 44)]
    deep, shadow, middle, bright = person.palette.skin
    for side in (1, -1):
        ear = canvas.shape(sided(closed(knots), side))
        canvas.paint(ear, mix(shadow, middle, 0.72))
        fold = line([(134, -18), (143, -22), (146, -4), (141, 16), (135, 30)])
        canvas.shade(canvas.shape(sided(ribbon(fold, 7), side)).blurred(3).within(ear), mix(deep, bright, 0.2), 0.6)
        rim = line([(134, -30), (145, -30), (150, -10), (147, 18)])
        canvas.light(canvas.shape(sided(ribbon(rim, 4), side)).blurred(2).within(ear), bright, 0.35)


def _relief(build: Build) -> list[Bump]:
    tip, wing, bridge = build.nose
    mouth = build.seam[0][1]
    chin = build.face[-1][1]
    eye_x, eye_y, _ = build.iris
    return [
        Bump(0, 20, 14, 44, 9.5 * bridge),
        Bump(0, tip - 22, wing, 30, 7),
        Bump(0, tip - 3, 14, 13, 11),
        Bump(wing - 5, tip + 3, 8, 8, 5.5),
        Bump(eye_x, eye_y - 12, 36, 17, -6),
        Bump(28, -8, 13, 18, -5 * bridge),
        Bump(eye_x + 1, eye_y, 26, 15, 6),
        Bump(58, -44, 44, 13, 3 * bridge),
        Bump(76, 58, 38, 32, 8),
        Bump(0, mouth - 2, 50, 34, 8),
        Bump(0, mouth - 22, 4, 9, -1.6),
        Bump(0, mouth - 7, 30, 7, 2.4),
        Bump(0, mouth + 11, 25, 7, 4.5),
        Bump(0, mouth + 29, 28, 9, -4.5),
        Bump(build.seam[-1][0] + 5, mouth - 2, 9, 9, -3),
        Bump(0, chin - 24, 30, 22, 7),
        Bump(0, -100, 80, 50, 6),
    ]


def _lit(face: Shape, build: Build) -> Pixels:
    """The light on every pixel of the face, 0..1."""
    height = _dome(face)
    x, y = face.grid
    for bump in _relief(build):
        for centre in {bump.x, -bump.x}:
            height += bump.height * np.exp(
                -0.5 * (((x - centre) / bump.radius_x) ** 2 + ((y - bump.y) / bump.radius_y) ** 2)
            )
    slope_y, slope_x = np.gradient(blur(height, 1.6 * face.scale), 1 / face.scale)
    length = np.sqrt(slope_x**2 + slope_y**2 + 1)
    key = (-slope_x * KEY_LIGHT[0] - slope_y * KEY_LIGHT[1] + KEY_LIGHT[2]) / length
    rim = np.clip((-slope_x * RIM_LIGHT[0] - slope_y * RIM_LIGHT[1] + RIM_LIGHT[2]) / length, 0, 1) ** 3
    gleam = np.clip(key, 0, 1) ** 24
    light = 0.12 + 0.78 * np.clip(0.15 + 0.85 * key, 0, 1) + 0.14 * rim + 0.10 * gleam
    return np.asarray(np.clip(light, 0, 1), dtype=np.float32)


def _dome(face: Shape) -> Pixels:
    """A flat-fronted dome over the shape, in units."""
    depth = np.clip(blur(face.alpha, 44 * face.scale) * 1.9 - 0.75, 0, 1)
    return np.asarray(84 * np.sqrt(1 - (1 - depth) ** 2), dtype=np.float32)


def _beard(canvas: Canvas, person: Person, face: Shape) -> None:
    """The faint cool shade that shaving leaves."""
    mouth, chin = person.build.seam[0][1], person.build.face[-1][1]
    jaw = line([(-118, 70), (-100, 134), (-56, chin - 24), (0, chin - 16), (56, chin - 24), (100, 134), (118, 70)])
    cool, strength = (0.74, 0.74, 0.76), person.build.stubble
    canvas.shade(canvas.shape(ribbon(jaw, 40)).blurred(15).within(face), cool, 0.55 * strength)
    canvas.shade(canvas.shape(oval(0, mouth - 21, 40, 8)).blurred(6).within(face), cool, 0.5 * strength)


def _glow(canvas: Canvas, person: Person, face: Shape) -> None:
    """The blood under the skin: cheeks, nose, chin."""
    blush, strength = person.palette.blush, person.build.blush
    for x in (-80, 80):
        canvas.paint(canvas.shape(oval(x, 62, 34, 22, -14 * np.sign(x))).blurred(16).within(face), blush, strength)
    canvas.paint(canvas.shape(oval(0, person.build.nose[0] - 4, 14, 11)).blurred(8), blush, strength * 0.6)
    canvas.paint(canvas.shape(oval(0, person.build.face[-1][1] - 22, 26, 12)).blurred(12), blush, strength * 0.4)
    bright = person.palette.skin[3]
    for x, strength in ((-72, 0.34), (66, 0.16)):
        canvas.light(canvas.shape(oval(x, 34, 26, 11, -24 * np.sign(x))).blurred(10).within(face), bright, strength)
    canvas.light(canvas.shape(oval(-26, -92, 52, 26)).blurred(20).within(face), bright, 0.26)
    fold = line([(28, 82), (39, 95), (48, 113)])
    for side in (1, -1):
        crease = canvas.shape(sided(ribbon(fold, tapered(len(fold), 0.3, 0.1) * 5), side)).blurred(5)
        canvas.shade(crease, mix(person.palette.skin[0], bright, 0.45), 0.30)


def _nose(canvas: Canvas, person: Person) -> None:
    """The parts of the nose beside its shading: nostrils, the shadow below, a gleam on the tip."""
    tip, wing, _ = person.build.nose
    deep, shadow, _, bright = person.palette.skin
    below = line([(-wing + 2, tip + 10), (-10, tip + 13), (0, tip + 16), (10, tip + 13), (wing - 2, tip + 10)])
    canvas.shade(canvas.shape(ribbon(below, 6)).blurred(4), mix(deep, bright, 0.35), 0.55)
    for side in (1, -1):
        nostril = canvas.shape(sided(oval(9.5, tip + 10.5, 5.6, 2.5, -14), side)).blurred(1.1)
        canvas.paint(nostril, mix(deep, (0.1, 0.02, 0.02), 0.5), 0.75)
        crease = line([(wing - 4, tip - 7), (wing + 0.5, tip + 1), (wing - 2, tip + 9), (wing - 7, tip + 11)])
        widths = np.interp(np.linspace(0, 1, len(crease)), [0, 0.5, 1], [1, 3.2, 1.5])
        canvas.shade(canvas.shape(sided(ribbon(crease, widths), side)).blurred(1.8), mix(deep, shadow, 0.4), 0.5)
    canvas.light(canvas.shape(oval(-2.5, tip - 6, 5.5, 4)).blurred(3), bright, 0.5)
    canvas.light(canvas.shape(ribbon(line([(-1.5, 8), (-2, 30), (-2, 52)]), 4)).blurred(3), bright, 0.22)
