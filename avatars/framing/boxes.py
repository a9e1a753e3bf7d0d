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
        """Where it is in an array of (height, width)."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)
