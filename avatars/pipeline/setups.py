"""The setup of an engine before the speech is known."""

import hashlib
from pathlib import Path

from avatars.engines.base import Mode, Picture, Setup
from avatars.engines.portrait_video import MovingPortrait
from avatars.pipeline.spec import VideoSpec
from avatars.pipeline.stages import StageTimer

PICTURE = "picture.mp4"
WAITED = 0.9
"""The share of the stage that is over when an engine that makes a whole video first has made it."""


def setup_of(
    spec: VideoSpec,
    picture: Picture,
    work: Path,
    timer: StageTimer,
    notes: list[str],
    *,
    moving: MovingPortrait | None = None,
) -> Setup:
    """The setup of a video; engines keep their files in a folder of `work`."""
    folder = work / "engine"
    folder.mkdir()
    return Setup(
        portrait=picture,
        mode=Mode(spec.mode),
        fps=spec.fps,
        seed=spec.seed,
        origin=digest_of(moving.path if moving else spec.portrait),
        moving=moving,
        folder=folder,
        loops=spec.loop > 0,
        waiting=lambda share: timer.report(WAITED * share),
        note=notes.append,
    )


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
