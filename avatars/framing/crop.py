"""The part of a portrait that a video shows: as much as its format allows, with room above and around the head."""

from dataclasses import dataclass

# As shares of the head's own height and width.
ABOVE, BELOW, BESIDE = 0.16, 0.42, 0.28
# Of the window's height: the room above the head, where there is more than enough.
HEADROOM = 0.12
# Of the height of a half-body drawing: hands that rest end there.
HANDS = 0.94
# Hair above the forehead's topmost point of the mesh, as a share of the face's height; the mesh ends below the hair.
HAIR = 0.32
EARS = 0.14  # of the width of the face, on both sides: the mesh ends before the ears
# Of a close-up: its height by the head's, and the share of it above the head.
CLOSE, CLOSE_ABOVE = 1.5, 0.1


@dataclass(frozen=True, kw_only=True)
class Window:
    """A rectangle in pixels of the portrait. It may reach beyond its left, right and upper edge, never below."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Head:
    """The box of the head with its hair."""

    left: float
    top: float
    right: float
    bottom: float


def head_of(face: tuple[float, float, float, float]) -> Head:
    """The head around the box of a face: left, top, right, bottom."""
    left, top, right, bottom = face
    hair, ears = HAIR * (bottom - top), EARS * (right - left)
    return Head(left=left - ears, top=top - hair, right=right + ears, bottom=bottom)


def window(width: int, height: int, head: Head, aspect: float, *, down_to: float = 0.0) -> Window:
    """The largest window of this aspect within the portrait, or the smallest beyond it with room for the head.

    It shows the portrait down to this height at least.
    """
    wide = min(width, height * aspect)
    tall = wide / aspect
    head_width, head_height = head.right - head.left, head.bottom - head.top
    wanted = max(head_width * (1 + 2 * BESIDE) / wide, head_height * (1 + ABOVE + BELOW) / tall, 1.0)
    wanted = max(wanted, min(height, (down_to - head.top) / (1 - HEADROOM)) / tall)
    wide, tall = wide * wanted, tall * wanted
    left = (head.left + head.right) / 2 - wide / 2
    left = min(max(left, min(0.0, width - wide)), max(0.0, width - wide))
    top = head.top - max(HEADROOM * tall, ABOVE * head_height)
    top = min(max(top, min(0.0, height - tall)), height - tall)
    return Window(left=left, top=top, width=wide, height=tall)


def close_up(width: int, height: int, head: Head, aspect: float) -> Window:
    """The window of this aspect with the head and little else: for a small picture."""
    tall = (head.bottom - head.top) * CLOSE
    tall = min(max(tall, (head.right - head.left) * CLOSE / aspect), height)
    wide = tall * aspect
    left = (head.left + head.right) / 2 - wide / 2
    left = min(max(left, min(0.0, width - wide)), max(0.0, width - wide))
    return Window(left=left, top=min(max(0.0, head.top - CLOSE_ABOVE * tall), height - tall), width=wide, height=tall)
