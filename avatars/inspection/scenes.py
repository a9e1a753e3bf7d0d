"""Each frame of a video of scenes: it must decode and carry the AI mark, and the digital human must move as it speaks.

The rest of a scene may stand still, so only the boxes of its people are looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from avatars.ai_label import video_label
from avatars.engines.base import Picture
from avatars.framing.boxes import Box
from avatars.inspection import lip_sync
from avatars.inspection.expectations import Expected, Report, wrong
from avatars.inspection.picture import Eye, decoded_size
from avatars.media import ffmpeg


@dataclass(frozen=True, kw_only=True)
class Take:
    """The expected picture in the `box` of a video from its frame `first` on."""

    first: int
    box: Box
    expected: Expected


class _Viewer:
    """Looks at the frames of one take."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._size = decoded_size(take.box.width, take.box.height)
        self._eye, self._mouth = Eye(take.expected, self._size), lip_sync.Mouth(take.expected)

    def see(self, frame: Picture, number: int) -> None:
        """Look at this frame of the video, in grey. Raises `OutputError`."""
        number -= self._take.first
        cut = Image.fromarray(frame[self._take.box.place])
        small = np.asarray(cut.resize(self._size, Image.Resampling.BOX) if cut.size != self._size else cut)
        self._eye.see(small, number)
        self._mouth.see(small, number)

    def ends(self, decoded: int) -> bool:
        """Whether the take is over after so many frames; raises `OutputError` for one that is not as it should be."""
        if decoded < self._take.first + self._take.expected.shot.frame_count:
            return False
        self._eye.judge()
        self._mouth.judge()
        return True


def check_scenes(path: Path, expected: Expected, takes: Sequence[Take], report: Report) -> None:
    """Decode every frame and look at it. Raises `OutputError`."""
    height, width = expected.shot.portrait.shape[:2]
    mark = video_label.Mark(width, height)
    waiting, decoded = list(takes), 0
    viewers: list[_Viewer] = []
    for frame in ffmpeg.frames(path, (width, height), grey=True):
        if mark.likeness(frame[mark.box.place]) < video_label.LIKENESS:
            raise video_label.unlabelled(video_label.missing_mark(decoded, expected.shot.fps))
        while waiting and decoded == waiting[0].first:
            viewers.append(_Viewer(waiting.pop(0)))
        for viewer in viewers:
            viewer.see(frame, decoded)
        decoded += 1
        viewers = [viewer for viewer in viewers if not viewer.ends(decoded)]
        report(0.2 + 0.7 * decoded / expected.frames)
    if decoded != expected.frames or waiting or viewers:
        raise wrong("undecodable", f"only {decoded} of {expected.frames} frames can be decoded")
