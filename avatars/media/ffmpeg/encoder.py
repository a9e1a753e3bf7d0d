"""Videos written: frames and sound in, MP4 out, within a size."""

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Any, Self

import ffmpeg as graph
import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import OutputError
from avatars.media import mp4
from avatars.media.ffmpeg.processes import compiled, failed, run, running, source, threads

CRF = 20  # x264's quality, 0 to 51: less is better and larger; a size limit comes on top
AUDIO_BITS = 96_000  # a second, AAC
MOST_VIDEO_BITS = 12_000_000  # a second: short videos are not blown up to their limit
LEAST_VIDEO_BITS = 60_000  # a second: with fewer, a video counts as too long for its limit
KEYFRAME_SECONDS = 4
"""At most. In a portrait that speaks, a keyframe every 2 s took a third of all bits."""

OVERHEAD = 0.98  # of the limit: the rest is for the container
BESIDE_BITS = 100_000
"""A second, beside the picture: the sound, and an index of 25 bytes a frame. AAC may take a tenth more than that."""

TAG_BYTES = 4096
"""Room for the metadata, which are written after the video has its size."""

TRIES = 3  # encodings, each with fewer bits, until the file is within its limit
PRECISION = 0.995
"""Two passes come so near to the size that was asked of them."""

PIPE_BYTES = 1024 * 1024  # bytes, Linux' usual maximum: at 64 kB a frame takes many writes
SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ of fcntl(2), which the module `fcntl` names only since Python 3.10 on Linux
STEADY_FPS = 30  # frames a second at most of a video that is made smaller: more frames would share the same bits
AS_THEY_WERE = {
    "acodec": "aac",
    "audio_bitrate": AUDIO_BITS,
    "ac": 2,
    "map_metadata": 0,
    "movflags": "use_metadata_tags+faststart",
}
"""The upload's sound and tags: only the second pass writes them."""
# Players take untagged video for BT.601 or BT.709 as they please; we convert to BT.709 and say so.
COLOURS = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}

