"""A video that can be played while its pieces are still being drawn: encoded pictures and their sound in, a fragmented
MP4 out. The pictures are not encoded again."""

from pathlib import Path

import ffmpeg as graph

from avatars.media.ffmpeg.encoder import AUDIO_BITS, Picture, Shape
from avatars.media.ffmpeg.fragment_sink import MOVFLAGS, FragmentSink, Listener, unheard
from avatars.media.ffmpeg.processes import compiled, failed, run, source

LATE = 10
"""Seconds by which all pieces are late on their way. MPEG-TS would move the first, whose times begin below 0, and no
other; the reader begins at the first picture."""

PROBED = 2048
"""Bytes that are read before the first piece is passed on: there is one track, of which all is known."""


class SpliceSink(FragmentSink):
    """As `FragmentSink`, of video files that were encoded alike. The sound of each comes before it, by `hear`.

    They travel as MPEG-TS, of which one may follow another in a pipe.
    """

    def __init__(self, path: Path, shape: Shape, *, rate: int, tag: str = "", part: Listener = unheard) -> None:
        super().__init__(path, shape, stamp=_unstamped, rate=rate, tag=tag, part=part)
        self._command = _command(self._ear, rate, tag)

    def add(self, piece: Path, frames: int) -> None:
        """The next piece, of so many frames. Raises as `write` does."""
        began = LATE + self.written / self.shape.fps
        options = {"c": "copy", "muxdelay": 0, "muxpreload": 0, "avoid_negative_ts": "disabled"}
        # The counters of its packets begin anew in each.
        options |= {"format": "mpegts", "mpegts_flags": "+initial_discontinuity", "output_ts_offset": f"{began:.6f}"}
        data = run(graph.output(source(piece).video, "pipe:", **options))
        try:
            self._pipe.write(data)
            self._pipe.flush()
        except OSError as error:
            self._drain()
            raise failed(self._process, self._errors) from error
        self.written += frames


def _unstamped(_frame: Picture, _number: int) -> None:
    """Encoded frames are not stamped again."""


def _command(ear: int, rate: int, tag: str) -> list[str]:
    picture = graph.input("pipe:", format="mpegts", probesize=PROBED, analyzeduration=0)
    sound = graph.input(f"pipe:{ear}", format="s16le", ar=rate, ac=1)
    options = {"vcodec": "copy", "acodec": "aac", "audio_bitrate": AUDIO_BITS, "format": "mp4"}
    options |= {"movflags": MOVFLAGS, "flush_packets": 1}
    options |= {"metadata": tag} if tag else {}
    return compiled(graph.output(picture.video, sound.audio, "pipe:1", **options))
