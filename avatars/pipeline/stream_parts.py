"""A video that is shown while it is made: its parts as files, each labelled, for whom shows them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from avatars.ai_label import fragment_label
from avatars.ai_label.video_label import Origin
from avatars.media import fragmented_mp4


@dataclass(frozen=True, kw_only=True)
class StreamPart:
    """A file of a stream: number 0 is its beginning, with its codecs; each other shows so many seconds."""

    number: int
    path: Path
    seconds: float = 0.0
    codecs: str = ""


Publish = Callable[[StreamPart], None]


class PartWriter:
    """Writes the parts of one video to `folder`, and has each published."""

    def __init__(self, folder: Path, origin: Origin, *, fps: int, publish: Publish) -> None:
        self._folder, self._origin, self._fps, self._publish = folder, origin, fps, publish
        self._number = 0

    def write(self, part: fragmented_mp4.Part) -> None:
        """Label and publish the next part."""
        path = self._folder / f"{self._number:05}.part"
        if self._number == 0:
            path.write_bytes(part.data)
            found = StreamPart(number=0, path=path, codecs=fragmented_mp4.codecs(part.data))
        else:
            path.write_bytes(fragment_label.labelled(part.data, self._origin))
            found = StreamPart(number=self._number, path=path, seconds=part.frames / self._fps)
        self._number += 1
        self._publish(found)
