"""The mouth of a frame: both lips from their own layers, and between them, where they part, the inside of the mouth."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture
from avatars.engines.puppet.face.colours import palette
from avatars.engines.puppet.face.geometry import Box
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.face.topology import INNER_LOWER, INNER_UPPER, LIP_BOTTOM, LIP_TOP
from avatars.engines.puppet.frame.lip_skin import without_teeth
from avatars.engines.puppet.frame.mouth_interior import Interior, own_teeth_colour, paint
from avatars.engines.puppet.frame.mouth_layout import Layout, layout
from avatars.engines.puppet.frame.warp import Pose, head_matrix, lip_flows
from avatars.engines.puppet.rig.displacement import mouth_box
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.engines.puppet.rig.rig import Rig

Plane = NDArray[np.float32]

SAMPLES = 64  # places along the mouth at which the gap between the lips is known
FEATHER = 6  # pixels over which the drawn box fades into the frame
SOFT_EDGE = 1.1  # pixels: the edge of the opening, as soft as the edge of a thing in a photograph
FULL_GAP = 1.6  # pixels of opening from which the inside is drawn in full: it grows in and does not pop up
SEEN_GAP = 0.25  # pixels; a narrower gap is not drawn at all
PURSED_DARK, OWN_PURSED_DARK, OPEN_GAP = 0.6, 0.5, 0.12
"""0..1: how dark pursed lips make the mouth, with painted teeth and with the portrait's own; eye distances of a gap
that lets all light in."""
NARROW_DARK, DRAWN_NARROW_DARK, OWN_NARROW_DARK = 0.55, 0.0, 0.2
"""0..1: how dark a narrow gap is, in a photograph, in a drawing, and over the portrait's own teeth."""
LIP_SHADOW, DRAWN_LIP_SHADOW, OWN_LIP_SHADOW = 0.30, 0.15, 0.12
"""0..1: the shadow of the upper lip, in the same three cases; a drawing has little, and own teeth bring theirs."""
OUT_OF_SHADOW = 0.55
"""Of the shadow in the mouth, 0..1: the share that a tongue between the teeth lacks."""
# Light that reaches into a mouth has been through skin: shadows lose blue first.
SHADOW = np.array([0.80, 1.0, 1.08], np.float32)


