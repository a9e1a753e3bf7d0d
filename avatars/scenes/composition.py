"""A scene put together: the slide, the digital human beside it or in its corner, a pointer, and a lower third.

Its pictures come from the composition, which only the studio's child loads.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from avatars.engines.base import Picture
from avatars.engines.portrait_video import MovingPortrait
from avatars.framing.boxes import Box
from avatars.framing.scene import Captions, Scene
from avatars.scenes import canvas
from avatars.scenes.layouts import places
from avatars.scenes.lower_thirds import LowerThird
from avatars.scenes.pointers import Moment, Pointer, numbered
from avatars.scenes.spec import Deck, Layout

BEHIND = (Layout.HUMAN_LEFT, Layout.HUMAN_RIGHT, Layout.DIALOGUE, Layout.DIALOGUE_SLIDE)
"""Layouts whose people stand before the background of the scene."""

FADE = 8
"""Frames in which a slide fades into the next in the same place."""

Mend = Callable[[Picture, float], Picture]


class SceneComposition:
    """The scene of this number, in frames of (width, height); `look` is the format and background of the human."""

    def __init__(self, deck: Deck, number: int, look: Scene, size: tuple[int, int]) -> None:
        self.scene, self.size, self._look, self._deck = deck.scenes[number], size, look, deck
        shows = look.captions is not Captions.OFF
        self.place = places(self.scene.layout, size, captions=shows, both=deck.is_translated)
        self.canvas = canvas.paint(self.scene, deck.colour, size, self.place)
        self._masks = {person: self._mask_of(self.place.box_of(person)) for person in self.scene.people}

    def _mask_of(self, box: Box) -> Picture | None:
        """The mask of a human in this box; None if all of it is seen."""
        if self.scene.layout.has_two:
            return canvas.tile(box, min(self.size))
        return canvas.circle(box.width) if self.place.is_round else None

    @cached_property
    def lower_third(self) -> LowerThird | None:
        if not self.scene.name and not self.scene.role:
            return None
        texts, place = (self.scene.name, self.scene.role), self.place.lower_third_of(self.scene.speaker)
        scale = self.place.lower_third_scale
        return LowerThird(*texts, place, self.size, accent=self._deck.accent, scale=scale)

    def human(
        self, portrait: Path, folder: Path, mend: Mend | None = None, *, person: int = 0, keeps_background: bool = False
    ) -> Picture:
        """The portrait of a person as it stands in the scene; `folder` takes a file.

        Raises `PortraitError`, `MediaError`.
        """
        # Brings OpenCV, which only the studio's child may load.
        from avatars.framing import composition

        box, look = self.place.box_of(person), self._look
        if self.scene.layout in BEHIND and not keeps_background:
            behind = folder / "behind.png"
            Image.fromarray(self.canvas.picture[box.place]).save(behind, compress_level=1)
            look = replace(look, colour="", backdrop=behind)
        return composition.fill(portrait, (box.width, box.height), look, close=self.place.is_round, mend=mend)

    def moving_human(
        self, video: Path, origin: str, tracks: Path | None, *, person: int = 0
    ) -> tuple[Picture, MovingPortrait]:
        """The same of a portrait video, with its own background; `tracks` is a cache folder. Raises `PortraitError`."""
        # Brings OpenCV, as above.
        from avatars.framing import portrait_video

        box, stored = self.place.box_of(person), portrait_video.StoredVideo(path=video, origin=origin)
        return portrait_video.fill(stored, (box.width, box.height), close=self.place.is_round, cache_folder=tracks)

    def with_humans(self, pictures: Sequence[Picture]) -> Picture:
        """The scene with these pictures of its people, and nothing over it."""
        frame = self.canvas.picture.copy()
        for person, picture in zip(self.scene.people, pictures, strict=True):
            self._put(frame, picture, person)
        return frame

    def still(self, pictures: Sequence[Picture], points: Sequence[tuple[float, float]]) -> Picture:
        """The scene as it stands, with its lower third and with these points of the slide, numbered."""
        frame = self.with_humans(pictures)
        if self.canvas.slide is not None:
            numbered(frame, points, self.canvas.slide, accent=self._deck.accent)
        if self.lower_third is not None:
            self.lower_third.show(frame)
        return frame

    def frames(
        self,
        humans: Sequence[Iterator[Picture]],
        moments: Sequence[Moment],
        *,
        fps: int,
        count: int,
        before: Picture | None,
    ) -> Iterator[Picture]:
        """The frames of the scene with its people's frames; the canvas `before` fades into its own."""
        pointer = self._pointer(moments)
        for number in itertools.count():
            frame = self._background(number, before)
            if pointer is not None:
                pointer.draw(frame, (number + 0.5) / fps)
            # One after the other: an engine may draw its next frame into the same memory.
            for person, human in zip(self.scene.people, humans, strict=True):
                picture = next(human, None)
                if picture is None:
                    return
                self._put(frame, picture, person)
            if self.lower_third is not None:
                self.lower_third.draw(frame, (number + 0.5) / fps, count / fps)
            yield frame

    def covered(self, moments: Sequence[Moment]) -> tuple[Box, ...]:
        """The boxes of drawings over the scene at any time."""
        pointer = self._pointer(moments)
        plate = (self.lower_third.box,) if self.lower_third is not None else ()
        return (*(pointer.boxes if pointer else ()), *plate)

    def _pointer(self, moments: Sequence[Moment]) -> Pointer | None:
        if self.canvas.slide is None or not moments:
            return None
        return Pointer(moments, self.canvas.slide, self.size, accent=self._deck.accent)

    def _background(self, number: int, before: Picture | None) -> Picture:
        if before is None or number >= FADE:
            return self.canvas.picture.copy()
        share = (number + 1) / (FADE + 1)
        mixed: Picture = (before * (1 - share) + self.canvas.picture * share).astype(np.uint8)
        return mixed

    def _put(self, frame: Picture, picture: Picture, person: int) -> None:
        patch = frame[self.place.box_of(person).place]
        mask = self._masks[person]
        if mask is None:
            patch[:] = picture
            return
        share = mask.astype(np.uint16)
        patch[:] = ((picture * share + patch * (255 - share) + 127) // 255).astype(np.uint8)
