"""Videos read: their frames, their sound, and still pictures of them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ffmpeg as graph
import numpy as np
from numpy.typing import NDArray

from avatars.media.ffmpeg.encoder import KEYFRAME_SECONDS, Picture
from avatars.media.ffmpeg.processes import compiled, failed, run, running, source


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
    stream = graph.output(
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
    both = graph.filter([whole, cut], "vstack")
    stream = graph.output(both, "pipe:", format="rawvideo", pix_fmt="gray", fps_mode="passthrough")
    for frame in raw(stream, (height + down, wide)):
        yield frame[:height, :width], frame[height:, :across]


def raw(stream: Any, shape: tuple[int, ...]) -> Iterator[Picture]:
    """The output of a graph, in arrays of this shape."""
    length = int(np.prod(shape))
    with running(compiled(stream), stdin=subprocess.DEVNULL) as (process, errors):
        assert process.stdout is not None
        while len(data := process.stdout.read(length)) == length:
            yield np.frombuffer(data, np.uint8).reshape(shape)
        if process.wait() != 0:
            raise failed(process, errors)


def samples(path: Path, rate: int, *, seconds: float | None = None) -> NDArray[np.float32]:
    """The sound of a video, mono float32 of shape (n,) in -1..1; of its first `seconds` where they are given."""
    limits = {} if seconds is None else {"t": seconds}
    data = run(graph.output(source(path, **limits).audio, "pipe:", format="f32le", ac=1, ar=rate))
    return np.frombuffer(data, "<f4")


def sound_blocks(path: Path, rate: int, *, length: int) -> Iterator[NDArray[np.float32]]:
    """As `samples`, so many at a time; the last block has the remaining ones."""
    stream = graph.output(source(path).audio, "pipe:", format="f32le", ac=1, ar=rate)
    with running(compiled(stream), stdin=subprocess.DEVNULL) as (process, errors):
        assert process.stdout is not None
        while data := process.stdout.read(4 * length):
            yield np.frombuffer(data, "<f4")
        if process.wait() != 0:
            raise failed(process, errors)


def poster(path: Path, to: Path, *, at: float = 0.0) -> None:
    """Write the frame at `at` seconds as a JPEG; of a labelled video, so that the picture is labelled too."""
    picture = source(path, ss=f"{at:.3f}").video
    # Videos are BT.709 of limited range, JPEGs are BT.601 of full range.
    colours = "scale=in_range=tv:out_range=pc:in_color_matrix=bt709:out_color_matrix=bt601,format=yuvj420p"
    data = run(graph.output(picture, "pipe:", format="image2pipe", vcodec="mjpeg", vframes=1, vf=colours, **{"q:v": 3}))
    to.write_bytes(data)


def sheet(path: Path, seconds: float, *, columns: int, rows: int, height: int = 180) -> bytes:
    """Pictures taken at equal distances along a video of so many seconds, in rows, as one JPEG."""
    count = columns * rows
    # Of a long video the pictures that stand by themselves are enough, and all that has to be decoded.
    sparing = {"skip_frame": "nokey"} if seconds > 2 * KEYFRAME_SECONDS * count else {}
    pace = f"fps={count}/{max(seconds, 0.1):.3f}:start_time=0,scale=-2:{height}"
    colours = "scale=in_range=tv:out_range=pc:in_color_matrix=bt709:out_color_matrix=bt601,format=yuvj420p"
    shown = f"{pace},{colours},tile={columns}x{rows}"
    options = {"format": "image2pipe", "vcodec": "mjpeg", "vframes": 1, "vf": shown, "q:v": 4}
    return run(graph.output(source(path, **sparing).video, "pipe:", **options))
