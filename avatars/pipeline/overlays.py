"""The overlays of a video's frames, in drawing order: a logo, captions, and the AI mark above all."""

from collections.abc import Sequence

from avatars.ai_label.video_label import Mark
from avatars.captions.burn_in import CaptionPainter
from avatars.captions.srt import Cue
from avatars.engines.base import Picture
from avatars.framing import logos
from avatars.framing.boxes import Box
from avatars.framing.scene import Captions, Scene


class Overlays:
    """For frames of (width, height). The mark cannot be left out, and nothing covers it.

    Captions in the `second` language, if there are any, stand below the others in all frames of the shot. The first
    `before` frames, and the frames after the next `count`, belong to clips: they carry the mark alone. A count that is
    not known yet comes by `set_frame_count`, later captions by `add_caption`.
    """

    def __init__(
        self,
        scene: Scene,
        cues: list[Cue],
        size: tuple[int, int],
        *,
        fps: int,
        count: int | None = None,
        before: int = 0,
        second: Sequence[Cue] | None = None,
    ) -> None:
        self._mark = Mark(*size)
        self._before, self._count = before, count
        self._logo = logos.Stamp(scene.logo, size, self._mark.box) if scene.logo is not None else None
        self._captions, self._second = None, None
        if scene.captions is not Captions.OFF:
            floor = None
            if self._logo is not None and self._logo.box.y > size[1] / 2:
                floor = self._logo.box.y - self._mark.y // 2
            if second is not None:
                self._second = CaptionPainter(second, size, fps=fps, karaoke=False, floor=floor, second=True)
                floor = self._second.above
            karaoke = scene.captions is Captions.KARAOKE
            self._captions = CaptionPainter(cues, size, fps=fps, karaoke=karaoke, floor=floor)

    def add_caption(self, cue: Cue) -> None:
        """Add a caption after the present ones."""
        if self._captions is not None:
            self._captions.add(cue)

    def set_frame_count(self, count: int) -> None:
        """Set how many frames the shot had."""
        self._count = count

    @property
    def covered(self) -> tuple[Box, ...]:
        """The box in which it may draw at any time."""
        drawn = (self._mark, self._logo, self._captions, self._second)
        boxes = [each.box for each in drawn if each is not None]
        return tuple(box for box in boxes if box.width and box.height)

    def draw(self, frame: Picture, number: int) -> None:
        """Draw it all on this frame."""
        if number >= self._before and (self._count is None or number - self._before < self._count):
            if self._logo is not None:
                self._logo.draw(frame)
            for painter in (self._captions, self._second):
                if painter is not None:
                    painter.draw(frame, number - self._before)
        self._mark.draw(frame, number)
