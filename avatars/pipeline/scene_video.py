"""A video of scenes: each is a segment, so that one that has not changed, or was drawn before a crash, is not drawn
again. The joints are where the scenes change."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from avatars.ai_label.fragment_label import beginning_tag
from avatars.captions import translation
from avatars.captions.srt import Cue
from avatars.engines.base import Picture, RenderEngine, Setup, Shot
from avatars.engines.portrait_video import MovingPortrait, Track
from avatars.inspection.expectations import Expected
from avatars.inspection.scenes import Take
from avatars.media.file_cache import FileCache
from avatars.pipeline import portrait_video, spoken_segments
from avatars.pipeline.montage import montage
from avatars.pipeline.output_files import Drawn, origin
from avatars.pipeline.setups import PICTURE, digest_of, setup_of
from avatars.pipeline.spec import VideoSpec
from avatars.pipeline.speech_source import SpeechSource
from avatars.pipeline.spoken_segments import Segment, SegmentedVideo
from avatars.pipeline.stages import Stage, StageTimer
from avatars.pipeline.stream_parts import WriterOf
from avatars.scenes import dialogue, music
from avatars.scenes.composition import SceneComposition
from avatars.scenes.layouts import size_of
from avatars.scenes.pointers import Moment, looks, moments
from avatars.scenes.spec import Deck, Layout

Ours = TypeVar("Ours", bound=Setup)
Compose = Callable[[Callable[..., Picture]], Picture]
"""Calls a function that composes a picture, with the restorer as `mend` if the spec asks for one."""


def draw(
    spec: VideoSpec,
    deck: Deck,
    source: SpeechSource,
    engine: RenderEngine,
    work: Path,
    compose: Compose,
    filmed: "Filmed",
    cache: FileCache | None,
    timer: StageTimer,
    notes: list[str],
    writer_of: WriterOf,
) -> Drawn:
    """Speak and draw all scenes of a deck. Raises `ScriptError`, `PortraitError`, `MediaError`."""
    size = size_of(spec.scene.format.aspect, longest=spec.longest)
    stagings = Stagings(deck, spec, size, work, compose, filmed)
    parts = replace(montage(spec.scene, size, fps=spec.fps), music=deck.music)
    # Before anything is spoken: a broken file must not cost a minute.
    picture = stagings.check()
    setup = setup_of(spec, picture, work, timer, notes)
    if deck.music is not None:
        music.check(deck.music)
    writer = writer_of(parts, picture)
    timer.begin(Stage.SPEAKING)
    said = _spoken(spec, deck, source, work)
    timer.begin(Stage.ANIMATING)
    video = SceneVideo(said, spec.scene, parts, spec.goal, spec.limit, cache, deck, stagings, spec.seed)
    if writer is not None:
        for cue in video.translated_cues():
            writer.add_caption(cue, translated=True)
    tag = beginning_tag(origin(spec))
    shot = video.encode(engine, setup, work / PICTURE, timer.report, tag=tag, writer=writer)
    return Drawn(spec=spec, shot=shot, parts=parts, takes=tuple(video.takes(setup)))


def _spoken(spec: VideoSpec, deck: Deck, source: SpeechSource, folder: Path) -> list[Segment]:
    """The segments of a deck, each in the voice of its speaker."""
    voices: dict[int, spoken_segments.Say] = {}
    if deck.partner is not None:
        other = deck.partner
        manner = replace(spec.manner, mood=other.mood, automatic=other.automatic_mood)
        theirs = replace(spec, speech_engine=other.speech_engine, voice=other.voice, speed=other.speed, manner=manner)
        say = partial((source.partner or source).recite_text, theirs)
        voices = {scene.begin: say for scene in deck.scenes if scene.speaker}
    said = spoken_segments.speak_segments(
        spec.text,
        deck.cuts,
        partial(source.recite_text, spec),
        fps=spec.fps,
        pause=spec.manner.pause,
        others=voices,
        folder=folder,
    )
    if not voices:
        return said
    even = dialogue.matched([each.speech for each in said], [scene.speaker for scene in deck.scenes])
    return [replace(each, speech=speech) for each, speech in zip(said, even, strict=True)]


@dataclass(frozen=True)
class Filmed:
    """The portrait videos of both people, where they have some that the engine moves, and the cache of their tracks."""

    videos: tuple[Path | None, Path | None] = (None, None)
    tracks: Path | None = None


class Stagings:
    """The scenes of a deck with the pictures of their people, which `compose` makes when they are asked for."""

    def __init__(
        self, deck: Deck, spec: VideoSpec, size: tuple[int, int], folder: Path, compose: Compose, filmed: Filmed
    ) -> None:
        self._deck, self._spec, self._size, self._folder, self._compose = deck, spec, size, folder, compose
        self._filmed = filmed
        self._humans: dict[tuple[Layout, int], tuple[Picture, MovingPortrait | None]] = {}
        self._kept: dict[int, SceneComposition] = {}

    def check(self) -> Picture:
        """The first scene as it stands, once every slide and the human could be opened."""
        for number in range(1, len(self._deck.scenes)):
            self.staging(number)
        for number in range(1, len(self._deck.scenes)):
            self.humans(number)
        return self.staging(0).with_humans(self.humans(0))

    def staging(self, number: int) -> SceneComposition:
        """The scene of this number."""
        if number not in self._kept:
            # One scene fades into the next; more than two would only take memory.
            self._kept = {key: each for key, each in self._kept.items() if abs(key - number) == 1}
            self._kept[number] = SceneComposition(self._deck, number, self._spec.scene, self._size)
        return self._kept[number]

    def portrait(self, person: int) -> Path:
        """The file of a person's portrait."""
        partner = self._deck.partner
        return partner.portrait if person and partner is not None else self._spec.portrait

    @cached_property
    def origins(self) -> tuple[str, str]:
        """The digests of both portraits, or of the videos that they are frames of."""
        first, second = self._filmed.videos
        return digest_of(first or self.portrait(0)), digest_of(second or self.portrait(1))

    def human(self, number: int, person: int) -> Picture:
        """The picture of a person in it; scenes of one layout have the same. Raises `PortraitError`, `MediaError`."""
        return self._human(number, person)[0]

    def moving(self, number: int, person: int) -> MovingPortrait | None:
        """The `MovingPortrait` of this picture, if the portrait is a video. Raises as `human` does."""
        return self._human(number, person)[1]

    def _human(self, number: int, person: int) -> tuple[Picture, MovingPortrait | None]:
        key, staging = (self._deck.scenes[number].layout, person), self.staging(number)
        if key not in self._humans:
            if (video := self._filmed.videos[person]) is not None:
                moves = partial(staging.moving_human, video, self.origins[person], self._filmed.tracks)
                self._humans[key] = moves(person=person)
            else:
                compose = partial(staging.human, self.portrait(person), self._folder, person=person)
                self._humans[key] = self._compose(compose), None
        return self._humans[key]

    def humans(self, number: int) -> list[Picture]:
        """The pictures of all people in it. Raises as `human` does."""
        return [self.human(number, person) for person in self._deck.scenes[number].people]


