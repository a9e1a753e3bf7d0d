"""Rectangles of a video's frames."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Box:
    """Left upper corner and sides, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def place(self) -> tuple[slice, slice]:
        """Its slices in an array of (height, width)."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    def within(self, other: "Box") -> "Box | None":
        """The part that lies in another box, in pixels of that; None where it lies beside it."""
        left, top = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        if right <= left or bottom <= top:
            return None
        return Box(x=left - other.x, y=top - other.y, width=right - left, height=bottom - top)
