"""A video of scenes: each is a segment, so that one that has not changed, or was drawn before a crash, is not drawn
again. The joints are where the scenes change."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from avatars.ai_label.fragment_label import beginning_tag
from avatars.engines.base import Picture, RenderEngine, Setup, Shot
from avatars.inspection.expectations import Expected
from avatars.inspection.scenes import Take
from avatars.media.file_cache import FileCache
from avatars.pipeline import segments
from avatars.pipeline.montage import montage
from avatars.pipeline.output_files import Drawn, origin
from avatars.pipeline.segments import SegmentedVideo
from avatars.pipeline.setups import PICTURE, setup_of
from avatars.pipeline.spec import VideoSpec
from avatars.pipeline.speech_source import SpeechSource
from avatars.pipeline.stages import Stage, StageTimer
from avatars.pipeline.stream_parts import WriterOf
from avatars.scenes import music
from avatars.scenes.composition import SceneComposition
from avatars.scenes.layouts import size_of
from avatars.scenes.pointers import Moment, looks, moments
from avatars.scenes.spec import Deck, Layout

Compose = Callable[[Callable[..., Picture]], Picture]
"""Calls what composes a picture, with what mends portraits where that is asked for."""


def draw(
    spec: VideoSpec,
    deck: Deck,
    source: SpeechSource,
    engine: RenderEngine,
    work: Path,
    compose: Compose,
    cache: FileCache | None,
    timer: StageTimer,
    notes: list[str],
    writer_of: WriterOf,
) -> Drawn:
    """Speak and draw all scenes of a deck. Raises `ScriptError`, `PortraitError`, `MediaError`."""
    size = size_of(spec.scene.format.aspect)
    stagings = Stagings(deck, spec, size, work, compose)
    parts = replace(montage(spec.scene, size, fps=spec.fps), music=deck.music)
    # Before anything is spoken: a broken file must not cost a minute.
    picture = stagings.check()
    setup = setup_of(spec, picture, work, timer, notes)
    if deck.music is not None:
        music.check(deck.music)
    writer = writer_of(parts, picture)
    timer.begin(Stage.SPEAKING)
    said = segments.speak_segments(
        spec.text, deck.cuts, partial(source.recite_text, spec), fps=spec.fps, pause=spec.manner.pause
    )
    timer.begin(Stage.ANIMATING)
    video = SceneVideo(said, spec.scene, parts, spec.goal, spec.limit, cache, deck, stagings)
    tag = beginning_tag(origin(spec))
    shot = video.encode(engine, setup, work / PICTURE, timer.report, tag=tag, writer=writer)
    return Drawn(spec=spec, shot=shot, parts=parts, takes=tuple(video.takes(setup)))


class Stagings:
    """The scenes of a deck with the pictures of their human, which `compose` makes when they are asked for."""

    def __init__(self, deck: Deck, spec: VideoSpec, size: tuple[int, int], folder: Path, compose: Compose) -> None:
        self._deck, self._spec, self._size, self._folder, self._compose = deck, spec, size, folder, compose
        self._humans: dict[Layout, Picture] = {}
        self._kept: dict[int, SceneComposition] = {}

    def check(self) -> Picture:
        """The first scene as it stands, once every slide and the human could be opened."""
        for number in range(1, len(self._deck.scenes)):
            self.staging(number)
        return self.staging(0).with_human(self.human(0))

    def staging(self, number: int) -> SceneComposition:
        """The scene of this number."""
        if number not in self._kept:
            # One scene fades into the next; more than two would only take memory.
            self._kept = {key: each for key, each in self._kept.items() if abs(key - number) == 1}
            self._kept[number] = SceneComposition(self._deck, number, self._spec.scene, self._size)
        return self._kept[number]

    def human(self, number: int) -> Picture:
        """The picture of the human in it; scenes of one layout have the same. Raises `PortraitError`, `MediaError`."""
        layout = self._deck.scenes[number].layout
        if layout not in self._humans:
            staging = self.staging(number)
            self._humans[layout] = self._compose(partial(staging.human, self._spec.portrait, self._folder))
        return self._humans[layout]


@dataclass(frozen=True)
class SceneVideo(SegmentedVideo):
    """As `SegmentedVideo`, with a scene of `deck` for each segment."""

    deck: Deck
    stagings: Stagings

    def takes(self, setup: Setup) -> Iterator[Take]:
        """What is to be seen of the human in each scene."""
        first = 0
        for number, segment in enumerate(self.segments):
            shot = self._shot(setup, number)
            box = self.stagings.staging(number).place.human
            drawn = self.stagings.staging(number).covered(self._moments(number))
            over = (*drawn, *self.covered(shot, segment.text))
            inside = tuple(part for each in over if (part := each.within(box)) is not None)
            yield Take(first=self.parts.before + first, box=box, expected=Expected(shot=shot, covered=inside))
            first += shot.frame_count

    def _shot(self, setup: Setup, number: int) -> Shot:
        human = replace(setup, portrait=self.stagings.human(number))
        turned = looks(self._moments(number), self.deck.scenes[number].layout)
        return replace(segments.shot_of(human, self.segments[number]), looks=turned)

    def _moments(self, number: int) -> tuple[Moment, ...]:
        segment = self.segments[number]
        pointings = self.deck.scenes[number].pointings
        return moments(pointings, segment.speech.tokens, begin=segment.begin, length=segment.speech.seconds)

    def _frames(self, number: int, engine: RenderEngine, shot: Shot) -> Iterator[Picture]:
        before = self._before(number)
        staging = self.stagings.staging(number)
        return staging.frames(
            engine.animate(shot), self._moments(number), fps=shot.fps, count=shot.frame_count, before=before
        )

    def _before(self, number: int) -> Picture | None:
        """The canvas that fades into that of a scene; None where the layout changes."""
        scenes = self.deck.scenes
        if not number or scenes[number - 1].layout is not scenes[number].layout:
            return None
        return self.stagings.staging(number - 1).canvas.picture

    def _facts(self, number: int) -> dict[str, Any]:
        scene, before = self.deck.scenes[number], self._before(number)
        return {
            "canvas": _hash(self.stagings.staging(number).canvas.picture),
            "before": _hash(before) if before is not None else "",
            "layout": scene.layout.value,
            "lower_third": [scene.name, scene.role],
            "accent": self.deck.accent,
            "pointings": [[moment.start, moment.end, moment.x, moment.y] for moment in self._moments(number)],
        }


def _hash(picture: Picture) -> str:
    return hashlib.sha256(picture.tobytes()).hexdigest()
