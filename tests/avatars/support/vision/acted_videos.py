"""Videos of people who do not exist: a drawn character, or a picture, that nods, turns, blinks, and speaks if it is to.

The built-in renderer makes them, so where the mouth would be at rest is known to a fraction of a pixel.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from avatars.engines.base import Mode, Picture, Setup, Shot
from avatars.engines.portrait_video import Track
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.face import findings
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.frame.warp import head_matrix
from avatars.engines.puppet.motion.planner import plan
from avatars.engines.puppet.moving.face_track import follow
from avatars.engines.puppet.moving.frames import VideoFrames
from avatars.engines.puppet.rig.parameters import Head
from avatars.engines.puppet.rig.rig import Rig
from avatars.media import ffmpeg, mp4
from avatars.speech.base import Sound, Speech

FPS = 25
VOWELS = ("a", "m", "i", "o", "n", "e", "b", "u", "l", "s")
LIMIT = 200 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Acting:
    """How far the head moves, in degrees and hundredths of the eye distance, whether it speaks, and how the light of
    the scene changes: by such a share, up and down."""

    seconds: float = 4.0
    yaw: float = 5.0
    pitch: float = 2.5
    roll: float = 2.5
    across: float = 3.0
    speaks: bool = True
    light: float = 0.0


def chatter(seconds: float) -> Speech:
    """Sounds without sound: half a second of silence, then speech with pauses."""
    sounds, at = [Sound(symbol="", start=0.0, end=0.5)], 0.5
    while at < seconds:
        number = len(sounds)
        symbol, long = ("", 0.45) if number % 14 == 0 else (VOWELS[number % len(VOWELS)], 0.11)
        sounds.append(Sound(symbol=symbol, start=at, end=min(seconds, at + long)))
        at += long
    return Speech(samples=np.zeros(round(seconds * 16000), np.float32), rate=16000, sounds=tuple(sounds), tokens=())


def act(rig: Rig, acting: Acting) -> Iterator[tuple[Picture, Floats]]:
    """Each frame, and where the 478 points of its face would be if its mouth were at rest (478, 2)."""
    speech = chatter(acting.seconds)
    motion = plan(Shot(**vars(Setup(portrait=rig.portrait, fps=FPS)), speech=speech))
    camera = Camera(rig, Mode.ENHANCED_TALKING_HEAD)
    rest = rig.face.points[:, :2] + rig.fields.points[0] + [rig.region.left, rig.region.top]
    for number in range(len(motion)):
        head = _carriage(number / FPS, acting)
        face = motion.face[number] if acting.speaks else np.eye(1, motion.face.shape[1], dtype=np.float32)[0]
        frame = camera.frame(face, head, float(motion.blink[number]))
        lit = 1 + acting.light * np.sin(2 * np.pi * number / FPS / 7.0)
        shown = np.clip(frame.astype(np.float32) * lit + 0.5, 0, 255).astype(np.uint8) if acting.light else frame
        yield shown, rest + (head_matrix(head, rig.face.unit) @ rig.fields.head_points).T


def write(path: Path, frames: Iterator[Picture], size: tuple[int, int]) -> None:
    """Encode frames of this width and height."""
    shape = ffmpeg.Shape(width=size[0], height=size[1], fps=FPS, frames=25 * FPS, limit=LIMIT)
    with ffmpeg.FrameSink(path, shape, stamp=lambda _frame, _number: None) as sink:
        for frame in frames:
            sink.write(frame)


def record(path: Path, portrait: Picture, acting: Acting, engine: Puppet) -> Floats:
    """Write a video of this portrait; returns where its points would be at rest: (frames, 478, 2)."""
    places: list[Floats] = []

    def shown() -> Iterator[Picture]:
        for frame, rest in act(engine.rig(portrait), acting):
            places.append(rest)
            yield frame

    write(path, shown(), (portrait.shape[1], portrait.shape[0]))
    return np.array(places)


def _carriage(time: float, acting: Acting) -> np.ndarray:
    head = np.zeros(len(Head), np.float32)
    head[Head.YAW] = acting.yaw * np.sin(2 * np.pi * time / 4.1)
    head[Head.PITCH] = acting.pitch * np.sin(2 * np.pi * time / 2.3)
    head[Head.ROLL] = acting.roll * np.sin(2 * np.pi * time / 5.3)
    head[Head.RIGHT] = acting.across * np.sin(2 * np.pi * time / 6.1)
    head[Head.BREATH] = 0.6 * np.sin(2 * np.pi * time / 3.7)
    return head


def tracked(path: Path) -> Track:
    """The track of a stored video."""
    found = mp4.probe(path).video
    assert found is not None
    size = found.width, found.height
    return follow(VideoFrames(path=path, part=(0, 0, *size), size=size).read(), findings.mesh())
