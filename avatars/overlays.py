"""What is drawn over every frame of a film, in this order: captions, and the AI mark above all."""

from avatars.captions import Cue
from avatars.engines.base import Picture
from avatars.framing.boxes import Box
from avatars.framing.scene import Captions, Scene
from avatars.label import Mark
from avatars.subtitles import Subtitles


class Overlays:
    """For frames of (width, height). There is no way to have it without the mark, nor anything that covers that."""

    def __init__(self, scene: Scene, cues: list[Cue], size: tuple[int, int], *, fps: int) -> None:
        self._mark = Mark(*size)
        self._subtitles = None
        if scene.captions is not Captions.OFF:
            self._subtitles = Subtitles(cues, size, fps=fps, karaoke=scene.captions is Captions.KARAOKE)

    @property
    def covered(self) -> tuple[Box, ...]:
        """Where it may draw at any time."""
        boxes = [self._mark.box] + ([self._subtitles.box] if self._subtitles else [])
        return tuple(box for box in boxes if box.width and box.height)

    def draw(self, frame: Picture, number: int) -> None:
        """Draw it all on this frame."""
        if self._subtitles is not None:
            self._subtitles.draw(frame, number)
        self._mark.draw(frame, number)