# As in engines.base, which knows more than an encoder needs to.
Picture = NDArray[np.uint8]
# Draws on a frame, of which it is told the number.
Stamp = Callable[[Picture, int], object]
WAITING = 4  # frames between drawing and encoding: evens out both, at one frame of memory each


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The shape of a video: even sides in pixels, and `limit`, the size in bytes that it must not exceed."""

    width: int
    height: int
    fps: int
    frames: int
    limit: int

    @property
    def video_bits(self) -> int:
        """Bits per second that keep a video of this length within its limit."""
        seconds = max(self.frames / self.fps, 0.1)
        room = int(self.limit * 8 * OVERHEAD / seconds) - BESIDE_BITS
        if room < LEAST_VIDEO_BITS:
            raise too_long()
        return min(room, MOST_VIDEO_BITS)

    def within(self) -> "Shape":
        """The same, but no longer than can be: for a length that is not known yet."""
        return replace(self, frames=min(self.frames, int(self.longest * self.fps)))

    @property
    def longest(self) -> float:
        """Seconds of a video that just keeps within this limit."""
        return self.limit * 8 * OVERHEAD / (BESIDE_BITS + LEAST_VIDEO_BITS)


def fits(path: Path, limit: int) -> bool:
    """Whether a video is within its limit, with its metadata."""
    return path.stat().st_size + TAG_BYTES <= limit


def too_long() -> OutputError:
    """The refusal of a video that would look too poor within its limit."""
    return OutputError("The text is too long for one video.", code="too_long", remedy="Split it.")


def too_large(limit: int) -> OutputError:
    """The refusal of a video that needs more bytes than its limit with any settings of the encoder."""
    message = f"The video does not fit into {limit / 1024**2:.1f} MB."
    return OutputError(message, code="video_too_large", remedy="Split the text, or raise OPENUSER_RENDER_MAX_MB.")


class FrameSink:
    """A context that takes frames and leaves an H.264 MP4 at `path`, or nothing at all when it fails.

    `write` takes uint8 RGB of shape (height, width, 3), has `stamp` draw on a copy of it, and hands that to a thread
    that feeds ffmpeg; it blocks while `WAITING` frames wait there, so memory stays bounded. With `sound` there is AAC
    beside it; without, `mux` adds it. Raises `OutputError` with ffmpeg's own words, `Interrupted` where it was killed.
    """

    def __init__(self, path: Path, shape: Shape, *, stamp: Stamp, sound: Path | None = None) -> None:
        self.path = path
        self.shape = shape
        self.written = 0
        self._stamp = stamp
        self._stack = contextlib.ExitStack()
        self._command = _encode(path, shape, sound)
        self._fault: OSError | None = None
        self._waiting: SimpleQueue[Picture | None] = SimpleQueue()
        self._free: SimpleQueue[Picture] = SimpleQueue()
        for _ in range(WAITING):
            self._free.put(np.empty((shape.height, shape.width, 3), np.uint8))

    def __enter__(self) -> Self:
        self._process, self._errors = self._stack.enter_context(self._running())
        assert self._process.stdin is not None
        self._pipe = self._process.stdin
        if sys.platform == "linux":
            _widen(self._pipe.fileno())
        self._feeder = threading.Thread(target=self._feed, daemon=True)
        self._feeder.start()
        return self

    def _running(self) -> AbstractContextManager[tuple[subprocess.Popen[bytes], IO[bytes]]]:
        return running(self._command, stdin=subprocess.PIPE)

    def write(self, frame: Picture) -> None:
        expected = (self.shape.height, self.shape.width, 3)
        if frame.shape != expected or frame.dtype != np.uint8:
            raise OutputError(f"A frame is {frame.shape}, not {expected}.", code="frame_shape")
        canvas = self._free.get()
        if self._fault is not None:
            raise failed(self._process, self._errors) from self._fault
        np.copyto(canvas, frame)
        self._stamp(canvas, self.written)
        self._waiting.put(canvas)
        self.written += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        done = False
        try:
            if kind is None:
                self._stop()
                with contextlib.suppress(BrokenPipeError):
                    self._pipe.close()
                self._drain()
                if self._process.wait() != 0 or self._fault is not None:
                    raise failed(self._process, self._errors)
                done = True
        finally:
            if not done:
                # The feeder may hang in a write without a reader.
                self._process.kill()
                self._stop()
                self._drain()
            self._stack.close()
            if not done:
                self.path.unlink(missing_ok=True)

    def _stop(self) -> None:
        self._waiting.put(None)
        self._feeder.join()

    def _drain(self) -> None:
        """Wait for the reader of the output, if there is one."""

    def _feed(self) -> None:
        while (canvas := self._waiting.get()) is not None:
            if self._fault is None:
                try:
                    self._pipe.write(canvas.data.cast("B"))
                except OSError as error:
                    self._fault = error
            self._free.put(canvas)


def remux(path: Path, to: Path) -> None:
    """The same picture and sound in a file whose index comes first; neither is encoded again."""
    run(graph.output(source(path).video, source(path).audio, str(to), c="copy", movflags="+faststart"))


def shrink(path: Path, to: Path, shape: Shape) -> None:
    """Encode again in two passes to the size that the limit allows, sound untouched.

    Raises `OutputError`: `too_long` where it would look too poor, `video_too_large` where it does not become so small.
    """
    picture = sum(size for _place, size in mp4.sample_places(path)[0])
    room = shape.limit - TAG_BYTES - (path.stat().st_size - picture)
    bits = int(room * 8 * PRECISION / max(shape.frames / shape.fps, 0.1))
    if bits < LEAST_VIDEO_BITS:
        raise too_long()
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        video = {"vcodec": "libx264", "preset": "veryfast", "pix_fmt": "yuv420p", "threads": threads(), **COLOURS}
        video |= {"passlogfile": str(Path(folder) / "pass")}
        first = {**video, "video_bitrate": bits, "pass": 1, "format": "null"}
        run(graph.output(source(path).video, "pipe:", **first))
        original = source(path)
        for _ in range(TRIES):
            second = {**video, "video_bitrate": bits, "pass": 2, "acodec": "copy", "movflags": "+faststart"}
            run(graph.output(original.video, original.audio, str(to), **second))
            if fits(to, shape.limit):
                return
            bits = max(1000, int(bits * PRECISION * room / sum(size for _place, size in mp4.sample_places(to)[0])))
    to.unlink()
    raise too_large(shape.limit)


def convert(path: Path, to: Path, shape: Shape, *, scale: float, time_limit: int) -> None:
    """Encode an uploaded video, in two passes to the size that the limit allows.

    Its sides are multiplied by `scale`, the way it is held is made upright, its metadata are kept, and so is silence.
    It may take `time_limit` seconds of a processor. Raises `OutputError`.
    """
    sides = f"scale=max(2\\,trunc(iw*{scale:.4f}/2)*2):max(2\\,trunc(ih*{scale:.4f}/2)*2)"
    rate = min(shape.fps, STEADY_FPS)
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        video = {"vcodec": "libx264", "preset": "veryfast", "video_bitrate": shape.video_bits, "threads": threads()}
        video |= {"vf": f"{sides},fps={rate},format=yuv420p", "passlogfile": str(Path(folder) / "pass")}
        original = source(path)
        for number, target in ((1, "pipe:"), (2, str(to))):
            rest: dict[str, Any] = {"format": "null", "an": None} if number == 1 else AS_THEY_WERE
            inputs = [original["v:0"]] if number == 1 else [original["v:0"], original["a:0?"]]
            stream = graph.output(*inputs, target, **{**video, **rest, "pass": number})
            run(stream.global_args("-timelimit", str(time_limit)))


def _encode(path: Path, shape: Shape, sound: Path | None) -> list[str]:
    pictures, options = pictures_in(shape), {**picture_options(shape), "movflags": "+faststart"}
    if sound is None:
        return compiled(graph.output(pictures.video, str(path), **options))
    heard = source(sound).audio
    return compiled(graph.output(pictures.video, heard, str(path), **options, acodec="aac", audio_bitrate=AUDIO_BITS))


def pictures_in(shape: Shape) -> Any:
    """The input of a graph that takes raw frames of this shape."""
    size = f"{shape.width}x{shape.height}"
    return graph.input("pipe:", format="rawvideo", pix_fmt="rgb24", s=size, framerate=shape.fps)


def picture_options(shape: Shape) -> dict[str, Any]:
    """The encoder's options for a picture of this shape."""
    bits = shape.video_bits
    return {
        "vf": "scale=in_range=pc:out_range=tv:out_color_matrix=bt709,format=yuv420p",
        "vcodec": "libx264",
        "preset": "veryfast",
        "crf": CRF,
        "maxrate": bits,
        "bufsize": bits,
        "g": shape.fps * KEYFRAME_SECONDS,
        "threads": threads(),
        **COLOURS,
    }


def _widen(pipe: int) -> None:
    """A frame is larger than a pipe's 64 KiB; a wider one saves most of the switches between the two processes."""
    import fcntl

    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe, SET_PIPE_SIZE, PIPE_BYTES)
