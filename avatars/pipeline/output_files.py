"""The end of every video: captions, the label, a poster, and the files in their place."""

from dataclasses import dataclass
from pathlib import Path

from avatars.ai_label import image_label, video_label
from avatars.captions import srt, translation
from avatars.engines.base import Shot
from avatars.framing.boxes import Box
from avatars.inspection.scenes import Take
from avatars.media import mp4
from avatars.pipeline.montage import Montage
from avatars.pipeline.setups import digest_of
from avatars.pipeline.spec import FinishedVideo, VideoSpec
from avatars.pipeline.stages import StageTimer

TRANSLATED = ".translated.srt"
SUFFIXES = (".srt", TRANSLATED, ".jpg", ".mp4")
"""Of the files of a video, the video last."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The fragmented video in `PICTURE`, and its content."""

    spec: VideoSpec
    shot: Shot
    parts: Montage
    covered: tuple[Box, ...] = ()
    takes: tuple[Take, ...] = ()


def origin(spec: VideoSpec) -> video_label.Origin:
    """The origin of a video, for its label."""
    return video_label.Origin(provider=spec.provider, content_id=spec.content_id)


def finish(spec: VideoSpec, shot: Shot, parts: Montage, work: Path) -> None:
    """Write the captions, the label (the last step on the video itself), and a poster of the labelled video."""
    tokens = shot.speech.tokens
    (work / "video.srt").write_text(srt.srt(spec.text, tokens, late=parts.begins), encoding="utf-8")
    if spec.deck is not None and spec.deck.is_translated:
        second = translation.cues_of(spec.text, tokens, spec.deck.translations, late=parts.begins)
        (work / f"video{TRANSLATED}").write_text(srt.subrip(second), encoding="utf-8")
    whose = origin(spec)
    video_label.write(work / "raw.mp4", work / "video.mp4", whose)
    image_label.write_poster(work / "video.mp4", work / "video.jpg", whose, at=parts.begins)


def deliver(
    spec: VideoSpec, probed: mp4.Probe, work: Path, folder: Path, timer: StageTimer, notes: list[str]
) -> FinishedVideo:
    """Move the files to their place, the video last: once it is there, everything is."""
    assert probed.video is not None
    digest = digest_of(work / "video.mp4")
    places = {
        suffix: folder / f"{spec.content_id}{suffix}" for suffix in SUFFIXES if (work / f"video{suffix}").exists()
    }
    try:
        for suffix, place in places.items():
            (work / f"video{suffix}").replace(place)
    except OSError:
        for place in places.values():
            place.unlink(missing_ok=True)
        raise
    return FinishedVideo(
        video=places[".mp4"],
        captions=places[".srt"],
        translated_captions=places.get(TRANSLATED),
        poster=places[".jpg"],
        seconds=probed.video.seconds,
        frames=probed.video.samples,
        width=probed.video.width,
        height=probed.video.height,
        size=probed.size,
        sha256=digest,
        timings=timer.finish(),
        notes=tuple(dict.fromkeys(notes)),
        words=spec.text,
    )
