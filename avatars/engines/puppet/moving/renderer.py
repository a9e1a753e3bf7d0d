"""The frames of a video portrait with our mouth, one after the other."""

from collections.abc import Iterator
from itertools import cycle

import cv2

from avatars.engines.base import Picture, Setup
from avatars.engines.portrait_video import FPS, MovingPortrait
from avatars.engines.puppet.motion.planner import Motion
from avatars.engines.puppet.moving import light
from avatars.engines.puppet.moving.alignment import align
from avatars.engines.puppet.moving.camera import MovingCamera
from avatars.engines.puppet.moving.frames import VideoFrames
from avatars.engines.puppet.moving.loop import is_quiet, round_trip
from avatars.engines.puppet.moving.pauses import paused
from avatars.engines.puppet.moving.route import AHEAD, Route, speaks
from avatars.engines.puppet.moving.teeth import showing
from avatars.engines.puppet.moving.way import legs
from avatars.engines.puppet.rig.rig import Rig


def moving_frames(rig: Rig, moving: MovingPortrait, setup: Setup, motions: Iterator[Motion]) -> Iterator[Picture]:
    """A frame for each pose, overwritten once the next is requested; `rig` is of the reference frame as shown."""
    x, y, width, height = moving.place
    frames = VideoFrames(path=moving.path, part=moving.part, size=(width, height))
    camera = _camera(rig, moving, frames, sharp=setup.mode.enhanced)
    route = Route(moving.track, setup.seed) if speaks(moving.track.gap) and not moving.numbers else None
    if moving.numbers or route:
        steps = frames.following(moving.numbers or (route.numbers() if route else ()))
    else:
        steps = frames.along(legs(moving.track.motion, setup.seed))
    way = _paced(steps, setup.fps)
    picture = setup.portrait.copy()
    for face, coming in paused(motions, setup.fps, ahead=AHEAD if route else 0):
        if route:
            route.coming = coming
        number, frame = next(way)
        picture[y : y + height, x : x + width] = camera.draw(frame, number, face)
        yield picture


def looping_frames(rig: Rig, moving: MovingPortrait, setup: Setup, motions: Iterator[Motion]) -> Iterator[Picture]:
    """A frame for each pose, of a loop: the person's own frames, with our mouth where they speak in them."""
    x, y, width, height = moving.place
    frames = VideoFrames(path=moving.path, part=moving.part, size=(width, height))
    faces = [face for motion in motions for face in motion.face]
    numbers = round_trip(moving.track, round(len(faces) * FPS / setup.fps))
    own = is_quiet(moving.track, numbers)
    camera = None if own else _camera(rig, moving, frames, sharp=setup.mode.enhanced)
    picture = setup.portrait.copy()
    for face, (number, frame) in zip(faces, _paced(frames.following(cycle(numbers)), setup.fps), strict=False):
        picture[y : y + height, x : x + width] = camera.draw(frame, number, face) if camera else frame
        yield picture


def _camera(rig: Rig, moving: MovingPortrait, frames: VideoFrames, *, sharp: bool) -> MovingCamera:
    (left, top, across, _down), (_x, _y, width, _height) = moving.part, moving.place
    track, scale = moving.track, width / across
    points = (track.points.astype("float64") - [left, top, 0]) * scale
    alignment = align(points, track.reference)
    lights = light.gains(track.colours.astype("float64"), track.reference, rig.face)
    camera = MovingCamera(rig, alignment, lights, interpolation=cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR)
    number = showing(track)
    frame = next(frames.read(number, 1), None) if number is not None else None
    if number is not None and frame is not None:
        camera.show_teeth(frame, number, points[number])
    return camera


def _paced(way: Iterator[tuple[int, Picture]], fps: int) -> Iterator[tuple[int, Picture]]:
    """The way at another number of frames a second: frames are shown twice or left out."""
    shown, at = 0, -1
    for place in way:
        at += 1
        while int((shown + 0.5) * FPS / fps) == at:
            shown += 1
            yield place
