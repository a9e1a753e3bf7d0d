"""A film made of pieces: what is said the same in many films is drawn once and kept, and joined to what differs.

Each piece begins and ends with the face at rest, on a picture of its own kind (a keyframe), in the pause between two
sentences; so the encoded pictures follow each other as they are. The sound is one, and is encoded once.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from avatars.captions import srt
from avatars.engines.base import Picture, RenderEngine, Setup, Shot
from avatars.framing.boxes import Box
from avatars.framing.scene import Captions, Scene
from avatars.media import ffmpeg
from avatars.media.file_cache import MEGABYTE, Shelf, code_digest
from avatars.pipeline.montage import Montage
from avatars.pipeline.overlays import Overlays
from avatars.speech.base import Sound, Speech
from avatars.speech.synthesis.stream import filled, shifted

FOLDER = "pieces"
LIMIT = 1000 * MEGABYTE
STEP = 10
"""Seconds: the bits of films of nearly the same length are the same, so that they share pieces."""

BEFORE = 0.1
"""Seconds of silence with which a piece begins, about."""

# The packages that decide how a frame looks once an engine has drawn it. The engine has an edition of its own.
AVATARS = Path(__file__).parents[1]
PACKAGES = tuple(AVATARS / name for name in ("ai_label", "captions", "framing", "media", "pipeline"))

Say = Callable[[str], Iterable[Speech]]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What is said from `begin` of the text on: whole frames of speech whose level is the engine's own."""

    begin: int
    text: str
    speech: Speech


