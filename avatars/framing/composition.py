"""Composes the still picture that is rendered, once for a video; the engine moves it.

Brings OpenCV and LiteRT: only the studio's child loads it.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from avatars.engines.base import Picture
from avatars.engines.puppet.face.mesh import FaceMesh
from avatars.engines.puppet.face.segmentation import PersonMask
from avatars.exceptions import PortraitError
from avatars.framing import backdrop, mattes
from avatars.framing.crop import HANDS, Window, close_up, head_of, window
from avatars.framing.gestures.signatures import figure_of
from avatars.framing.scene import LONGEST, Scene, size_of
from avatars.portraits import portrait_validation

Floats = NDArray[np.float32]
Mend = Callable[[Picture, float], Picture]

MOST_MENDED = 4.0  # times: restoration networks enlarge by four

# Of the portrait's width: the stretch over which its own background fades into the extension.
FADE = 0.14
# A silhouette that reaches the side of a portrait goes on beyond it, and falls like a shoulder.
SHOULDER_FROM, SHOULDER_FALLS = 0.12, 0.25
TOUCHES = 0.5  # of the matte, 0..1, at the side: the person reaches it
BEYOND = 0.3  # 0..1: how much a background repeated beyond an edge counts beside one that was seen


def compose(path: Path, scene: Scene, *, enhanced: bool, longest: int = LONGEST, mend: Mend | None = None) -> Picture:
    """The portrait as the video shows it: RGB of even sides. Raises `PortraitError`, `MediaError`, and `mend`'s errors.

    `mend` makes a picture so many times larger, and better; it is used once, on the stored portrait.
    """
    source = portrait_validation.load(path, longest=2 * LONGEST)
    height, width = source.shape[:2]
    aspect = scene.format.aspect
    part = Window(left=0, top=0, width=width, height=height)
    if aspect is not None:
        part = window(width, height, head_of(_face_box(source)), aspect, down_to=_hands(path) * height)
    size = size_of(part.width, part.height, fixed=aspect is not None, enhanced=enhanced, longest=longest)
    if mend is not None:
        source, part = _mended(source, part, size, mend)
    return _framed(source, part, size, scene)


def fill(path: Path, size: tuple[int, int], scene: Scene, *, close: bool = False, mend: Mend | None = None) -> Picture:
    """The portrait as it fills exactly this size (even sides), in a scene of any format; `close` to the face.

    Raises as `compose` does.
    """
    source = portrait_validation.load(path, longest=2 * LONGEST)
    height, width = source.shape[:2]
    head, aspect = head_of(_face_box(source)), size[0] / size[1]
    part = (
        close_up(width, height, head, aspect)
        if close
        else window(width, height, head, aspect, down_to=_hands(path) * height)
    )
    if mend is not None:
        source, part = _mended(source, part, size, mend)
    return _framed(source, part, size, scene)


def _hands(path: Path) -> float:
    """Down to which share of its height a portrait shows hands that are to be seen; 0 where it has none."""
    return HANDS if figure_of(path) else 0.0


def _mended(source: Picture, part: Window, size: tuple[int, int], mend: Mend) -> tuple[Picture, Window]:
    height, width = source.shape[:2]
    mended = mend(source, min(MOST_MENDED, max(1.0, size[0] / part.width)))
    across, down = mended.shape[1] / width, mended.shape[0] / height
    return mended, Window(
        left=part.left * across, top=part.top * down, width=part.width * across, height=part.height * down
    )


def _framed(source: Picture, part: Window, size: tuple[int, int], scene: Scene) -> Picture:
    height, width = source.shape[:2]
    inside = part.left >= 0 and part.top >= 0 and part.left + part.width <= width + 1e-6
    if inside and not scene.replaces_background:
        box = (part.left, part.top, part.left + part.width, min(height, part.top + part.height))
        return np.array(
            Image.fromarray(source).resize(size, Image.Resampling.LANCZOS, box=_fitted(box, size)), np.uint8
        )
    return _composite(source, part, size, scene)


def _composite(source: Picture, part: Window, size: tuple[int, int], scene: Scene) -> Picture:
    source, part = _reduced(source, part, size)
    coarse = _mask()(source)
    alpha = mattes.refined(coarse, source)
    person = mattes.own_colours(source, alpha)
    left, right, top = _margins(part, source.shape[1])
    wide_person = _placed(_extended(person, left, right, top), part, left, top, size)
    wide_alpha = np.clip(_placed(_silhouette(alpha, left, right, top), part, left, top, size), 0, 1)[..., None]
    if scene.backdrop is not None:
        behind = backdrop.picture(scene.backdrop, size)
    elif scene.colour:
        behind = backdrop.plain(scene.colour, size)
    else:
        behind = _own_background(source, alpha, part, (left, right, top), size)
    return np.clip(wide_person * wide_alpha + behind * (1 - wide_alpha), 0, 255).round().astype(np.uint8)


def _reduced(source: Picture, part: Window, size: tuple[int, int]) -> tuple[Picture, Window]:
    """No more pixels than the video shows: a matte of a large photograph would take seconds."""
    scale = size[0] / part.width
    if scale >= 1:
        return source, part
    height, width = source.shape[:2]
    small = Image.fromarray(source).resize((round(width * scale), round(height * scale)), Image.Resampling.LANCZOS)
    across, down = small.width / width, small.height / height
    return np.asarray(small), Window(
        left=part.left * across, top=part.top * down, width=part.width * across, height=part.height * down
    )


def _margins(part: Window, width: int) -> tuple[int, int, int]:
    """Pixels by which the window reaches beyond the portrait: left, right, above."""
    beyond = part.left + part.width - width
    return (
        max(0, int(np.ceil(-part.left))),
        max(0, int(np.ceil(beyond - 1e-6))),
        max(0, int(np.ceil(-part.top))),
    )


def _placed(values: Floats, part: Window, left: int, top: int, size: tuple[int, int]) -> Floats:
    """A window of extended values, in the video's size."""
    across, down = size[0] / part.width, size[1] / part.height
    matrix = np.array(
        [[across, 0, -(part.left + left) * across], [0, down, -(part.top + top) * down]],
        np.float32,
    )
    # Half a pixel: places are of edges here, and of the middles of pixels there.
    matrix[:, 2] += np.array([across - 1, down - 1]) / 2
    method = cv2.INTER_CUBIC if across > 1 else cv2.INTER_LINEAR
    placed: Floats = cv2.warpAffine(values, matrix, size, flags=method, borderMode=cv2.BORDER_REPLICATE)
    return placed


