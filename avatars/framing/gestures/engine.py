"""Any render engine, with hands that gesture where the portrait is one of our half-body drawings."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from avatars.adapters.availability import Availability
from avatars.engines.base import Picture, RenderEngine, Setup, StreamingEngine
from avatars.framing.gestures.cues import cues
from avatars.framing.gestures.placement import placed
from avatars.framing.gestures.signatures import figure_of
from avatars.framing.gestures.stage import Stage
from avatars.framing.gestures.timing import AHEAD, Timing
from avatars.media.file_cache import FileCache, code_digest
from avatars.portraits.half_body import figures
from avatars.portraits.half_body.figures import Figure, Limb, Sprite
from avatars.portraits.half_body.poses import Arm
from avatars.speech.synthesis.stream import SpeechStream

PORTRAITS, OURSELVES = Path(figures.__file__).parents[1], Path(__file__).parent
FOLDER = "figures"


class Gesturing(StreamingEngine):
    """`engine` with the hands of a figure, where the portrait has this `origin` or an unknown one: the other person of
    a dialogue has other hands."""

    def __init__(self, engine: RenderEngine, figure: Figure, *, origin: str = "") -> None:
        self._engine, self._figure, self._origin = engine, figure, origin
        self.device, self.moves_video = engine.device, engine.moves_video
        self.edition = f"{engine.edition} hands {code_digest(PORTRAITS, OURSELVES)}" if engine.edition else ""

    @classmethod
    def probe(cls, **_options: object) -> Availability:
        """See `Probed.probe`; it needs nothing but its engine."""
        raise NotImplementedError

    def follow(self, setup: Setup, speech: SpeechStream) -> Iterator[Picture]:
        """See `StreamingEngine.follow`."""
        frames = self._frames(setup, speech)
        height, width = setup.portrait.shape[:2]
        is_ours = not self._origin or setup.origin in ("", self._origin)
        gestures = cues(setup.text) if is_ours else []
        place = placed(self._figure.picture, _body(self._figure), setup.portrait) if gestures else None
        if place is None:
            yield from frames
            return
        stage, timing = Stage(self._figure, place, (width, height)), Timing(gestures, setup.fps)
        for number, frame in enumerate(frames):
            time = (number + 0.5) / setup.fps
            there = speech.until(time + AHEAD)
            gesture = timing.at(time, speech.tokens, there if there < time + AHEAD else None)
            if not gesture.raised:
                yield frame
                continue
            # The engine goes on in its own frame, and draws only moving pixels there: it gets the frame back as it was.
            with stage.drawn(frame, gesture) as shown:
                yield shown

    def _frames(self, setup: Setup, speech: SpeechStream) -> Iterator[Picture]:
        if isinstance(self._engine, StreamingEngine):
            return self._engine.follow(setup, speech)
        return self._engine.animate(setup.with_speech(speech.whole()))


def gesturing(engine: RenderEngine, portrait: Path, cache_folder: Path | None) -> RenderEngine:
    """The engine, with hands if the portrait is one of our half-body drawings."""
    name = figure_of(portrait)
    if not name:
        return engine
    with portrait.open("rb") as file:
        origin = hashlib.file_digest(file, "sha256").hexdigest()
    return Gesturing(engine, _kept(name, cache_folder), origin=origin)


def _body(figure: Figure) -> tuple[int, int, int, int]:
    """Of the picture: the chest between the arms, where nothing moves much and no background is."""
    width, height = figure.picture.shape[1], figure.picture.shape[0]
    return width * 3 // 10, height * 57 // 100, width * 7 // 10, height * 80 // 100


@cache
def _figure(name: str) -> Figure:
    return figures.figure(name)


def _kept(name: str, cache_folder: Path | None) -> Figure:
    """The layers of a figure: drawing them takes seconds."""
    if cache_folder is None or _figure.cache_info().currsize:
        return _figure(name)
    kept = FileCache(cache_folder / FOLDER)
    key = f"{name}-{code_digest(PORTRAITS)}.npz"
    if data := kept.get(key):
        return _read(data)
    figure = _figure(name)
    kept.put(key, _written(figure))
    return figure


def _written(figure: Figure) -> bytes:
    out = io.BytesIO()
    arrays: dict[str, Any] = {"bare": figure.bare}
    for name, limb in (("first", figure.first), ("other", figure.other)):
        arrays[f"{name}_elbow"] = np.array(limb.elbow)
        for arm, each in limb.arms.items():
            arrays[f"{name}_{arm}_place"] = np.array([each.left, each.top, *each.wrist])
            arrays[f"{name}_{arm}_pixels"] = each.pixels
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def _read(data: bytes) -> Figure:
    with np.load(io.BytesIO(data)) as arrays:
        return Figure(bare=arrays["bare"], first=_limb(arrays, "first"), other=_limb(arrays, "other"))


def _limb(arrays: Mapping[str, Any], name: str) -> Limb:
    sprites = {}
    for arm in Arm:
        if f"{name}_{arm}_place" in arrays:
            left, top, x, y = arrays[f"{name}_{arm}_place"].tolist()
            pixels = arrays[f"{name}_{arm}_pixels"]
            sprites[arm] = Sprite(pixels=pixels, left=int(left), top=int(top), wrist=(x, y))
    return Limb(elbow=tuple(arrays[f"{name}_elbow"].tolist()), arms=sprites)
