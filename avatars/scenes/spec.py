"""The scenes of a video as values that cross processes. Knows no pixels, so that rows may name them."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from avatars.speech.text.speaking_style import Mood

COLOUR, ACCENT = "#eef1f6", "#1f6feb"


class Layout(StrEnum):
    """The place of the digital human."""

    HUMAN = "human"
    HUMAN_RIGHT = "human_right"
    HUMAN_LEFT = "human_left"
    CORNER = "corner"
    DIALOGUE = "dialogue"
    DIALOGUE_SLIDE = "dialogue_slide"

    @property
    def has_slide(self) -> bool:
        return self not in (Layout.HUMAN, Layout.DIALOGUE)

    @property
    def has_two(self) -> bool:
        """Whether both digital humans of a dialogue are in the picture."""
        return self in (Layout.DIALOGUE, Layout.DIALOGUE_SLIDE)


@dataclass(frozen=True, kw_only=True)
class Partner:
    """The second digital human of a dialogue, with the mood of its sentences without a mark, as `Manner` has it.

    `portrait` may be one frame of a `portrait_video`.
    """

    portrait: Path
    portrait_video: Path | None = None
    speech_engine: str
    voice: str
    speed: float = 1.0
    mood: Mood = Mood.NEUTRAL
    automatic_mood: bool = False


@dataclass(frozen=True, kw_only=True)
class Pointing:
    """A place on a slide, `x` and `y` in per cent of it, that is pointed to from the place `offset` of the text on."""

    offset: int
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class SceneSpec:
    """A scene, or one line of a dialogue, which begins at the place `begin` of the text.

    `name` and `role` are its lower third; its `translation` is shown in captions only. The `speaker` is 0, or 1 for the
    partner; where only one is in the picture, it is the speaker.
    """

    begin: int
    layout: Layout
    slide: Path | None = None
    pointings: tuple[Pointing, ...] = ()
    name: str = ""
    role: str = ""
    translation: str = ""
    speaker: int = 0

    @property
    def people(self) -> tuple[int, ...]:
        return (0, 1) if self.layout.has_two else (self.speaker,)


@dataclass(frozen=True, kw_only=True)
class Deck:
    """The scenes of a video, in their order, on a background of this `colour`; drawings over them have `accent`.

    `music` is heard under the speech. The `partner` speaks the lines of speaker 1.
    """

    scenes: tuple[SceneSpec, ...]
    colour: str = COLOUR
    accent: str = ACCENT
    music: Path | None = None
    partner: Partner | None = None

    @property
    def cuts(self) -> tuple[int, ...]:
        """The places in the text at which scenes begin."""
        return tuple(scene.begin for scene in self.scenes)

    @property
    def is_translated(self) -> bool:
        """Whether its captions are in both languages."""
        return any(scene.translation for scene in self.scenes)

    @property
    def translations(self) -> tuple[tuple[int, str], ...]:
        """The begin of each scene in the text, with its translation; () where captions are in one language."""
        return tuple((scene.begin, scene.translation) for scene in self.scenes) if self.is_translated else ()
