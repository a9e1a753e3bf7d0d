"""Requirements for render engines: frames of the portrait, as many as the sound is long, the same each time."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from avatars.conformance.base import Broken, Check, NotApplicable, demand
from avatars.engines.base import Picture, RenderEngine, Shot
from avatars.speech.base import Sound, Speech

RATE = 16_000  # samples a second: enough for speech, and the rate of most networks
PAUSE, WORD = 0.3, 0.3  # seconds of each silence and of each tone in the test sound
NEAR = 20  # grey levels: a head moves; the same picture in a mirror differs by four times as many
SAME = 3  # grey levels: encoding alone changes frames by less


class Studio:
    """The stage: an engine and a shot, which is rendered twice, once for all checks."""

    def __init__(self, engine: RenderEngine, shot: Shot) -> None:
        self.engine, self.shot = engine, shot
        self.before = shot.portrait.copy()
        self._frames: list[Picture] = []
        self._failed = False

    @property
    def frames(self) -> list[Picture]:
        """The frames of the first time. Raises `NotApplicable` where there are none."""
        if self._failed:
            raise NotApplicable(gettext_noop("There is no video: see the first check."))
        return self._frames or self.first()

    def first(self) -> list[Picture]:
        """Render the shot. Raises the engine's errors."""
        self._failed = True
        self._frames = self.again()
        self._failed = not self._frames
        return self._frames

    def again(self) -> list[Picture]:
        """The frames of another time."""
        with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
            shot = replace(self.shot, folder=Path(folder))
            return [np.array(frame) for frame in self.engine.animate(shot)]


def words() -> Speech:
    """A second of something like speech: two vowels between silences."""
    pause, times = np.zeros(round(PAUSE * RATE)), np.arange(round(WORD * RATE)) / RATE
    vowel = 0.4 * np.sin(2 * np.pi * 160 * times) * np.sin(np.pi * times / WORD)
    middle = PAUSE + WORD / 2
    return Speech(
        samples=np.concatenate([pause, vowel, pause]).astype(np.float32),
        rate=RATE,
        sounds=(
            Sound(symbol="", start=0, end=PAUSE),
            Sound(symbol="a", start=PAUSE, end=middle),
            Sound(symbol="o", start=middle, end=PAUSE + WORD),
            Sound(symbol="", start=PAUSE + WORD, end=2 * PAUSE + WORD),
        ),
        tokens=(),
    )


def _makes_frames(stage: Studio) -> None:
    demand(isinstance(stage.engine, RenderEngine), gettext_noop("Its class is no RenderEngine."))
    demand(bool(stage.first()), gettext_noop("It yields no frames."))


def _counts(stage: Studio) -> None:
    given, wanted = len(stage.frames), stage.shot.frame_count
    demand(given == wanted, gettext_noop("It yields %(given)d frames of %(wanted)d."), given=given, wanted=wanted)


def _keeps_the_shape(stage: Studio) -> None:
    for number, frame in enumerate(stage.frames):
        if frame.shape != stage.before.shape or frame.dtype != np.uint8:
            said = gettext_noop("Frame %(number)d is %(shape)s of %(kind)s and not %(wanted)s of uint8.")
            shape, wanted = ("×".join(map(str, each)) for each in (frame.shape, stage.before.shape))
            raise Broken(said, number=number, shape=shape, kind=str(frame.dtype), wanted=wanted)


def _repeats_itself(stage: Studio) -> None:
    frames, again = stage.frames, stage.again()
    said = gettext_noop("It yields %(first)d frames, and %(second)d the second time.")
    demand(len(frames) == len(again), said, first=len(frames), second=len(again))
    for number, (frame, other) in enumerate(zip(frames, again, strict=True)):
        said = gettext_noop("Frame %(number)d differs from the one of the first time.")
        demand(np.array_equal(frame, other), said, number=number)


def _shows_the_portrait(stage: Studio) -> None:
    _keeps_the_shape(stage)
    rows = len(stage.before) // 6
    top = stage.before[:rows].astype(int)
    for number, frame in enumerate(stage.frames):
        away = float(np.abs(frame[:rows] - top).mean())
        said = gettext_noop("The top of frame %(number)d differs from the portrait by %(away).0f grey levels.")
        demand(away < NEAR, said, number=number, away=away)


def _moves(stage: Studio) -> None:
    _keeps_the_shape(stage)
    first = stage.frames[0].astype(int)
    most = max(int(np.abs(frame - first).max()) for frame in stage.frames)
    demand(most > SAME, gettext_noop("All frames are the same picture."))


def _leaves_the_portrait(stage: Studio) -> None:
    demand(
        bool(stage.frames) and np.array_equal(stage.shot.portrait, stage.before),
        gettext_noop("It painted on the portrait."),
    )


CHECKS = (
    Check(
        key="animates",
        title=_("It animates a portrait"),
        remedy=_("Yield RGB frames from animate() of a class that extends RenderEngine."),
        test=_makes_frames,
    ),
    Check(
        key="length",
        title=_("There are as many frames as the sound is long"),
        remedy=_("Yield exactly shot.frame_count frames; the last may be shown for longer than there is sound."),
        test=_counts,
    ),
    Check(
        key="shape",
        title=_("Frames have the size and the colours of the portrait"),
        remedy=_("Yield uint8 RGB frames of the portrait's shape: height, width, 3."),
        test=_keeps_the_shape,
    ),
    Check(
        key="portrait",
        title=_("The video shows the portrait"),
        remedy=_("Draw on the portrait that it gets: the right way up, not mirrored, red before blue."),
        test=_shows_the_portrait,
    ),
    Check(
        key="moves",
        title=_("Something moves while it speaks"),
        remedy=_("Yield copies, or draw each frame from scratch, and move the mouth with the sound."),
        test=_moves,
    ),
    Check(
        key="same",
        title=_("The same shot gives the same frames"),
        remedy=_("Take randomness from shot.seed only, and let nothing of the last video stay."),
        test=_repeats_itself,
    ),
    Check(
        key="untouched",
        title=_("It leaves the portrait unchanged"),
        remedy=_("Copy the portrait before something is drawn on it."),
        test=_leaves_the_portrait,
    ),
)
