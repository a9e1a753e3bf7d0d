"""The steps of making a video that differ where the portrait is a video."""

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Mode, Picture, RenderEngine
from avatars.engines.portrait_video import FPS, MovingPortrait, Track
from avatars.pipeline import spoken_segments
from avatars.pipeline.setups import digest_of
from avatars.pipeline.spec import VideoSpec
from avatars.speech.base import Speech

STILL = "moving_still"
SPARE = 4  # frames planned beyond a scene's end: its rate may differ from the video's


def moving_of(
    spec: VideoSpec, video: Path, engine: RenderEngine, notes: list[str], cache_folder: Path | None
) -> tuple[Picture, MovingPortrait]:
    """The frame that stands for the video, and its `MovingPortrait`; a note tells if the engine cannot move it."""
    # Brings OpenCV, which only the studio's child may load.
    from avatars.framing import portrait_video as composition

    stored = composition.StoredVideo(path=video, origin=digest_of(video))
    enhanced = Mode(spec.mode).enhanced
    picture, moving = composition.compose(
        stored, spec.scene, enhanced=enhanced, longest=spec.longest, cache_folder=cache_folder
    )
    if not engine.moves_video:
        notes.append(STILL)
    return picture, moving


def videos_of(spec: VideoSpec, engine: RenderEngine, notes: list[str]) -> tuple[Path | None, Path | None]:
    """The portrait videos of both digital humans of scenes; a note says where the engine cannot move them."""
    partner = spec.deck.partner if spec.deck else None
    videos = spec.portrait_video, partner.portrait_video if partner is not None else None
    if any(videos) and not engine.moves_video:
        notes.append(STILL)
        return None, None
    return videos


def pauses(speech: Speech) -> NDArray[np.bool_]:
    """Whether the speech is silent in each frame of a portrait video that is shown meanwhile."""
    marks = np.ones(round(speech.seconds * FPS), bool)
    for sound in speech.sounds:
        if sound.symbol:
            marks[int(sound.start * FPS) : math.ceil(sound.end * FPS)] = False
    return marks


def ways(track: Track, seed: int, marks: Sequence[NDArray[np.bool_]]) -> list[tuple[int, ...]]:
    """The frames of a portrait video that are shown in scenes one after the other: a body goes on where it was.

    Each scene has a few more of them, because its own frames need not come out even.
    """
    # Brings OpenCV, which only the studio's child may load.
    from avatars.engines.puppet.moving.route import planned

    numbers = planned(track, seed, np.concatenate([*marks, np.ones(SPARE, bool)]))
    begins = np.cumsum([0, *(len(each) for each in marks)])
    return [numbers[begin : end + SPARE] for begin, end in pairwise(begins)]


def joins(moving: MovingPortrait | None, engine: RenderEngine, notes: list[str]) -> bool:
    """Whether segments can be joined; if not, a note says so. A body that moves never rests where another begins."""
    if moving is not None:
        notes.append("in_one_piece")
        return False
    return spoken_segments.supports(engine, notes)
