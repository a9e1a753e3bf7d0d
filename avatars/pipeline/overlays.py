"""What is drawn over the frames of a film, in this order: a logo, captions, and the AI mark above all."""

from avatars.ai_label.video_label import Mark
from avatars.captions.burn_in import Subtitles
from avatars.captions.srt import Cue
from avatars.engines.base import Picture
from avatars.framing import logos
from avatars.framing.boxes import Box
from avatars.framing.scene import Captions, Scene


class Overlays:
    """For frames of (width, height). There is no way to have it without the mark, nor anything that covers that.

    The first `before` frames, and those after the next `count`, are of a clip: they carry the mark alone. Where
    it is not known yet how many those are, `end` tells; captions that come later are added by `caption`.
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
    ) -> None:
        self._mark = Mark(*size)
        self._before, self._count = before, count
        self._logo = logos.Stamp(scene.logo, size, self._mark.box) if scene.logo is not None else None
        self._subtitles = None
        if scene.captions is not Captions.OFF:
            floor = None
            if self._logo is not None and self._logo.box.y > size[1] / 2:
                floor = self._logo.box.y - self._mark.y // 2
            karaoke = scene.captions is Captions.KARAOKE
            self._subtitles = Subtitles(cues, size, fps=fps, karaoke=karaoke, floor=floor)

    def caption(self, cue: Cue) -> None:
        """One more caption, after those that there are."""
        if self._subtitles is not None:
            self._subtitles.add(cue)

    def end(self, count: int) -> None:
        """The shot had so many frames."""
        self._count = count

    @property
    def covered(self) -> tuple[Box, ...]:
        """Where it may draw at any time."""
        boxes = [each.box for each in (self._mark, self._logo, self._subtitles) if each is not None]
        return tuple(box for box in boxes if box.width and box.height)

    def draw(self, frame: Picture, number: int) -> None:
        """Draw it all on this frame."""
        if number >= self._before and (self._count is None or number - self._before < self._count):
            if self._logo is not None:
                self._logo.draw(frame)
            if self._subtitles is not None:
                self._subtitles.draw(frame, number - self._before)
        self._mark.draw(frame, number)
