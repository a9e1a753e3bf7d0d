"""What a portrait that is a video changes in the making of a video."""

from pathlib import Path

from avatars.engines.base import Mode, Picture, RenderEngine
from avatars.engines.portrait_video import MovingPortrait
from avatars.pipeline import segments
from avatars.pipeline.setups import digest_of
from avatars.pipeline.spec import VideoSpec

STILL = "moving_still"


def moving_of(
    spec: VideoSpec, video: Path, engine: RenderEngine, notes: list[str], cache_folder: Path | None
) -> tuple[Picture, MovingPortrait]:
    """The frame that stands for the video, and what moves it; a note says where the engine cannot."""
    # Brings OpenCV, which only the studio's child may load.
    from avatars.framing import portrait_video as composition

    stored = composition.StoredVideo(path=video, origin=digest_of(video))
    enhanced = Mode(spec.mode).enhanced
    picture, found = composition.compose(
        stored, spec.scene, enhanced=enhanced, longest=spec.longest, cache_folder=cache_folder
    )
    if not engine.moves_video:
        notes.append(STILL)
    return picture, found


def still_of(spec: VideoSpec, notes: list[str]) -> None:
    """Scenes show the frame that stands for a video, of either digital human: a note says so."""
    partner = spec.deck.partner if spec.deck else None
    if spec.portrait_video is not None or (partner is not None and partner.portrait_video is not None):
        notes.append(STILL)


def joins(moving: MovingPortrait | None, engine: RenderEngine, notes: list[str]) -> bool:
    """Whether segments can be joined; if not, a note says so. A body that moves never rests where another begins."""
    if moving is not None:
        notes.append("in_one_piece")
        return False
    return segments.supports(engine, notes)