class Mouth:
    """Draws the mouth of a rig; arrays are reused from frame to frame."""

    def __init__(self, rig: Rig, *, moves_head: bool, interpolation: int) -> None:
        face = rig.face
        self._rig, self._interpolation, self._moves_head = rig, interpolation, moves_head
        self.upper, self.lower = lip_flows(rig, moves_head=moves_head)
        whole = Box(left=0, top=0, right=rig.region.width, bottom=rig.region.height)
        self.pixels = mouth_box(face).within(whole.width, whole.height)
        self.part = self.pixels.inside(self.upper.pixels).area
        y, x = np.mgrid[self.pixels.top : self.pixels.bottom, self.pixels.left : self.pixels.right]
        place = face.in_mouth(np.stack([x, y], axis=-1).astype(np.float64))
        self.across, self.below = place[..., 0].astype(np.float32), place[..., 1].astype(np.float32)
        self.edge = _feather(self.pixels)[..., None]
        colours = palette(rig.picture, face)
        if face.shows_teeth:
            colours = own_teeth_colour(rig.picture, face, colours)
        closed = face.points[LIP_TOP, :2] + rig.fields.points[Expression.NEUTRAL, LIP_TOP]
        seam = float(face.in_mouth(closed)[1]) / face.unit
        self.lips = without_teeth(rig.picture, face)
        self.interior: Interior = paint(rig.picture, face, colours, seam)
        self._rest = self.interior.to_pixels()

    def draw(self, target: Picture, face: Pose, head: Pose) -> None:
        """Put the mouth into `target`, the pixels of `pixels` with the face already warped."""
        upper_from = self.upper.source(face, head)[self.part]
        lower_from = self.lower.source(face, head)[self.part]
        upper, lower = self._look(upper_from), self._look(lower_from)
        lips = self.contours(face, head)
        top, bottom = lips.top(self.across), lips.bottom(self.across)
        middle, gap = (top + bottom) / 2, bottom - top
        # Beyond the corners both layers agree more and more, and the step between them may soften.
        softness = 0.8 + 0.8 * lips.beyond(self.across)
        under = np.clip((self.below - middle) / softness + 0.5, 0, 1)[..., None]
        mixed: Plane = (upper + (lower - upper) * under).astype(np.float32)
        if float(gap.max()) > SEEN_GAP:
            self._open(mixed, lips, top, bottom, face, head)
        seen = target + (mixed - target) * self.edge
        target[...] = np.clip(seen + 0.5, 0, 255).astype(np.uint8)

    def _look(self, where: NDArray[np.float32]) -> Plane:
        pixels = cv2.remap(self.lips, where, None, self._interpolation, borderMode=cv2.BORDER_REPLICATE)
        seen: Plane = pixels.astype(np.float32)
        return seen

    def contours(self, face: Pose, head: Pose) -> "Contours":
        """The inner edges of both lips in a pose."""
        return Contours(self._points(face, head, INNER_UPPER), self._points(face, head, INNER_LOWER))

    def _points(self, face: Pose, head: Pose, ids: tuple[int, ...]) -> Floats:
        """The contour points in this frame, in mouth coordinates."""
        fields, chosen = self._rig.fields, list(ids)
        moved = np.tensordot(face, fields.points[:, chosen], axes=1).astype(np.float64)
        if self._moves_head:
            moved += (head_matrix(head, self._rig.face.unit) @ fields.head_points[:, chosen]).T
        return self._rig.face.in_mouth(self._rig.face.points[chosen, :2] + moved)

    def _open(self, mixed: Plane, lips: "Contours", top: Plane, bottom: Plane, face: Pose, head: Pose) -> None:
        """Lay the inside of the mouth over `mixed` between the lips, within the rows and columns where they part."""
        rows = np.flatnonzero(((self.below > top - 1) & (self.below < bottom + 1) & (bottom > top)).any(axis=1))
        if not len(rows):
            return
        hole = Box(left=0, top=int(rows[0]), right=self.pixels.width, bottom=int(rows[-1]) + 1)
        across, below, top, bottom = (plane[hole.area] for plane in (self.across, self.below, top, bottom))
        inside = self._inside(hole, across, below - top, lips, face, head)
        cover = np.clip((below - top) / SOFT_EDGE + 0.5, 0, 1) * np.clip((bottom - below) / SOFT_EDGE + 0.5, 0, 1)
        cover *= np.clip((bottom - top) / FULL_GAP, 0, 1) * lips.between(across)
        mixed[hole.area] += (inside - mixed[hole.area]) * cover[..., None]

    def _inside(self, hole: Box, across: Plane, depth: Plane, lips: "Contours", face: Pose, head: Pose) -> Plane:
        """Cavity, tongue and teeth as this pose shows them, in the shadow of the upper lip and of the corners."""
        unit, interior = self._rig.face.unit, self.interior
        size = (hole.width, hole.height)
        corner = corner_of(self.pixels) + corner_of(hole)

        def laid(sprite: Plane, down: float) -> Plane:
            place = self.placed(head, down * unit, corner)
            placed: Plane = cv2.warpAffine(sprite, place, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            return placed

        seen = laid(interior.cavity, 0.0)[..., :3]
        parts = self.layout(face)
        for part in parts.inside:
            if part.shown > 0:
                layer = laid(part.sprite, part.down) * np.float32(part.shown)
                seen = seen * (1 - layer[..., 3:]) + layer[..., :3]
        light = 1 - lip_shadow(interior) * (1 - np.clip(depth / (0.045 * unit), 0, 1))
        light *= lips.corner_light(across) * light_within(face[Expression.ROUND], lips.widest / unit, interior)
        shade: Plane = (1 - light)[..., None] * SHADOW
        seen *= 1 - shade
        if parts.front.shown > 0:
            layer = laid(parts.front.sprite, parts.front.down) * np.float32(parts.front.shown)
            seen = seen * (1 - layer[..., 3:]) + layer[..., :3] * (1 - (1 - OUT_OF_SHADOW) * shade)
        return seen

    def layout(self, face: Pose) -> Layout:
        """Teeth and tongue in a pose, while the head is at rest."""
        rig, ids = self._rig, [LIP_TOP, LIP_BOTTOM]
        moved = np.tensordot(face, rig.fields.points[:, ids], axes=1).astype(np.float64)
        top, bottom = rig.face.in_mouth(rig.face.points[ids, :2] + moved)[:, 1] / rig.face.unit - self.interior.seam
        return layout(face, (float(top), float(bottom)), self.interior)

    def placed(self, head: Pose, down: float, corner: Floats) -> Floats:
        """The affine map from a sprite to the pixels from `corner` on, moved with the head and `down` with the jaw."""
        place = self._rest.copy()
        place[:, 2] += self._rig.face.down * down
        if self._moves_head:
            centre = self._rig.face.points[LIP_TOP, :2]
            # Not by `@`: OpenBLAS's product with a strided vector reads past its end and, on some processors,
            # reports the bytes there as an invalid number (numpy's issue 24067).
            maps = self._rig.fields.head_points[:, LIP_TOP]
            moved = np.einsum("ij,j->i", head_matrix(head, self._rig.face.unit), maps)
            roll, nearer = np.radians(float(head[Head.ROLL])), float(head[Head.NEARER]) * 0.01
            turn = np.array([[1 + nearer, -roll], [roll, 1 + nearer]])
            place = turn @ place
            place[:, 2] += centre + moved - turn @ centre
        place[:, 2] -= corner
        return place


def light_within(pursed: float, gap: float, interior: Interior) -> float:
    """The light in a mouth whose lips are `gap` eye distances apart: 1 in a wide open one.

    Lips that are pushed forward keep it out. Teeth of the portrait are in its light already.
    """
    narrow, dark = DRAWN_NARROW_DARK if interior.drawn else NARROW_DARK, PURSED_DARK
    if interior.owns_teeth:
        narrow, dark = OWN_NARROW_DARK, OWN_PURSED_DARK
    return float((1 - dark * np.clip(pursed, 0, 1)) * (1 - narrow * (1 - np.clip(gap / OPEN_GAP, 0, 1))))


def lip_shadow(interior: Interior) -> float:
    """The shade right below the upper lip. Teeth of the portrait bring their own shadow along."""
    if interior.owns_teeth:
        return OWN_LIP_SHADOW
    return DRAWN_LIP_SHADOW if interior.drawn else LIP_SHADOW


def corner_of(box: Box) -> Floats:
    """The upper left corner."""
    return np.array([box.left, box.top], np.float64)


class Contours:
    """The inner edges of both lips as heights over even steps along the mouth; they never cross."""

    def __init__(self, upper: Floats, lower: Floats) -> None:
        top, bottom = _smooth(upper), _smooth(lower)
        self.start, self.end = float(top[0, 0]), float(top[-1, 0])
        steps = np.linspace(self.start, self.end, SAMPLES)
        high, low = np.interp(steps, top[:, 0], top[:, 1]), np.interp(steps, bottom[:, 0], bottom[:, 1])
        middle = (high + low) / 2
        self.high = np.where(low < high, middle, high).astype(np.float32)[None]
        self.low = np.where(low < high, middle, low).astype(np.float32)[None]

    @property
    def widest(self) -> float:
        """Pixels between the lips where they are furthest apart."""
        return float((self.low - self.high).max())

    def top(self, across: Plane) -> Plane:
        return self._read(self.high, across)

    def bottom(self, across: Plane) -> Plane:
        return self._read(self.low, across)

    def beyond(self, across: Plane) -> Plane:
        """Pixels outside the corners, 0 between them."""
        outside: Plane = np.maximum(np.maximum(self.start - across, across - self.end), 0)
        return outside

    def between(self, across: Plane) -> Plane:
        """1 between the corners, 0 outside, soft."""
        part: Plane = np.clip(np.minimum(across - self.start, self.end - across) / 1.5 + 0.5, 0, 1)
        return part

    def corner_light(self, across: Plane) -> Plane:
        """Darkens towards the corners."""
        part = np.clip((across - self.start) / max(1.0, self.end - self.start), 0, 1) * 2 - 1
        light: Plane = 1 - 0.55 * part**4
        return light

    def _read(self, line: Plane, across: Plane) -> Plane:
        index = (across - self.start) * ((SAMPLES - 1) / max(1e-3, self.end - self.start))
        level = np.zeros_like(index)
        values: Plane = cv2.remap(line, index, level, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return values


def _smooth(points: Floats, between: int = 4) -> Floats:
    """A Catmull-Rom curve through the points, its first coordinate never falling."""
    count = len(points)
    where = np.linspace(0, count - 1, (count - 1) * between + 1)
    index = np.minimum(where.astype(int), count - 2)
    t = (where - index)[:, None]
    padded = np.concatenate([points[:1], points, points[-1:]])
    a, b, c, d = (padded[index + k] for k in range(4))
    curve: Floats = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    curve[:, 0] = np.maximum.accumulate(curve[:, 0])
    return curve


def _feather(box: Box) -> Plane:
    """1 inside, falling to 0 at the edges of a box."""
    x, y = np.arange(box.width), np.arange(box.height)
    across, down = np.minimum(x, x[::-1]), np.minimum(y, y[::-1])
    edge: Plane = np.clip(np.minimum(down[:, None], across[None, :]) / FEATHER, 0, 1).astype(np.float32)
    return edge
