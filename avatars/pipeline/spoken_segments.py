"""A video made of segments: sentences that many videos share are drawn once, cached, and joined to the others.

Each segment begins and ends with the face at rest, on a keyframe, in the pause between two sentences; so encoded
segments can be joined as they are. The sound is encoded once, as a whole.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from avatars.captions import srt
from avatars.engines.base import Picture, RenderEngine, Setup, Shot
from avatars.framing.scene import Captions, Scene
from avatars.media import ffmpeg
from avatars.media.file_cache import MEGABYTE, FileCache, code_digest, sealed, unsealed
from avatars.pipeline.montage import Montage
from avatars.pipeline.overlays import Overlays
from avatars.pipeline.sound_feed import PreparedSound
from avatars.pipeline.stream_parts import PartWriter
from avatars.speech.audio.sample_buffer import Samples, let_go, room
from avatars.speech.base import Speech
from avatars.speech.synthesis.stream import filled, shifted

FOLDER = "pieces"
LIMIT = 1000 * MEGABYTE  # bytes; the segments used longest ago go first, and are drawn again when needed
STEP = 10
"""Seconds: videos of nearly the same length get the same bit rate, so that they share segments."""

BEFORE = 0.1
"""Seconds of silence at the beginning of a segment, about."""

# The packages that decide how a frame looks once an engine has drawn it. The engine has an edition of its own.
AVATARS = Path(__file__).parents[1]
PACKAGES = tuple(AVATARS / name for name in ("ai_label", "captions", "framing", "media", "pipeline", "scenes"))

Say = Callable[[str], Iterable[Speech]]
Drawn = Callable[[int], object]
"""Is told how many frames of a segment are drawn."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """The speech from the place `begin` of the text: whole frames, at the engine's own level."""

    begin: int
    text: str
    speech: Speech


