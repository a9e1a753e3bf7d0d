"""Script to labelled video: speak, animate, encode, label, check. Works on files, not on rows."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from avatars.ai_label import fragment_label, image_label, video_label
from avatars.engines.base import Mode, Picture, RenderEngine, Setup, Shot
from avatars.engines.portrait_video import MovingPortrait
from avatars.exceptions import EngineFailed, EngineMissing, ScriptError
from avatars.framing.boxes import Box
from avatars.inspection import video_checks
from avatars.media import ffmpeg, mp4
from avatars.media.file_cache import FileCache
from avatars.pipeline import frames, output_files, scene_video, spoken_segments
from avatars.pipeline.frames import FrameEncoder
from avatars.pipeline.montage import Montage, montage
from avatars.pipeline.output_files import Drawn
from avatars.pipeline.overlays import Overlays
from avatars.pipeline.portrait_video import joins, moving_of, videos_of
from avatars.pipeline.setups import PICTURE, setup_of
from avatars.pipeline.spec import SIZE_LIMIT, FinishedVideo, VideoSpec
from avatars.pipeline.speech_source import SpeechSource
from avatars.pipeline.stages import Progress, Stage, StageTimer
from avatars.pipeline.stream_parts import PartWriter, Publish, WriterOf
from avatars.recognition.base import RecognitionEngine
from avatars.speech.base import SpeechEngine
from avatars.speech.synthesis.cache import SpeechCache
from avatars.speech.synthesis.stream import SpeechStream

CONTENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

Restore = Callable[[Picture, float], Picture]


def make(
    spec: VideoSpec,
    folder: Path,
    *,
    speech: SpeechEngine | None,
    engine: RenderEngine,
    recognition: RecognitionEngine | None = None,
    speech_cache: SpeechCache | None = None,
    about: dict[str, Any] | None = None,
    restore: Restore | None = None,
    segment_cache: FileCache | None = None,
    cache_folder: Path | None = None,
    progress: Progress | None = None,
    publish: Publish | None = None,
    partner: SpeechSource | None = None,
) -> FinishedVideo:
    """Make the video of a spec. `folder` then holds its three files, or nothing if it fails.

    A spec with a recording needs no `speech`; `recognition` finds its words if they are not given. `speech_cache`,
    keyed by the engine's name and options (`about`), and `segment_cache` keep reusable results, `cache_folder`
    the tracks of portrait videos. `partner` speaks for the second digital human of a dialogue, by default `speech`.
    `publish` is given the parts of the video as files, while the rest is drawn; the
    caller removes them by `discard_parts`.

    Raises `ScriptError`, `PortraitError`, `MediaError`, `OutputError`.
    """
    source = SpeechSource(engine=speech, cache=speech_cache, about=about, recognition=recognition, partner=partner)
    timer = StageTimer(progress)
    engine = _gesturing(spec, engine, cache_folder)
    with _workplace(spec, folder) as work:
        notes: list[str] = []
        writer = partial(_part_writer, spec, folder, publish)
        if spec.deck is not None:
            compose = partial(_restored, spec, restore, notes)
            filmed = scene_video.Filmed(videos_of(spec, engine, notes), cache_folder)
            drawn = scene_video.draw(
                spec, spec.deck, source, engine, work, compose, filmed, segment_cache, timer, notes, writer
            )
        else:
            portrait = _portrait(spec, restore, engine, notes, cache_folder)
            drawn = _drawn(spec, source, engine, work, portrait, segment_cache, timer, notes, writer)
        spec, shot, parts = drawn.spec, drawn.shot, drawn.parts
        timer.begin(Stage.ENCODING)
        resized = parts.finish(shot, work / PICTURE, work / "raw.mp4", goal=spec.goal, most=spec.limit)
        timer.begin(Stage.LABELLING)
        output_files.finish(spec, shot, parts, work)
        timer.begin(Stage.CHECKING)
        report = video_checks.inspect(
            work / "video.mp4",
            video_checks.Expected(shot=shot, before=parts.before, after=parts.after, covered=drawn.covered),
            content_id=spec.content_id,
            limit=spec.limit,
            progress=timer.report,
            takes=drawn.takes,
        )
        made = output_files.deliver(spec, report, work, folder, timer, notes)
        return replace(made, device=engine.device, resized=resized)


def _drawn(
    spec: VideoSpec,
    source: SpeechSource,
    engine: RenderEngine,
    work: Path,
    portrait: tuple[Picture, MovingPortrait | None],
    cache: FileCache | None,
    timer: StageTimer,
    notes: list[str],
    writer_of: WriterOf,
) -> Drawn:
    picture, moving = portrait
    parts = montage(spec.scene, (picture.shape[1], picture.shape[0]), fps=spec.fps)
    setup = setup_of(spec, picture, work, timer, notes, moving=moving)
    writer = writer_of(parts, picture)
    timer.begin(Stage.SPEAKING)
    target = work / PICTURE
    if spec.cuts and source.engine is not None and joins(moving, engine, notes):
        shot, covered = _segmented(spec, source, engine, setup, parts, target, timer, cache, writer)
        return Drawn(spec=spec, shot=shot, parts=parts, covered=covered)
    with source.stream(spec, timer, work) as (stream, text):
        spec = replace(spec, text=text)
        shot, covered = _streamed(spec, stream, engine, setup, parts, target, timer, writer)
    return Drawn(spec=spec, shot=shot, parts=parts, covered=covered)


@contextmanager
def _workplace(spec: VideoSpec, folder: Path) -> Iterator[Path]:
    """The working folder, empty, for as long as the block lasts. A full disk raises `OutputError`."""
    work = working_folder(spec, folder)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        yield work
    except OSError as error:
        if error.errno in ffmpeg.FULL:
            raise ffmpeg.disk_full() from error
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _segmented(
    spec: VideoSpec,
    source: SpeechSource,
    engine: RenderEngine,
    setup: Setup,
    parts: Montage,
    target: Path,
    timer: StageTimer,
    cache: FileCache | None,
    writer: PartWriter | None,
) -> tuple[Shot, tuple[Box, ...]]:
    """Animate in segments, or take them from the cache. Returns the shot and the boxes of captions."""
    say = partial(source.recite_text, spec)
    said = spoken_segments.speak_segments(
        spec.text, spec.cuts, say, fps=spec.fps, pause=spec.manner.pause, folder=target.parent
    )
    timer.begin(Stage.ANIMATING)
    video = spoken_segments.SegmentedVideo(said, spec.scene, parts, goal=spec.goal, limit=spec.limit, cache=cache)
    tag = fragment_label.beginning_tag(output_files.origin(spec))
    shot = video.encode(engine, setup, target, timer.report, tag=tag, writer=writer)
    return shot, video.overlays(shot, spec.text).covered


def _streamed(
    spec: VideoSpec,
    stream: SpeechStream,
    engine: RenderEngine,
    setup: Setup,
    parts: Montage,
    target: Path,
    timer: StageTimer,
    writer: PartWriter | None,
) -> tuple[Shot, tuple[Box, ...]]:
    """Animate while the rest is being synthesised. Returns the shot and the boxes of captions."""
    frames.wait_for_speech(engine, stream)
    timer.begin(Stage.ANIMATING)
    over = Overlays(spec.scene, [], parts.size, fps=spec.fps, before=parts.before)
    encoder = FrameEncoder(
        text=spec.text,
        said=stream,
        parts=parts,
        over=over,
        goal=spec.goal,
        limit=spec.limit,
        tag=fragment_label.beginning_tag(output_files.origin(spec)),
        part=writer.write if writer else None,
        cue=writer.add_caption if writer else None,
    )
    shown = frames.animate(engine, replace(setup, text=spec.text), stream)
    encoder.encode(timer.first_of(shown), target, timer.report)
    return setup.with_speech(stream.whole()), over.covered


def working_folder(spec: VideoSpec, folder: Path) -> Path:
    """The folder in which a video is made before it is delivered. If the process is killed, its parent removes it."""
    if not CONTENT_ID.fullmatch(spec.content_id):
        raise ScriptError("The content number has characters that a file name cannot have.", code="content_id")
    return folder / f".{spec.content_id}.making"


def discard(spec: VideoSpec, folder: Path) -> None:
    """Remove the files left by a process that was killed."""
    shutil.rmtree(working_folder(spec, folder), ignore_errors=True)
    if not (folder / f"{spec.content_id}.mp4").exists():
        for suffix in output_files.SUFFIXES:
            (folder / f"{spec.content_id}{suffix}").unlink(missing_ok=True)


def discard_parts(spec: VideoSpec, folder: Path) -> None:
    """Remove the parts of its stream, once they were published."""
    shutil.rmtree(_parts_folder(spec, folder), ignore_errors=True)


def verify(video: FinishedVideo, content_id: str) -> None:
    """Check that the files have not changed since they were inspected frame by frame, and have both parts of the label.

    Raises `OutputError` (code `unlabelled`).
    """
    video_label.verify_tag(mp4.probe(video.video), content_id)
    image_label.verify(video.poster, content_id)


def _portrait(
    spec: VideoSpec, restore: Restore | None, engine: RenderEngine, notes: list[str], cache_folder: Path | None
) -> tuple[Picture, MovingPortrait | None]:
    """The portrait, and its `MovingPortrait` if it is a video."""
    if spec.portrait_video is None:
        return _picture(spec, restore, notes), None
    return moving_of(spec, spec.portrait_video, engine, notes, cache_folder)


def _picture(spec: VideoSpec, restore: Restore | None, notes: list[str]) -> Picture:
    """Compose the portrait, before anything is spoken: a broken file must not cost a minute."""
    # Brings OpenCV, which only the studio's child may load; everything else here is light.
    from avatars.framing import composition

    shape: dict[str, Any] = {"enhanced": Mode(spec.mode).enhanced, "longest": spec.longest}
    return _restored(spec, restore, notes, partial(composition.compose, spec.portrait, spec.scene, **shape))


def _restored(spec: VideoSpec, restore: Restore | None, notes: list[str], compose: Callable[..., Picture]) -> Picture:
    """The picture from `compose`, of the restored portrait if the spec asks for that and the restorer works."""
    if Mode(spec.mode).enhanced and spec.restorer and restore is not None:
        try:
            return compose(mend=restore)
        except (EngineFailed, EngineMissing) as error:
            # A video of the unrestored portrait is better than none.
            notes.append(f"restorer:{spec.restorer}:{error.code}"[:120])
    return compose()


def _gesturing(spec: VideoSpec, engine: RenderEngine, cache_folder: Path | None) -> RenderEngine:
    """The engine, with hands where the portraits of one or both people have some that it can move."""
    if spec.loop or not Mode(spec.mode).moves_head:
        return engine
    # Brings OpenCV, which only the studio's child may load.
    from avatars.framing.gestures.engine import gesturing

    partner = spec.deck.partner if spec.deck else None
    drawn = [] if spec.portrait_video else [spec.portrait]
    drawn += [partner.portrait] if partner and not partner.portrait_video else []
    for portrait in dict.fromkeys(drawn):
        engine = gesturing(engine, portrait, cache_folder)
    return engine


def _part_writer(
    spec: VideoSpec, folder: Path, publish: Publish | None, parts: Montage, poster: Picture
) -> PartWriter | None:
    """The writer that publishes the video's parts, after its poster; None without `publish`."""
    if publish is None:
        return None
    discard_parts(spec, folder)
    place = _parts_folder(spec, folder)
    place.mkdir()
    writer = PartWriter(place, output_files.origin(spec), fps=spec.fps, publish=publish, late=parts.begins)
    writer.write_poster(poster)
    return writer


def _parts_folder(spec: VideoSpec, folder: Path) -> Path:
    return folder / f".{spec.content_id}.parts"


__all__ = [
    "SIZE_LIMIT",
    "FinishedVideo",
    "Restore",
    "VideoSpec",
    "discard",
    "discard_parts",
    "make",
    "verify",
    "working_folder",
]
