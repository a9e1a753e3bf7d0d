"""All that moves over time, frame by frame: lips from the sounds, blinks, and a head that is never quite still.

It is planned block by block, each from the speech up to `AHEAD` seconds after it: a video begins before its speech is
over, and is the same video whether it did or not.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from avatars.engines.base import Look, Setup, Shot, frame_count
from avatars.engines.puppet.face.geometry import smoothstep
from avatars.engines.puppet.face.mesh import Floats
from avatars.engines.puppet.motion.breath import Breath
from avatars.engines.puppet.motion.gaze import Gaze
from avatars.engines.puppet.motion.idle import Blinks, Wander
from avatars.engines.puppet.motion.lips import BEHIND, aperture, lip_poses
from avatars.engines.puppet.motion.prosody import Voice, smoothed
from avatars.engines.puppet.motion.stress import Gestures, Stress
from avatars.engines.puppet.rig.expressions import JAW_DROP, SHUT_IN, SPREAD
from avatars.engines.puppet.rig.parameters import LIPS, Expression, Head
from avatars.speech.base import Sound
from avatars.speech.synthesis.stream import SpeechStream

AHEAD = 0.68
"""Seconds of speech that must be known after a frame: its sounds shape the lips, and lift the brows, before they are
heard."""
BLOCK = 8  # frames planned together on a processor: a stream waits for so many, and fewer cost more calls
SETTLE, SHUT = 0.6, 0.1
"""Seconds in which the head comes to rest, and the lips, where a shot is to begin and end so."""
POUTS = 0.35, 0.80
"""Between these amounts of rounding the lips of a smile cease to part as in the portrait."""
BROW_REACH, BROW_SIGMA = 0.30, 0.12
"""Seconds over which accents are smoothed into a motion of the brows, and their bell's sigma."""
TURNS = 0.45
"""Seconds in which the head turns to something, and back."""
NODS, LIFTS, TILTS = 0.9, 0.7, 1.3
"""Degrees of a nod on a stressed syllable, and by which the chin lifts and the head tilts at a question."""
LEANS = 0.12
"""Degrees by which a person who sits still leans to a side, on average: 1.3 mm at the head."""


@dataclass(frozen=True, kw_only=True)
class Motion:
    """One row per frame: `face` (n, 11) by `Expression`, `head` (n, 8) by `Head`, `blink` (n,) from open 0 to shut 1,
    `gaze` (n, 2) in degrees right and down."""

    face: NDArray[np.float32]
    head: NDArray[np.float32]
    blink: NDArray[np.float32]
    gaze: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.blink)

    def after(self, frames: int) -> "Motion":
        """The motion without its first `frames` frames."""
        return self.part(frames, len(self))

    def part(self, first: int, last: int) -> "Motion":
        """Its frames from `first` to before `last`."""
        return Motion(**{field.name: getattr(self, field.name)[first:last] for field in fields(self)})


def plan(shot: Shot, *, strength: float = 1.0) -> Motion:
    """The whole motion of a shot: the same for the same seed."""
    blocks = list(moves(shot, SpeechStream.of(shot.speech), strength=strength))
    empty = Motion(
        face=np.zeros((0, len(Expression)), np.float32),
        head=np.zeros((0, len(Head)), np.float32),
        blink=np.zeros(0, np.float32),
        gaze=np.zeros((0, 2), np.float32),
    )
    rows = {
        field.name: np.concatenate([getattr(block, field.name) for block in (empty, *blocks)])
        for field in fields(Motion)
    }
    return Motion(**rows)


def moves(setup: Setup, speech: SpeechStream, *, strength: float = 1.0, block: int = BLOCK) -> Iterator[Motion]:
    """The motion in blocks of so many frames, the last one of fewer; waits for each until enough speech is there."""
    fps, first = setup.fps, 0
    blinks, breath, eyes = Blinks(setup.seed), Breath(setup.seed), Gaze(setup.seed, fps)
    carriage = _Carriage(setup, speech) if setup.mode.moves_head else None
    end = speech.until(math.inf) if setup.rests else None
    while True:
        # Only the speech until then may count, even where more is known.
        known = min(speech.until((first + block) / fps + AHEAD), (first + block) / fps + AHEAD)
        frames = frame_count(known, fps)
        last = min(first + block, frames)
        if last <= first:
            return
        times = (np.arange(first, last) + 0.5) / fps
        face, head = np.zeros((last - first, len(Expression))), np.zeros((last - first, len(Head)))
        gaze = np.zeros((last - first, 2))
        face[:, Expression.NEUTRAL] = 1
        sounds = speech.sounds(first / fps - BEHIND, known)
        face[:, list(LIPS)] = lip_poses(sounds, times, strength=strength)
        if carriage is not None:
            head, face[:, Expression.BROW] = carriage.between(first, last, frames, sounds, known)
            head[:, Head.BREATH] = breath.at(times, sounds)
            gaze = eyes.at(times, known, sounds)
        blink = blinks.at(times, known, sounds)
        if end is not None:
            freedom = _between_rests(times, 0.5 / fps, end - 0.5 / fps, SETTLE)
            head, face[:, Expression.BROW] = head * freedom[:, None], face[:, Expression.BROW] * freedom
            face[:, list(LIPS)] *= _between_rests(times, 0.5 / fps, end - 0.5 / fps, SHUT)[:, None]
        yield Motion(
            **{
                name: rows.astype(np.float32)
                for name, rows in {"face": face, "head": head, "blink": blink, "gaze": gaze}.items()
            }
        )
        first = last