@dataclass(frozen=True)
class SegmentedVideo:
    """A video of segments in this scene, between its clips, of `goal` or at most `limit` bytes."""

    segments: Sequence[Segment]
    scene: Scene
    parts: Montage
    goal: int
    limit: int
    cache: FileCache | None

    def encode(
        self,
        engine: RenderEngine,
        setup: Setup,
        path: Path,
        report: Callable[[float], None],
        *,
        tag: str = "",
        writer: PartWriter | None = None,
    ) -> Shot:
        """Write the fragmented video to `path`; returns the shot with all speech. `writer` is given its captions, and
        each of its parts once the segment after it has begun."""
        shots = [self._shot(setup, number) for number in range(len(self.segments))]
        counts = [shot.frame_count for shot in shots]
        shape = self._shape(sum(counts))
        whole = setup.with_speech(whole_speech(self.segments, folder=path.parent))
        sound = PreparedSound(whole, self.parts, path.parent)
        listener = {"part": writer.write} if writer else {}
        if writer is not None:
            for cue in srt.cues("".join(segment.text for segment in self.segments), whole.speech.tokens):
                writer.add_caption(cue)
        with ffmpeg.SpliceSink(path, shape, rate=sound.rate, tag=tag, **listener) as sink:
            # A segment ahead: the sound waits for its pictures, never they for it.
            sink.hear(sound.until(sum(counts[:2])))
            self._add_clip(sink, replace(self.parts, outro=None), path.with_name("piece-intro.mp4"))
            for number, shot in enumerate(shots):
                file = path.with_name(f"piece-{number}.mp4")
                self._encode_segment(number, shot, engine, shape, file, partial(_report, report, counts, number))
                sink.hear(sound.until(sum(counts[: number + 3])) if number + 3 < len(counts) else sound.rest())
                sink.add(file, counts[number])
                let_go(shot.speech.samples)
                _report(report, counts, number, counts[number])
            self._add_clip(sink, replace(self.parts, intro=None), path.with_name("piece-outro.mp4"))
        return whole

    def _add_clip(self, sink: ffmpeg.SpliceSink, alone: Montage, file: Path) -> None:
        """The clip before or after the shot, encoded like its segments."""
        if alone.before or alone.after:
            over = Overlays(self.scene, [], self.parts.size, fps=1, count=0)
            _encode(alone.frames(iter(())), file, sink.shape, over)
            sink.add(file, alone.before + alone.after)

    def overlays(self, shot: Shot, text: str, second: Sequence[srt.Cue] | None = None) -> Overlays:
        cues, size = srt.cues(text, shot.speech.tokens), self.parts.size
        return Overlays(self.scene, cues, size, fps=shot.fps, count=shot.frame_count, second=second)

    def _second(self, number: int) -> list[srt.Cue] | None:
        """The captions of a segment in the language that is not spoken; None where the video has none."""
        return None

    def _shape(self, count: int) -> ffmpeg.Shape:
        limit = self.parts.limit(count, goal=self.goal, most=self.limit)
        exact = self.parts.shape(count, limit=limit)
        if exact.frames > exact.longest * exact.fps:
            raise ffmpeg.too_long()
        step = STEP * self.parts.fps
        return replace(exact, frames=-(-exact.frames // step) * step).within()

    def _shot(self, setup: Setup, number: int) -> Shot:
        return shot_of(setup, self.segments[number])

    def _frames(self, number: int, engine: RenderEngine, shot: Shot) -> Iterator[Picture]:
        """The frames of a segment before overlays."""
        return engine.animate(shot)

    def _origins(self, number: int, shot: Shot) -> tuple[str, ...]:
        """The portraits in it: by the digest of any of them it is purged."""
        return (shot.origin,)

    def _facts(self, number: int) -> dict[str, Any]:
        """Further facts on which the look of a segment depends."""
        return {}

    def _encode_segment(
        self,
        number: int,
        shot: Shot,
        engine: RenderEngine,
        shape: ffmpeg.Shape,
        file: Path,
        drawn: Callable[[int], Any],
    ) -> None:
        """From the cache, else drawn now. A segment that cannot be purged by its portrait is not cached."""
        segment, origins = self.segments[number], self._origins(number, shot)
        key = f"{'-'.join((*origins, self._digest(number, shot, engine, shape)))}.mp4"
        cache = self.cache if all(origins) and engine.edition else None
        if cache is not None and (data := unsealed(cache.get(key))):
            file.write_bytes(data)
            return
        over = self.overlays(shot, segment.text, self._second(number))
        _encode(_counted(self._frames(number, engine, shot), drawn), file, shape, over)
        if cache is not None:
            cache.put(key, sealed(file.read_bytes()))

    def _digest(self, number: int, shot: Shot, engine: RenderEngine, shape: ffmpeg.Shape) -> str:
        """A hash of everything that changes how it looks."""
        segment, speech = self.segments[number], self.segments[number].speech
        facts: dict[str, Any] = {
            "code": code_digest(*PACKAGES),
            "engine": engine.edition,
            "mode": shot.mode.value,
            "fps": shot.fps,
            "seed": shot.seed,
            "picture": hashlib.sha256(repr(shot.portrait.shape).encode() + shot.portrait.tobytes()).hexdigest(),
            "shape": [shape.width, shape.height, shape.video_bits],
            "speech": hashlib.sha256(speech.samples.tobytes()).hexdigest(),
            "sounds": [asdict(sound) for sound in speech.sounds],
            "logo": _logo(self.scene),
            **self._facts(number),
        }
        if self.scene.captions is not Captions.OFF:
            style, tokens = self.scene.captions.value, [asdict(token) for token in speech.tokens]
            facts["captions"] = {"style": style, "text": segment.text, "tokens": tokens}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def segment_cache(cache_folder: Path) -> FileCache:
    """The cache of drawn segments below a folder."""
    return FileCache(cache_folder / FOLDER, limit=LIMIT)


def supports(engine: RenderEngine, notes: list[str]) -> bool:
    """Whether segments of this engine can be joined; if not, a note says so."""
    if not engine.edition:
        notes.append("in_one_piece")
    return bool(engine.edition)


def speak_segments(
    text: str,
    cuts: Sequence[int],
    say: Say,
    *,
    fps: int,
    pause: float = 0.0,
    others: Mapping[int, Say] | None = None,
    folder: Path | None = None,
) -> list[Segment]:
    """The segments of a text that begin at these places, each spoken by itself, with silence between them: at least
    `pause` seconds, twice as many after a paragraph. `others` speak the segments that begin at their places. The
    samples are kept in files of the `folder`, if there is one.

    Raises the errors of `say`."""
    places = sorted({0, *(cut for cut in cuts if 0 < cut < len(text)), len(text)})
    segments = []
    for begin, end in pairwise(places):
        piece = text[begin:end]
        wanted = 0.0 if end == len(text) else pause * (2 if "\n" in piece[len(piece.rstrip()) :] else 1)
        speech = _even(list((others or {}).get(begin, say)(piece)), fps, silence=wanted - BEFORE, folder=folder)
        segments.append(Segment(begin=begin, text=piece, speech=speech))
    return segments


def whole_speech(segments: Sequence[Segment], *, folder: Path | None = None) -> Speech:
    """The speech of all segments, levelled, with times and places in the whole text; in a file of the `folder`."""
    # Slow to load.
    from avatars.speech.audio import mastering

    moved, reached = [], 0.0
    for segment in segments:
        tokens = tuple(replace(token, offset=token.offset + segment.begin) for token in segment.speech.tokens)
        moved.append(shifted(replace(segment.speech, tokens=tokens), reached))
        reached += segment.speech.seconds
    rate = segments[0].speech.rate
    joined = _joined([each.samples for each in moved], moved, rate, folder)
    levelled = mastering.level(joined.samples, rate, room=lambda samples: room(len(samples), folder))
    return replace(joined, samples=levelled)


def _even(said: list[Speech], fps: int, *, silence: float, folder: Path | None) -> Speech:
    """One speech of consecutive parts, with `silence` at its end, padded to a whole number of frames."""
    moved, reached = [], 0.0
    for part in said:
        moved.append(shifted(part, reached))
        reached += part.seconds
    rate = said[0].rate
    length = sum(len(part.samples) for part in said)
    heard = max((sound.end for part in moved for sound in part.sounds if sound.symbol), default=0.0)
    frames = -(-max(length, round((heard + silence) * rate)) * fps // rate)
    rest = np.zeros(round(frames * rate / fps) - length, np.float32)
    return _joined([*(part.samples for part in said), rest], moved, rate, folder)


def _joined(samples: list[Samples], parts: list[Speech], rate: int, folder: Path | None) -> Speech:
    """One speech of consecutive parts, in a file of the folder where there is one."""
    every, reached = room(sum(len(each) for each in samples), folder), 0
    for each in samples:
        every[reached : reached + len(each)] = each
        reached += len(each)
        let_go(each)
        let_go(every)
    sounds = (sound for part in parts for sound in part.sounds if sound.symbol)
    return Speech(
        samples=every,
        rate=rate,
        sounds=tuple(filled(sounds, len(every) / rate)),
        tokens=tuple(token for part in parts for token in part.tokens),
    )


def shot_of(setup: Setup, segment: Segment) -> Shot:
    """The shot of a segment: its movement depends on its own words alone."""
    own = int.from_bytes(hashlib.sha256(segment.text.encode()).digest()[:4])
    return replace(setup, seed=setup.seed + own, rests=True, text=segment.text).with_speech(segment.speech)


def _encode(frames: Iterable[Picture], file: Path, shape: ffmpeg.Shape, over: Overlays) -> None:
    with ffmpeg.FrameSink(file, shape, stamp=over.draw) as sink:
        for frame in frames:
            sink.write(frame)


def _report(report: Callable[[float], None], counts: Sequence[int], number: int, drawn: int) -> None:
    """Report the share of all frames, where so many of this segment are drawn."""
    report((sum(counts[:number]) + drawn) / sum(counts))


def _counted(frames: Iterator[Picture], drawn: Drawn) -> Iterator[Picture]:
    for number, frame in enumerate(frames, start=1):
        yield frame
        drawn(number)


def _logo(scene: Scene) -> list[Any]:
    logo = scene.logo
    if logo is None:
        return []
    picture = hashlib.sha256(logo.picture.read_bytes()).hexdigest()
    return [picture, logo.corner.value, logo.size, logo.opacity]
