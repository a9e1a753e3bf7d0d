"""What the scenes of a video are: values that cross processes. Knows no pixels, so that rows may name them."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

COLOUR, ACCENT = "#eef1f6", "#1f6feb"


class Layout(StrEnum):
    """Where the digital human stands."""

    HUMAN = "human"
    HUMAN_RIGHT = "human_right"
    HUMAN_LEFT = "human_left"
    CORNER = "corner"

    @property
    def has_slide(self) -> bool:
        return self is not Layout.HUMAN


@dataclass(frozen=True, kw_only=True)
class Pointing:
    """A place on a slide, `x` and `y` in per cent of it, that is pointed to from the place `offset` of the text on."""

    offset: int
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class SceneSpec:
    """A scene, which begins at the place `begin` of the text. `name` and `role` are its lower third."""

    begin: int
    layout: Layout
    slide: Path | None = None
    pointings: tuple[Pointing, ...] = ()
    name: str = ""
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class Deck:
    """The scenes of a video, in their order, on a background of this `colour`; what is drawn over them has `accent`.

    `music` is heard under the speech.
    """

    scenes: tuple[SceneSpec, ...]
    colour: str = COLOUR
    accent: str = ACCENT
    music: Path | None = None

    @property
    def cuts(self) -> tuple[int, ...]:
        """Where the scenes begin."""
        return tuple(scene.begin for scene in self.scenes)