def _extended(colours: Floats, left: int, right: int, top: int) -> Floats:
    """Edges go on, softened along them, so that no streaks are seen."""
    if not left and not right and not top:
        return colours
    wide: Floats = cv2.copyMakeBorder(colours, top, 0, left, right, cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(wide, (0, 0), max(1.0, colours.shape[0] / 160))
    if left:
        wide[:, :left] = soft[:, :left]
    if right:
        wide[:, -right:] = soft[:, -right:]
    if top:
        wide[:top] = soft[:top]
    return wide


def _silhouette(alpha: Floats, left: int, right: int, top: int) -> Floats:
    """The matte with shoulders that go on where the portrait cuts them."""
    whole: Floats = cv2.copyMakeBorder(alpha, top, 0, left, right, cv2.BORDER_CONSTANT, value=0.0)
    if left:
        whole[top:, :left] = _shoulder(alpha, left)[:, ::-1]
    if right:
        whole[top:, -right:] = _shoulder(np.ascontiguousarray(alpha[:, ::-1]), right)
    return whole


def _shoulder(alpha: Floats, count: int) -> Floats:
    """`count` columns beyond the left edge of a matte, the nearest first."""
    height, width = alpha.shape
    beyond = np.zeros((height, count), np.float32)
    near, inner = alpha[:, 0] > TOUCHES, alpha[:, max(1, round(width * SHOULDER_FROM))] > TOUCHES
    if not near[-1]:
        return beyond
    first = _top_of(near)
    slope = max(SHOULDER_FALLS, (first - _top_of(inner)) / max(1, round(width * SHOULDER_FROM)))
    distance = np.arange(1, count + 1, dtype=np.float32)
    edge = first + slope * distance + 0.5 * slope * distance**2 / max(1.0, 0.35 * width)
    rows = np.arange(height, dtype=np.float32)[:, None]
    softness = max(1.5, height / 300)
    beyond[:] = np.clip((rows - edge[None]) / softness + 0.5, 0, 1)
    return beyond


def _top_of(column: NDArray[np.bool_]) -> int:
    """The uppermost row of the piece that reaches the bottom."""
    gaps = np.flatnonzero(~column)
    return int(gaps[-1]) + 1 if gaps.size else 0


def _own_background(
    source: Picture, alpha: Floats, part: Window, margins: tuple[int, int, int], size: tuple[int, int]
) -> Floats:
    """The portrait's own background, and beyond its edges a guess that is out of focus."""
    left, right, top = margins
    height, width = alpha.shape
    # A rim of the person is not background either: its light has spread.
    person = cv2.dilate(alpha, np.ones((2 * max(2, height // 60) + 1,) * 2, np.uint8))
    wide = cv2.copyMakeBorder(source.astype(np.float32), top, 0, left, right, cv2.BORDER_REPLICATE)
    # Beyond an edge it is probably as at that edge, but less surely.
    known = cv2.copyMakeBorder(1 - person, top, 0, left, right, cv2.BORDER_REPLICATE)
    known[:, :left] *= BEYOND
    known[:, left + width :] *= BEYOND
    known[:top] *= BEYOND
    guessed = backdrop.surroundings(wide, known)
    fade = max(2, round(FADE * width))
    own = np.ones((top + height, left + width + right), np.float32)
    own *= _ramp(own.shape[1], left, right, fade)[None] * _ramp(own.shape[0], top, 0, fade)[:, None]
    # Under the person, the guess: no ghost of the head where the engine moves it.
    own *= cv2.copyMakeBorder(1 - alpha, top, 0, left, right, cv2.BORDER_REPLICATE)
    mixed = wide * own[..., None] + guessed * (1 - own[..., None])
    return _placed(mixed, part, left, top, size)


def _ramp(length: int, before: int, after: int, fade: int) -> Floats:
    """1 inside, 0 beyond, and a soft way between them inside."""
    place = np.arange(length, dtype=np.float32)
    begins = np.clip((place - before) / fade, 0, 1) if before else np.ones(length, np.float32)
    ends = np.clip((length - after - 1 - place) / fade, 0, 1) if after else np.ones(length, np.float32)
    ramp = begins * ends
    smooth: Floats = (ramp * ramp * (3 - 2 * ramp)).astype(np.float32)
    return smooth


def _fitted(box: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """The box cut to the proportions of the even sides: resizing alone would squeeze the face by a pixel."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    scale = min(width / size[0], height / size[1])
    beside, over = (width - size[0] * scale) / 2, height - size[1] * scale
    return left + beside, top + over / 2, right - beside, bottom - over / 2


def _face_box(source: Picture) -> tuple[float, float, float, float]:
    faces = _mesh().find(source)
    if not faces:
        raise PortraitError(
            "No face was found in the portrait.",
            code="no_face",
            remedy="Choose a picture in which the face looks at the camera and is well lit.",
        )
    return faces[0].box


@cache
def _mesh() -> FaceMesh:
    return FaceMesh()


@cache
def _mask() -> PersonMask:
    return PersonMask()