@dataclass(frozen=True)
class Splice:
    """A film of pieces in this scene, between its clips, of `goal` or at most `limit` bytes; drawn ones are `kept`."""

    pieces: Sequence[Piece]
    scene: Scene
    parts: Montage
    goal: int
    limit: int
    kept: Shelf | None

    def film(self, engine: RenderEngine, setup: Setup, path: Path, report: Callable[[float], None]) -> Shot:
        """Write its picture to `path`; the shot is what all pieces together say."""
        shots = [_shot(setup, piece) for piece in self.pieces]
        counts = [shot.frame_count for shot in shots]
        shape = self._shape(sum(counts))
        files = [path.with_name(f"piece-{number}.mp4") for number in range(len(shots))]
        for number, (piece, shot, file) in enumerate(zip(self.pieces, shots, files, strict=True)):
            self._piece(piece, shot, engine, shape, file)
            report(sum(counts[: number + 1]) / sum(counts))
        before, after = self._clips(path, shape)
        ffmpeg.splice(
            [*before, *files, *after],
            path,
            frames=[*(self.parts.before for _ in before), *counts, *(self.parts.after for _ in after)],
            fps=setup.fps,
        )
        return setup.with_speech(whole(self.pieces))

    def covered(self, shot: Shot, text: str) -> tuple[Box, ...]:
        """Where something may be drawn over the frames."""
        cues = srt.cues(text, shot.speech.tokens)
        return Overlays(self.scene, cues, self.parts.size, fps=shot.fps, count=shot.frame_count).covered

    def _shape(self, count: int) -> ffmpeg.Shape:
        limit = self.parts.limit(count, goal=self.goal, most=self.limit)
        exact = self.parts.shape(count, limit=limit)
        if exact.frames > exact.longest * exact.fps:
            raise ffmpeg.too_long()
        step = STEP * self.parts.fps
        return replace(exact, frames=-(-exact.frames // step) * step).within()

    def _piece(self, piece: Piece, shot: Shot, engine: RenderEngine, shape: ffmpeg.Shape, file: Path) -> None:
        """From the shelf, else drawn now and kept; what cannot be purged by its portrait is not kept."""
        key = f"{shot.origin}-{self._digest(piece, shot, engine, shape)}.mp4"
        shelf = self.kept if shot.origin else None
        if shelf is not None and (data := _unsealed(shelf.get(key))):
            file.write_bytes(data)
            return
        cues = srt.cues(piece.text, piece.speech.tokens)
        over = Overlays(self.scene, cues, self.parts.size, fps=shot.fps, count=shot.frame_count)
        _encode(engine.animate(shot), file, shape, over)
        if shelf is not None:
            shelf.put(key, _sealed(file.read_bytes()))

    def _clips(self, path: Path, shape: ffmpeg.Shape) -> tuple[list[Path], list[Path]]:
        """The clips around the shot, encoded as its pieces are."""
        found: list[list[Path]] = []
        for name, alone in (("intro", replace(self.parts, outro=None)), ("outro", replace(self.parts, intro=None))):
            found.append([])
            if alone.before or alone.after:
                file = path.with_name(f"piece-{name}.mp4")
                _encode(alone.frames(iter(())), file, shape, Overlays(self.scene, [], self.parts.size, fps=1, count=0))
                found[-1].append(file)
        return found[0], found[1]

    def _digest(self, piece: Piece, shot: Shot, engine: RenderEngine, shape: ffmpeg.Shape) -> str:
        """Whatever changes how it looks."""
        speech = piece.speech
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
        }
        if self.scene.captions is not Captions.OFF:
            words = {"text": piece.text, "tokens": [asdict(token) for token in speech.tokens]}
            facts["captions"] = {"style": self.scene.captions.value, **words}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def shelf(cache_folder: Path) -> Shelf:
    """The drawn pieces in a folder of caches; those not asked for longest go first."""
    return Shelf(cache_folder / FOLDER, limit=LIMIT)


def can(engine: RenderEngine, notes: list[str]) -> bool:
    """Whether an engine's pictures join; where they do not, a note says so."""
    if not engine.edition:
        notes.append("in_one_piece")
    return bool(engine.edition)


def spoken(text: str, cuts: Sequence[int], say: Say, *, fps: int, pause: float = 0.0) -> list[Piece]:
    """The pieces of a text that begin at these places, each said by itself, with so many seconds of silence between
    them at least, twice as many after a paragraph. Raises what `say` raises."""
    places = sorted({0, *(cut for cut in cuts if 0 < cut < len(text)), len(text)})
    pieces = []
    for begin, end in pairwise(places):
        words = text[begin:end]
        wanted = 0.0 if end == len(text) else pause * (2 if "\n" in words[len(words.rstrip()) :] else 1)
        speech = _even(list(say(words)), fps, silence=wanted - BEFORE)
        pieces.append(Piece(begin=begin, text=words, speech=speech))
    return pieces


def whole(pieces: Sequence[Piece]) -> Speech:
    """All that is said, at the loudness of broadcasters, with times and places in the whole text."""
    # It takes its time to load.
    from avatars.speech.audio import mastering

    moved, reached = [], 0.0
    for piece in pieces:
        tokens = tuple(replace(token, offset=token.offset + piece.begin) for token in piece.speech.tokens)
        moved.append(shifted(replace(piece.speech, tokens=tokens), reached))
        reached += piece.speech.seconds
    rate = pieces[0].speech.rate
    return _joined([each.samples for each in moved], moved, rate, level=mastering.level)


def _even(said: list[Speech], fps: int, *, silence: float) -> Speech:
    """One speech of parts that follow each other, with so much silence at its end, up to a whole number of frames."""
    moved, reached = [], 0.0
    for part in said:
        moved.append(shifted(part, reached))
        reached += part.seconds
    rate = said[0].rate
    length = sum(len(part.samples) for part in said)
    heard = max((sound.end for part in moved for sound in part.sounds if sound.symbol), default=0.0)
    frames = -(-max(length, round((heard + silence) * rate)) * fps // rate)
    rest = np.zeros(round(frames * rate / fps) - length, np.float32)
    return _joined([*(part.samples for part in said), rest], moved, rate, level=None)


def _joined(samples: list[Any], parts: list[Speech], rate: int, *, level: Callable[..., Any] | None) -> Speech:
    every = np.concatenate(samples)
    sounds: list[Sound] = [sound for part in parts for sound in part.sounds if sound.symbol]
    tokens = tuple(token for part in parts for token in part.tokens)
    return Speech(
        samples=level(every, rate) if level else every,
        rate=rate,
        sounds=tuple(filled(sounds, len(every) / rate)),
        tokens=tokens,
    )


def _shot(setup: Setup, piece: Piece) -> Shot:
    """A piece moves as its words have it, whatever stands around it."""
    own = int.from_bytes(hashlib.sha256(piece.text.encode()).digest()[:4])
    return replace(setup, seed=setup.seed + own, rests=True).with_speech(piece.speech)


def _encode(frames: Iterable[Picture], file: Path, shape: ffmpeg.Shape, over: Overlays) -> None:
    with ffmpeg.FrameSink(file, shape, stamp=over.draw) as sink:
        for frame in frames:
            sink.write(frame)


def _sealed(data: bytes) -> bytes:
    """With its digest before it: a piece that a disk has damaged is drawn again."""
    return hashlib.sha256(data).digest() + data


def _unsealed(kept: bytes | None) -> bytes:
    digest, data = (kept or b"")[:32], (kept or b"")[32:]
    return data if digest == hashlib.sha256(data).digest() else b""


def _logo(scene: Scene) -> list[Any]:
    logo = scene.logo
    if logo is None:
        return []
    picture = hashlib.sha256(logo.picture.read_bytes()).hexdigest()
    return [picture, logo.corner.value, logo.size, logo.opacity]
