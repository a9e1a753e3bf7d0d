"""From a script to a labelled film: speak, animate, encode, label, check. Knows files, not rows."""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from avatars.ai_label import image_label, video_label
from avatars.captions import srt
from avatars.engines.base import Mode, Picture, RenderEngine, Setup, Shot
from avatars.exceptions import EngineFailed, EngineMissing, ScriptError
from avatars.framing.boxes import Box
from avatars.inspection import video_checks
from avatars.media import ffmpeg, mp4, wav
from avatars.media.file_cache import Shelf
from avatars.pipeline import frames, segments
from avatars.pipeline.frames import Filming
from avatars.pipeline.montage import Montage, montage
from avatars.pipeline.overlays import Overlays
from avatars.pipeline.spec import SIZE_LIMIT, Film, Script
from avatars.pipeline.stages import Progress, Stage, Stopwatch
from avatars.recognition.base import RecognitionEngine
from avatars.speech.base import Recital, SpeechEngine
from avatars.speech.synthesis.cache import SpeechCache
from avatars.speech.synthesis.stream import SpeechStream

CONTENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
NARRATION = "speech.wav"
# How much of the filming is over when an engine that makes a whole video first has it.
WAITED = 0.9

Mend = Callable[[Picture, float], Picture]


def make(
    script: Script,
    folder: Path,
    *,
    speech: SpeechEngine | None,
    engine: RenderEngine,
    ears: RecognitionEngine | None = None,
    kept: SpeechCache | None = None,
    about: dict[str, Any] | None = None,
    mend: Mend | None = None,
    pieces: Shelf | None = None,
    progress: Progress | None = None,
) -> Film:
    """Film a script into `folder`, which then holds the three files of the film, or nothing when it fails.

    A script with a recording needs no `speech`; `ears` hear its words where they are not given. What an engine said is
    `kept` by its name and options, `about`; `pieces` of films are kept to be joined again.

    Raises `ScriptError`, `PortraitError`, `MediaError`, `OutputError`.
    """
    work = working_folder(script, folder)
    watch = Stopwatch(progress)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        notes: list[str] = []
        picture = _picture(script, mend, notes)
        parts = montage(script.scene, (picture.shape[1], picture.shape[0]), fps=script.fps)
        setup = _setup(script, picture, work, watch, notes)
        watch.begin(Stage.SPEAKING)
        target = work / "picture.mp4"
        if script.cuts and speech is not None and segments.can(engine, notes):
            say = partial(_said, script, speech, kept, about)
            shot, covered = _joined(script, say, engine, setup, parts, target, watch, pieces)
        else:
            with _spoken(script, speech, ears, watch, kept, about) as (stream, words):
                script = replace(script, text=words)
                shot, covered = _streamed(script, stream, engine, setup, parts, target, watch)
        limit = parts.limit(shot.frame_count, goal=script.goal, most=script.limit)
        watch.begin(Stage.ENCODING)
        parts.join(shot, target, work / "raw.mp4", limit=limit)
        watch.begin(Stage.LABELLING)
        _finish(script, shot, parts, work)
        watch.begin(Stage.CHECKING)
        found = video_checks.inspect(
            work / "film.mp4",
            video_checks.Expected(shot=shot, before=parts.before, after=parts.after, covered=covered),
            content_id=script.content_id,
            limit=limit,
            progress=watch.report,
        )
        return _deliver(script, found, work, folder, watch, notes)
    except OSError as error:
        if error.errno in ffmpeg.FULL:
            raise ffmpeg.disk_full() from error
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _joined(
    script: Script,
    say: Callable[[str], Recital],
    engine: RenderEngine,
    setup: Setup,
    parts: Montage,
    target: Path,
    watch: Stopwatch,
    pieces: Shelf | None,
) -> tuple[Shot, tuple[Box, ...]]:
    """Drawn in pieces, of which those that were drawn before are taken; and what captions cover."""
    said = segments.spoken(script.text, script.cuts, say, fps=script.fps, pause=script.manner.pause)
    watch.begin(Stage.FILMING)
    splice = segments.Splice(said, script.scene, parts, goal=script.goal, limit=script.limit, kept=pieces)
    shot = splice.film(engine, setup, target, watch.report)
    return shot, splice.covered(shot, script.text)


def _streamed(
    script: Script,
    stream: SpeechStream,
    engine: RenderEngine,
    setup: Setup,
    parts: Montage,
    target: Path,
    watch: Stopwatch,
) -> tuple[Shot, tuple[Box, ...]]:
    """Drawn while the rest is being said; and what captions cover."""
    frames.await_words(engine, stream)
    watch.begin(Stage.FILMING)
    over = Overlays(script.scene, [], parts.size, fps=script.fps, before=parts.before)
    film = Filming(text=script.text, said=stream, parts=parts, over=over, goal=script.goal, limit=script.limit)
    film.film(frames.frames(engine, setup, stream), target, watch.report)
    return setup.with_speech(stream.whole()), over.covered


def working_folder(script: Script, folder: Path) -> Path:
    """Where a film is made before it is delivered; whoever kills the maker removes it."""
    if not CONTENT_ID.fullmatch(script.content_id):
        raise ScriptError("The content number has characters that a file name cannot have.", code="content_id")
    return folder / f".{script.content_id}.making"