@dataclass(frozen=True)
class SceneVideo(SegmentedVideo):
    """As `SegmentedVideo`, with a scene of `deck` for each segment."""

    deck: Deck
    stagings: Stagings
    seed: int
    _found_ways: dict[int, dict[int, tuple[int, ...]]] = field(default_factory=dict)

    def translated_cues(self) -> Iterator[Cue]:
        """The captions of all scenes in the language that is not spoken."""
        reached = 0.0
        for segment, scene in zip(self.segments, self.deck.scenes, strict=True):
            yield from translation.cues(segment.text, segment.speech.tokens, scene.translation, late=reached)
            reached += segment.speech.seconds

    def takes(self, setup: Setup) -> Iterator[Take]:
        """The expected picture of each person in each scene."""
        first = 0
        for number, segment in enumerate(self.segments):
            speaking, staging = self._shot(setup, number), self.stagings.staging(number)
            over = (
                *staging.covered(self._moments(number)),
                *self.overlays(speaking, segment.text, self._second(number)).covered,
            )
            for person, shot in zip(staging.scene.people, self._shots(number, speaking), strict=True):
                box = staging.place.box_of(person)
                inside = tuple(part for each in over if (part := each.within(box)) is not None)
                yield Take(first=self.parts.before + first, box=box, expected=Expected(shot=shot, covered=inside))
            first += speaking.frame_count

    def _shot(self, setup: Setup, number: int) -> Shot:
        """The shot of the one who speaks."""
        scene, place = self.deck.scenes[number], self.stagings.staging(number).place
        shot = spoken_segments.shot_of(self._of(setup, number, scene.speaker), self.segments[number])
        turned = looks(self._moments(number), scene.layout)
        if scene.layout.has_two and not turned:
            turned = dialogue.glance(shot, place, scene.speaker)
        return replace(shot, looks=turned)

    def _shots(self, number: int, speaking: Shot) -> tuple[Shot, ...]:
        """The shots of all people in a scene: one speaks, the other listens."""
        scene, place = self.deck.scenes[number], self.stagings.staging(number).place
        if not scene.layout.has_two:
            return (speaking,)
        other = 1 - scene.speaker
        silence, turned = dialogue.listening(speaking.speech, place, other)
        same = replace(speaking, seed=speaking.seed + 1, looks=turned, text="", speech=silence)
        listening = self._of(same, number, other)
        return (listening, speaking) if scene.speaker else (speaking, listening)

    def _of(self, setup: Ours, number: int, person: int) -> Ours:
        """The same for this person in a scene: engines keep the files of each apart."""
        folder = setup.folder.with_name(f"engine-{person}") if setup.folder and self.deck.partner else setup.folder
        if folder is not None:
            folder.mkdir(exist_ok=True)
        moving = self.stagings.moving(number, person)
        if moving is not None:
            moving = replace(moving, numbers=self._ways(person, moving.track)[number])
        portrait = self.stagings.human(number, person)
        return replace(setup, portrait=portrait, origin=self.stagings.origins[person], moving=moving, folder=folder)

    def _ways(self, person: int, track: Track) -> dict[int, tuple[int, ...]]:
        """The frames of a person's video in each scene that shows the person."""
        if person not in self._found_ways:
            numbers = [number for number, scene in enumerate(self.deck.scenes) if person in scene.people]
            speaks = [self.deck.scenes[number].speaker == person for number in numbers]
            marks = [portrait_video.pauses(self.segments[number].speech) for number in numbers]
            marks = [each | (not says) for each, says in zip(marks, speaks, strict=True)]
            ways = portrait_video.ways(track, self.seed + person, marks)
            self._found_ways[person] = dict(zip(numbers, ways, strict=True))
        return self._found_ways[person]

    def _origins(self, number: int, shot: Shot) -> tuple[str, ...]:
        origins = self.stagings.origins
        return tuple(dict.fromkeys(origins[person] for person in self.deck.scenes[number].people))

    def _moments(self, number: int) -> tuple[Moment, ...]:
        segment = self.segments[number]
        pointings = self.deck.scenes[number].pointings
        return moments(pointings, segment.speech.tokens, begin=segment.begin, length=segment.speech.seconds)

    def _frames(self, number: int, engine: RenderEngine, shot: Shot) -> Iterator[Picture]:
        before = self._before(number)
        staging = self.stagings.staging(number)
        humans = [engine.animate(each) for each in self._shots(number, shot)]
        return staging.frames(humans, self._moments(number), fps=shot.fps, count=shot.frame_count, before=before)

    def _second(self, number: int) -> list[Cue] | None:
        if not self.deck.is_translated:
            return None
        segment = self.segments[number]
        return translation.cues(segment.text, segment.speech.tokens, self.deck.scenes[number].translation)

    def _before(self, number: int) -> Picture | None:
        """The canvas before a scene's, which fades into it; None where the layout changes."""
        scenes = self.deck.scenes
        if not number or scenes[number - 1].layout is not scenes[number].layout:
            return None
        return self.stagings.staging(number - 1).canvas.picture

    def _facts(self, number: int) -> dict[str, Any]:
        scene, before = self.deck.scenes[number], self._before(number)
        listeners = [self.stagings.human(number, person) for person in scene.people if person != scene.speaker]
        return {
            **({"listener": _hash(listeners[0])} if listeners else {}),
            **self._moved(number),
            "speaker": scene.speaker,
            "canvas": _hash(self.stagings.staging(number).canvas.picture),
            "before": _hash(before) if before is not None else "",
            "layout": scene.layout.value,
            "lower_third": [scene.name, scene.role],
            "translation": scene.translation if self.deck.is_translated else None,
            "accent": self.deck.accent,
            "pointings": [[moment.start, moment.end, moment.x, moment.y] for moment in self._moments(number)],
        }

    def _moved(self, number: int) -> dict[str, Any]:
        moving = {person: self.stagings.moving(number, person) for person in self.deck.scenes[number].people}
        ways = {person: self._ways(person, each.track)[number] for person, each in moving.items() if each is not None}
        return {"ways": ways} if ways else {}


def _hash(picture: Picture) -> str:
    return hashlib.sha256(picture.tobytes()).hexdigest()
