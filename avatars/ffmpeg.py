"""Every encode and decode: ffmpeg-python's graphs, run with the pinned wheel's binary as a process of its own."""

import contextlib
import ctypes
import errno
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Any, Self

import ffmpeg
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import Interrupted, OutputError

CRF = 20
AUDIO_BITS = 96_000
MOST_VIDEO_BITS = 12_000_000
LEAST_VIDEO_BITS = 60_000
KEYFRAME_SECONDS = 2
OVERHEAD = 0.97
PIPE_BYTES = 1024 * 1024
SET_PIPE_SIZE = 1031
DEATH_SIGNAL = 1
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
DISK_FULL = tuple(os.strerror(code) for code in FULL)
WHITELIST = "file,pipe"
STEADY_FPS = 30
AS_THEY_WERE = {
    "acodec": "aac",
    "audio_bitrate": AUDIO_BITS,
    "ac": 2,
    "map_metadata": 0,
    "movflags": "use_metadata_tags+faststart",
}
# Players take untagged video for BT.601 or BT.709 as they please; we convert to BT.709 and say so.
COLOURS = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

# As in engines.base, which knows more than an encoder needs to.
Picture = NDArray[np.uint8]
# Draws on a frame, of which it is told the number.
Stamp = Callable[[Picture, int], object]
WAITING = 4


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a film is to be: even sides in pixels, and `limit`, the size in bytes that it must not exceed."""

    width: int
    height: int
    fps: int
    frames: int
    limit: int

    @property
    def video_bits(self) -> int:
        """Bits per second that keep a film of this length within its limit."""
        seconds = max(self.frames / self.fps, 0.1)
        room = int(self.limit * 8 * OVERHEAD / seconds) - AUDIO_BITS
        if room < LEAST_VIDEO_BITS:
            raise OutputError("The text is too long for one video.", code="too_long", remedy="Split it.")
        return min(room, MOST_VIDEO_BITS)


def die_with_parent() -> None:
    """Called in a new process on Linux: it is killed when the one that started it ends, however that ends."""
    if LIBC is not None:
        LIBC.prctl(DEATH_SIGNAL, signal.SIGKILL)


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
        self._process, self._errors = self._stack.enter_context(_process(self._command, stdin=subprocess.PIPE))
        assert self._process.stdin is not None
        self._pipe = self._process.stdin
        if sys.platform == "linux":
            _widen(self._pipe.fileno())
        self._feeder = threading.Thread(target=self._feed, daemon=True)
        self._feeder.start()
        return self

    def write(self, frame: Picture) -> None:
        expected = (self.shape.height, self.shape.width, 3)
        if frame.shape != expected or frame.dtype != np.uint8:
            raise OutputError(f"A frame is {frame.shape}, not {expected}.", code="frame_shape")
        canvas = self._free.get()
        if self._fault is not None:
            raise _failed(self._process, self._errors) from self._fault
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
                if self._process.wait() != 0 or self._fault is not None:
                    raise _failed(self._process, self._errors)
                done = True
        finally:
            if not done:
                # The feeder may hang in a write that nobody reads.
                self._process.kill()
                self._stop()
            self._stack.close()
            if not done:
                self.path.unlink(missing_ok=True)

    def _stop(self) -> None:
        self._waiting.put(None)
        self._feeder.join()

    def _feed(self) -> None:
        while (canvas := self._waiting.get()) is not None:
            if self._fault is None:
                try:
                    self._pipe.write(canvas.data.cast("B"))
                except OSError as error:
                    self._fault = error
            self._free.put(canvas)


def mux(picture: Path, sound: Path, to: Path) -> None:
    """A film of the picture of one file and the sound of another, which is encoded."""
    run(
        ffmpeg.output(
            source(picture).video, source(sound).audio, str(to), vcodec="copy", acodec="aac", audio_bitrate=AUDIO_BITS
        )
    )


def run(stream: Any) -> bytes:
    """Run a graph of ffmpeg-python to its end and return what it wrote to its pipe. Raises `OutputError`."""
    with _process(_compiled(stream), stdin=subprocess.DEVNULL) as (process, errors):
        assert process.stdout is not None
        output = process.stdout.read()
        if process.wait() != 0:
            raise _failed(process, errors)
    return output


def source(path: Path, **options: Any) -> Any:
    """An input of a graph that can open files and nothing else."""
    return ffmpeg.input(str(path), protocol_whitelist=WHITELIST, **options)


def frames(
    path: Path,
    size: tuple[int, int],
    *,
    seconds: float | None = None,
    grey: bool = False,
    crop: str = "",
    fps: int | None = None,
) -> Iterator[Picture]:
    """Decode to RGB (height, width, 3) or grey (height, width), cut by `crop` (w:h:x:y), scaled to `size` (w, h).

    With `fps` frames are doubled or left out, so that there are so many in a second; else they come as they are.
    """
    width, height = size
    scale = f"scale={width}:{height}:flags=area" + ("" if grey else ":in_color_matrix=bt709")
    steady = f"fps={fps}:start_time=0:round=near," if fps else ""
    filters = steady + (f"crop={crop},{scale}" if crop else scale)
    limits = {} if seconds is None else {"t": seconds}
    stream = ffmpeg.output(
        source(path, **limits).video,
        "pipe:",
        format="rawvideo",
        vf=filters,
        pix_fmt="gray" if grey else "rgb24",
        fps_mode="passthrough",
    )
    yield from raw(stream, (height, width) if grey else (height, width, 3))


def frames_and_piece(
    path: Path, size: tuple[int, int], piece: tuple[int, int, int, int]
) -> Iterator[tuple[Picture, Picture]]:
    """Decode to grey, each frame twice: scaled to `size` (w, h), and the `piece` (x, y, w, h) of it as it is."""
    (width, height), (left, top, across, down) = size, piece
    wide = max(width, across)
    parts = source(path).video.filter_multi_output("split")
    whole = parts[0].filter("scale", width, height, flags="area").filter("format", "gray").filter("pad", wide, height)
    cut = parts[1].filter("crop", across, down, left, top, exact=1).filter("format", "gray").filter("pad", wide, down)
    both = ffmpeg.filter([whole, cut], "vstack")
    stream = ffmpeg.output(both, "pipe:", format="rawvideo", pix_fmt="gray", fps_mode="passthrough")
    for frame in raw(stream, (height + down, wide)):
        yield frame[:height, :width], frame[height:, :across]


def raw(stream: Any, shape: tuple[int, ...]) -> Iterator[Picture]:
    """What a graph writes to its pipe, in arrays of this shape."""
    length = int(np.prod(shape))
    with _process(_compiled(stream), stdin=subprocess.DEVNULL) as (process, errors):
        assert process.stdout is not None
        while len(data := process.stdout.read(length)) == length:
            yield np.frombuffer(data, np.uint8).reshape(shape)
        if process.wait() != 0:
            raise _failed(process, errors)


def samples(path: Path, rate: int, *, seconds: float | None = None) -> NDArray[np.float32]:
    """The sound of a film, mono float32 of shape (n,) in -1..1; of its first `seconds` where they are given."""
    limits = {} if seconds is None else {"t": seconds}
    data = run(ffmpeg.output(source(path, **limits).audio, "pipe:", format="f32le", ac=1, ar=rate))
    return np.frombuffer(data, "<f4")


def poster(path: Path, to: Path, *, at: float = 0.0) -> None:
    """Write the frame at `at` seconds as a JPEG; of a labelled film, so that the picture is labelled too."""
    picture = source(path, ss=f"{at:.3f}").video
    # Films are BT.709 of limited range, JPEGs are BT.601 of full range.
    colours = "scale=in_range=tv:out_range=pc:in_color_matrix=bt709:out_color_matrix=bt601,format=yuvj420p"
    data = run(
        ffmpeg.output(picture, "pipe:", format="image2pipe", vcodec="mjpeg", vframes=1, vf=colours, **{"q:v": 3})
    )
    to.write_bytes(data)


def sheet(path: Path, seconds: float, *, columns: int, rows: int, height: int = 180) -> bytes:
    """Pictures taken at equal distances along a film of so many seconds, in rows, as one JPEG."""
    count = columns * rows
    # Of a long film the pictures that stand by themselves are enough, and all that has to be decoded.
    sparing = {"skip_frame": "nokey"} if seconds > 2 * KEYFRAME_SECONDS * count else {}
    pace = f"fps={count}/{max(seconds, 0.1):.3f}:start_time=0,scale=-2:{height}"
    colours = "scale=in_range=tv:out_range=pc:in_color_matrix=bt709:out_color_matrix=bt601,format=yuvj420p"
    shown = f"{pace},{colours},tile={columns}x{rows}"
    options = {"format": "image2pipe", "vcodec": "mjpeg", "vframes": 1, "vf": shown, "q:v": 4}
    return run(ffmpeg.output(source(path, **sparing).video, "pipe:", **options))


def shrink(path: Path, to: Path, shape: Shape) -> None:
    """Encode again in two passes to exactly the size that the limit allows, sound untouched."""
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        video = {"vcodec": "libx264", "preset": "veryfast", "pix_fmt": "yuv420p", "video_bitrate": shape.video_bits}
        video |= {"passlogfile": str(Path(folder) / "pass"), "threads": threads(), **COLOURS}
        run(ffmpeg.output(source(path).video, "pipe:", format="null", **{**video, "pass": 1}))
        film = source(path)
        rest = {"acodec": "copy", "movflags": "+faststart", "pass": 2}
        run(ffmpeg.output(film.video, film.audio, str(to), **{**video, **rest}).overwrite_output())


def convert(path: Path, to: Path, shape: Shape, *, scale: float, time_limit: int) -> None:
    """Encode what anybody may have brought, in two passes to the size that the limit allows.

    Its sides are multiplied by `scale`, the way it is held is made upright, its metadata are kept, and so is silence.
    It may take `time_limit` seconds of a processor. Raises `OutputError`.
    """
    sides = f"scale=max(2\\,trunc(iw*{scale:.4f}/2)*2):max(2\\,trunc(ih*{scale:.4f}/2)*2)"
    rate = min(shape.fps, STEADY_FPS)
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        video = {"vcodec": "libx264", "preset": "veryfast", "video_bitrate": shape.video_bits, "threads": threads()}
        video |= {"vf": f"{sides},fps={rate},format=yuv420p", "passlogfile": str(Path(folder) / "pass")}
        film = source(path)
        for number, target in ((1, "pipe:"), (2, str(to))):
            rest: dict[str, Any] = {"format": "null", "an": None} if number == 1 else AS_THEY_WERE
            inputs = [film["v:0"]] if number == 1 else [film["v:0"], film["a:0?"]]
            stream = ffmpeg.output(*inputs, target, **{**video, **rest, "pass": number})
            run(stream.global_args("-timelimit", str(time_limit)))


def threads() -> int:
    """Enough for one film: more only takes memory and time from what else runs here."""
    return max(1, min(4, os.cpu_count() or 1))


def _encode(path: Path, shape: Shape, sound: Path | None) -> list[str]:
    bits = shape.video_bits
    pictures = ffmpeg.input(
        "pipe:", format="rawvideo", pix_fmt="rgb24", s=f"{shape.width}x{shape.height}", framerate=shape.fps
    )
    options: dict[str, Any] = {
        "vf": "scale=in_range=pc:out_range=tv:out_color_matrix=bt709,format=yuv420p",
        "vcodec": "libx264",
        "preset": "veryfast",
        "crf": CRF,
        "maxrate": bits,
        "bufsize": bits,
        "g": shape.fps * KEYFRAME_SECONDS,
        "threads": threads(),
        "movflags": "+faststart",
        **COLOURS,
    }
    if sound is None:
        return _compiled(ffmpeg.output(pictures.video, str(path), **options))
    heard = source(sound).audio
    return _compiled(ffmpeg.output(pictures.video, heard, str(path), **options, acodec="aac", audio_bitrate=AUDIO_BITS))


def _compiled(stream: Any) -> list[str]:
    quiet = stream.global_args("-hide_banner", "-loglevel", "error").overwrite_output()
    command: list[str] = quiet.compile(cmd=imageio_ffmpeg.get_ffmpeg_exe())
    return command


@contextlib.contextmanager
def _process(command: list[str], *, stdin: int) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """A running ffmpeg and the file of its complaints; killed when the context ends before it does."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call, resolved before the fork
        )
        try:
            yield process, errors
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()


def disk_full() -> OutputError:
    """The refusal of what has no room to be written."""
    remedy = "Free some space where OpenUser works, then make it again."
    return OutputError("The disk is full.", code="disk_full", remedy=remedy)


def _failed(process: subprocess.Popen[bytes], errors: IO[bytes]) -> OutputError:
    """What went wrong, in ffmpeg's own words where it had time for them."""
    code = process.wait()
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines()
    if any(words in line for line in lines for words in DISK_FULL):
        return disk_full()
    if code < 0:
        return Interrupted("ffmpeg was killed.", code="encode_killed", remedy="It is tried again.")
    return OutputError(f"ffmpeg failed: {lines[-1] if lines else 'it said nothing'}.", code="encode_failed")


def _widen(pipe: int) -> None:
    """A frame is larger than a pipe's 64 KiB; a wider one saves most of the switches between the two processes."""
    import fcntl

    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe, SET_PIPE_SIZE, PIPE_BYTES)
