"""Closes the loop: films a shot, encodes and decodes it, and holds what is seen of the face against what was asked."""

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Picture, RenderEngine, Shot
from avatars.engines.puppet.lips import aperture, lip_poses
from avatars.engines.puppet.mesh import Face, FaceMesh
from avatars.engines.puppet.topology import EYE_LEFT, EYE_RIGHT, LIP_BOTTOM, LIP_TOP, MOUTH_LEFT, MOUTH_RIGHT

Curve = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Per frame of a film: `gap` of the lips and `width` of the mouth in eye distances, `nose` in pixels."""

    gap: Curve
    width: Curve
    nose: NDArray[np.float64]
    frames: int


def encode(frames: Iterable[Picture], path: Path, *, size: tuple[int, int], fps: int = 25, crf: int = 18) -> Path:
    """Write RGB frames of (width, height) as H.264, without sound."""
    command = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"),
        *("-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", "-", "-c:v", "libx264", "-preset", "veryfast"),
        *("-crf", str(crf), "-threads", "1", "-pix_fmt", "yuv420p", str(path)),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        for frame in frames:
            process.stdin.write(frame.tobytes())
        process.stdin.close()
    assert process.returncode == 0
    return path


def decode(path: Path, *, size: tuple[int, int]) -> Iterator[Picture]:
    """The frames of a film as RGB."""
    command = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", str(path)),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-fps_mode", "passthrough", "-"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        while data := process.stdout.read(size[0] * size[1] * 3):
            yield np.frombuffer(data, np.uint8).reshape(size[1], size[0], 3)


def measure(frames: Iterable[Picture], mesh: FaceMesh) -> Seen:
    """Find the face in every frame anew."""
    faces = [mesh.find(frame)[0] for frame in frames]
    return Seen(
        gap=np.array([_apart(face, LIP_TOP, LIP_BOTTOM) for face in faces]),
        width=np.array([_apart(face, MOUTH_LEFT, MOUTH_RIGHT) for face in faces]),
        nose=np.array([face.points[1, :2] for face in faces]),
        frames=len(faces),
    )


def film_and_measure(engine: RenderEngine, shot: Shot, path: Path, mesh: FaceMesh) -> Seen:
    """The whole loop over an encoded film."""
    height, width = shot.portrait.shape[:2]
    encode(engine.animate(shot), path, size=(width, height), fps=shot.fps)
    return measure(decode(path, size=(width, height)), mesh)


def asked(shot: Shot) -> Curve:
    """How far apart the lips of a shot should be, per frame, in eye distances."""
    return aperture(lip_poses(shot.speech.sounds, times(shot)))


def times(shot: Shot) -> Curve:
    """The time that each frame shows, seconds."""
    middle: Curve = (np.arange(shot.frame_count) + 0.5) / shot.fps
    return middle


def agreement(a: Curve, b: Curve) -> float:
    """Pearson's r."""
    return float(np.corrcoef(a, b)[0, 1])


def lag(shot: Shot, seen: Curve) -> float:
    """Milliseconds that the seen curve is late, by the peak of its correlation with the asked one at shifted times."""
    shifts = np.arange(-80, 81, 4) / 1000
    middle = times(shot)
    fits = [agreement(aperture(lip_poses(shot.speech.sounds, np.maximum(0, middle - s))), seen) for s in shifts]
    return float(shifts[int(np.argmax(fits))] * 1000)


def _apart(face: Face, a: int, b: int) -> float:
    eyes = np.linalg.norm(face.points[EYE_RIGHT, :2] - face.points[EYE_LEFT, :2])
    return float(np.linalg.norm(face.points[a, :2] - face.points[b, :2]) / eyes)