def discard(script: Script, folder: Path) -> None:
    """Remove what a maker that was killed has left."""
    shutil.rmtree(working_folder(script, folder), ignore_errors=True)
    if not (folder / f"{script.content_id}.mp4").exists():
        for suffix in (".srt", ".jpg"):
            (folder / f"{script.content_id}{suffix}").unlink(missing_ok=True)


def prove(film: Film, content_id: str) -> None:
    """Return only if the files are those of the film that was looked at, frame by frame, with both parts of the label.

    Raises `OutputError` (code `unlabelled`).
    """
    video_label.verify_tag(mp4.probe(film.video), content_id)
    image_label.verify(film.poster, content_id)


def narrate(script: Script, folder: Path, *, speech: SpeechEngine, kept: SpeechCache, about: dict[str, Any]) -> None:
    """Speak a script into `NARRATION` of `folder`; `kept` and `about` as in `make`. Raises `ScriptError`."""
    from avatars.speech.synthesis import background, synthesizer

    spoken = background.audible(synthesizer.joined(_recital(script, speech, kept, about)))
    wav.write_wav(folder / NARRATION, spoken.samples, spoken.rate)


@contextmanager
def _spoken(
    script: Script,
    speech: SpeechEngine | None,
    ears: RecognitionEngine | None,
    watch: Stopwatch,
    kept: SpeechCache | None,
    about: dict[str, Any] | None,
) -> Iterator[tuple[SpeechStream, str]]:
    """The speech, of which the rest is said meanwhile, and its words."""
    if script.recording:
        from avatars.speech.synthesis import recorded_speech

        spoken, words = recorded_speech.recorded(
            script.recording, words=script.text, lexicon=script.manner.lexicon, ears=ears
        )
        yield SpeechStream.of(spoken), words
        return
    # They bring dictionaries, which only the studio's child may load.
    from avatars.speech.synthesis import background

    def waits(share: float) -> None:
        if watch.stage is Stage.SPEAKING:
            watch.report(share)
        else:
            watch.awaits(Stage.SPEAKING)

    with background.delivered(partial(_recital, script, speech, kept, about), waits=waits) as said:
        yield said, script.text


def _said(
    script: Script, speech: SpeechEngine, kept: SpeechCache | None, about: dict[str, Any] | None, text: str
) -> Recital:
    return _recital(replace(script, text=text), speech, kept, about)


def _recital(
    script: Script,
    speech: SpeechEngine | None,
    kept: SpeechCache | None,
    about: dict[str, Any] | None,
    progress: Callable[[float], None] | None = None,
) -> Recital:
    assert speech is not None
    from avatars.speech.synthesis import synthesizer

    return synthesizer.parts(
        speech,
        script.text,
        voice=script.voice,
        speed=script.speed,
        manner=script.manner,
        progress=progress,
        kept=kept,
        about=about,
    )


def _picture(script: Script, mend: Mend | None, notes: list[str]) -> Picture:
    """Loaded before anything is spoken: a broken file should not cost anybody a minute."""
    # It brings OpenCV, which only the studio's child may load; everything else here is light.
    from avatars.framing import composition

    enhanced = Mode(script.mode).enhanced
    compose = partial(composition.compose, script.portrait, script.scene, enhanced=enhanced, longest=script.longest)
    if enhanced and script.restorer and mend is not None:
        try:
            return compose(mend=mend)
        except (EngineFailed, EngineMissing) as error:
            # A film of the portrait as it is is better than none.
            notes.append(f"restorer:{script.restorer}:{error.code}"[:120])
    return compose()


def _setup(script: Script, picture: Picture, work: Path, watch: Stopwatch, notes: list[str]) -> Setup:
    folder = work / "engine"
    folder.mkdir()
    return Setup(
        portrait=picture,
        mode=Mode(script.mode),
        fps=script.fps,
        seed=script.seed,
        origin=_digest(script.portrait),
        folder=folder,
        waiting=lambda share: watch.report(WAITED * share),
        note=notes.append,
    )


def _finish(script: Script, shot: Shot, parts: Montage, work: Path) -> None:
    """Captions, then the label as the last step on the film itself, and a poster of the labelled film."""
    (work / "film.srt").write_text(srt.srt(script.text, shot.speech.tokens, late=parts.begins), encoding="utf-8")
    origin = video_label.Origin(provider=script.provider, content_id=script.content_id)
    video_label.write(work / "raw.mp4", work / "film.mp4", origin)
    image_label.take(work / "film.mp4", work / "film.jpg", origin, at=parts.begins)


def _deliver(script: Script, found: mp4.Probe, work: Path, folder: Path, watch: Stopwatch, notes: list[str]) -> Film:
    """Move the files to their place, the film last: where it is, everything is."""
    assert found.video is not None
    digest = _digest(work / "film.mp4")
    places = [folder / f"{script.content_id}{suffix}" for suffix in (".srt", ".jpg", ".mp4")]
    try:
        for place in places:
            (work / f"film{place.suffix}").replace(place)
    except OSError:
        for place in places:
            place.unlink(missing_ok=True)
        raise
    return Film(
        video=places[2],
        captions=places[0],
        poster=places[1],
        seconds=found.video.seconds,
        frames=found.video.samples,
        width=found.video.width,
        height=found.video.height,
        size=found.size,
        sha256=digest,
        timings=watch.finish(),
        notes=tuple(dict.fromkeys(notes)),
        words=script.text,
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


__all__ = ["NARRATION", "SIZE_LIMIT", "Film", "Mend", "Script", "discard", "make", "narrate", "prove", "working_folder"]