def _between_rests(times: Floats, first: float, last: float, seconds: float) -> Floats:
    """From 0 at the first and the last moment to 1 so many seconds from them."""
    rising = smoothstep(0.0, seconds, times - first)
    falling = smoothstep(0.0, seconds, last - times)
    return np.asarray(rising * falling)


def smiling(face: NDArray[np.float32], gap: float) -> NDArray[np.float32]:
    """The poses for a portrait whose own lips are `gap` (eye distances) apart: open sounds part them as in the portrait
    rather than by the jaw, so that its teeth are seen; how far the lips are apart stays the same."""
    asked = aperture(face[:, list(LIPS)].astype(np.float64))
    by_jaw = JAW_DROP * np.maximum(0.0, face[:, Expression.JAW])
    back = np.minimum(0.7 * smoothstep(0.01, 0.06, asked), 0.9 * by_jaw / gap)
    # Rounded lips do not smile: parted as in the portrait they would leave a sickle open.
    back *= 1 - smoothstep(*POUTS, np.asarray(face[:, Expression.ROUND], np.float64))
    eased = face.copy()
    eased[:, Expression.NEUTRAL] -= back
    eased[:, Expression.JAW] -= back * gap / JAW_DROP
    # Shut lips are drawn in a little, and less of that is left; the mouth shall be no wider for it.
    eased[:, Expression.WIDE] -= back * SHUT_IN / SPREAD
    return eased


def _turned(looks: Sequence[Look], times: Floats) -> Floats:
    """Degrees of the head's deliberate turns."""
    turned = np.zeros(len(times))
    for look in looks:
        rising = smoothstep(0.0, TURNS, times - look.start)
        turned += look.yaw * rising * smoothstep(0.0, TURNS, look.end - times)
    return turned


class _Carriage:
    """The motion of head and brows: slow drift at all times, nods and small turns with the voice."""

    def __init__(self, setup: Setup, speech: SpeechStream) -> None:
        self._fps, self._looks = setup.fps, setup.looks
        self._voice, self._speech = Voice(speech, setup.fps), speech
        self._stress = Stress(setup.text, setup.fps)
        self._tilts = 1.0 if setup.seed % 2 else -1.0
        speeds = (0.25, 0.6, 0.3, 0.22, 0.7, 0.18, 0.2, 0.15, 0.4, 0.12)
        self._wander = [
            Wander(hertz, setup.fps, seed=setup.seed, channel=channel) for channel, hertz in enumerate(speeds, start=1)
        ]

    def between(
        self, first: int, last: int, frames: int, sounds: Sequence[Sound], known: float
    ) -> tuple[Floats, Floats]:
        """Poses by `Head`, and brows, where so many frames of the speech are there."""
        self._voice.hear(min(frames, last + int(AHEAD * self._fps)))
        voice, done = self._voice.between(first, last), self._gestures(first, last, sounds, known)
        turn, turn_more, nod, tilt, tilt_more, right, down, nearer, brow, lean = (
            wander.next(last - first) for wander in self._wander
        )
        lively = (voice.energy - voice.usual) * voice.speaking
        head = np.zeros((last - first, len(Head)))
        head[:, Head.YAW] = 1.3 * turn + 0.5 * turn_more * voice.speaking
        head[:, Head.PITCH] = 0.7 * nod + 0.8 * lively + NODS * done.nod - LIFTS * done.asks
        head[:, Head.ROLL] = 0.7 * tilt + 0.25 * tilt_more * voice.speaking + TILTS * self._tilts * done.asks
        head[:, Head.RIGHT] = 0.5 * right
        head[:, Head.DOWN] = 0.35 * down + 0.35 * lively
        head[:, Head.NEARER] = 0.25 * nearer
        head[:, Head.LEAN] = LEANS * lean
        head[:, Head.YAW] += _turned(self._looks, (np.arange(first, last) + 0.5) / self._fps)
        return head, self._brows(first, last, brow, done)

    def _gestures(self, first: int, last: int, sounds: Sequence[Sound], known: float) -> Gestures:
        times = (np.arange(first, last) + 0.5) / self._fps
        return self._stress.at(times, known, sounds, self._speech.tokens, self._voice)

    def _brows(self, first: int, last: int, wander: Floats, done: Gestures) -> Floats:
        reach = int(BROW_REACH * self._fps)
        accents = np.clip(self._voice.between(first - reach, last + reach).accent, 0, 1)
        with_voice = smoothed(accents, BROW_SIGMA * self._fps, reach)
        raised: Floats = 0.10 * wander + 0.35 * with_voice + 0.45 * done.brow + 0.6 * done.asks
        return np.clip(raised, -0.1, 0.9)
