"""The index of a stream, the parts of a video that are shown while it is made, as `Render.stream_index` stores it."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class StreamState(StrEnum):
    """The outcome of a stream. Only the first two are shown.

    OPEN: more will come. ENDED: complete, and equal to the finished video. RESIZED: the finished video was encoded
    again, being too large. DIFFERS: the finished video differs from the stream.
    """

    OPEN = "open"
    ENDED = "ended"
    RESIZED = "resized"
    DIFFERS = "differs"


@dataclass(frozen=True, kw_only=True)
class StreamIndex:
    """The codecs, the seconds of each fragment, the state, and the file of the poster.

    Without codecs, there is a poster only.
    """

    codecs: str = ""
    seconds: tuple[float, ...] = ()
    state: StreamState = StreamState.OPEN
    poster: str = ""

    @property
    def is_shown(self) -> bool:
        return self.state in (StreamState.OPEN, StreamState.ENDED)

    def entry(self) -> dict[str, Any]:
        """The value for the row."""
        return {**asdict(self), "seconds": list(self.seconds), "state": self.state.value}


def stream_index(entry: dict[str, Any]) -> StreamIndex | None:
    """The index in a row; None where there is none."""
    if not entry:
        return None
    seconds, state = tuple(entry["seconds"]), StreamState(entry["state"])
    return StreamIndex(codecs=entry["codecs"], seconds=seconds, state=state, poster=entry.get("poster", ""))
