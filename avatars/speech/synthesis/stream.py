"""Speech while it is being made: the speaker adds parts; the renderer reads from the beginning and waits for more.

Known parts never change: reading up to a moment gives the same, whether the rest was spoken before or after.
"""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from avatars.speech.audio.sample_buffer import SampleBuffer, Samples
from avatars.speech.base import Place, Sound, Speech, Token

PACE = 0.27
"""Seconds a place, with the pauses: the mean of the built-in voices in both languages."""

TRUST = 20
"""The places of a first part that count as much as `PACE`: a greeting alone is slower than the rest."""

MARGIN = 1.1
"""Times the expected length that speech nearly never exceeds."""


class SpeechStream:
    """One writer (`begin`, `add`, `report`, then `end` or `fail`) and one reader, each in a thread of its own.

    `samples` are at the engine's own level, `heard` and `whole` at the level of broadcasters. `waits` is called in the
    reader's thread, with the progress of the speech (0..1), each time that it has to wait for more, or would in vain.
    Both are kept in files in `folder`; complete speech stays in its own array. The reader asks for no samples that it
    has told to `forget`.
    """

    def __init__(self, *, waits: Callable[[float], None] | None = None, folder: Path | None = None) -> None:
        self._changed = threading.Condition()
        self._waits = waits
        self._share = 0.0
        self._spoken, self._heard = SampleBuffer(folder), SampleBuffer(folder)
        self._forgotten = 0
        self._starts: list[int] = []
        self._length = 0
        self._sounds: list[Sound] = []
        self._ends: list[float] = []
        self._tokens: dict[int, Token] = {}
        self._places: tuple[Place, ...] = ()
        self._expected = 0.0
        self._margin = 1.0
        self._whole: Speech | None = None
        self._given: Samples | None = None
        self._error: BaseException | None = None
        self.rate = 0

    @classmethod
    def of(cls, speech: Speech) -> "SpeechStream":
        """The stream of complete speech."""
        stream = cls()
        # In this order no copy is made: `add` keeps nothing of given speech.
        stream._given = speech.samples
        stream.end(speech)
        stream.add(speech)
        return stream

    # ---- for the speaker

    def begin(self, places: Sequence[Place]) -> None:
        """Set the places that will have tokens; by default the places of the first part's tokens."""
        with self._changed:
            self._places = tuple(places)

    def report(self, share: float) -> None:
        """Report the progress of the speech, 0..1."""
        with self._changed:
            self._share = share
            self._changed.notify_all()

    def add(self, part: Speech, *, heard: Samples | None = None) -> None:
        """Append a part, with times from its own beginning; `heard` has its samples levelled."""
        with self._changed:
            moved = shifted(part, self._length / part.rate)
            for sound in moved.sounds:
                if sound.symbol:
                    self._sounds.append(sound)
                    self._ends.append(sound.end)
            for token in moved.tokens:
                known = self._tokens.get(token.offset)
                self._tokens[token.offset] = replace(known, end=token.end) if known else token
            if self._given is None:
                self._spoken.append(part.samples)
                self._heard.append(part.samples if heard is None else heard)
            self._starts.append(self._length)
            self._length += len(part.samples)
            if not self.rate:
                self._places = self._places or tuple(Place(offset=t.offset, length=t.length) for t in part.tokens)
                self._expected = _expected(part, len(self._places))
                self._margin = MARGIN if len(part.tokens) < len(self._places) else 1.0
            self.rate = part.rate
            self._changed.notify_all()

    def added(self) -> Speech:
        """All added parts, levelled, as `end` takes them. Nothing may be added after that."""
        with self._changed:
            return Speech(
                samples=self._heard.whole(),
                rate=self.rate,
                sounds=tuple(filled(self._sounds, self._length / self.rate)),
                tokens=tuple(self._tokens[offset] for offset in sorted(self._tokens)),
            )

    def end(self, whole: Speech) -> None:
        """End the speech; `whole` is all of it, levelled."""
        with self._changed:
            self._whole = whole
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        """End the speech; the reader raises this error."""
        with self._changed:
            self._error = error
            self._changed.notify_all()

    def close(self) -> None:
        """Delete its files; samples from `whole` stay valid."""
        for buffer in (self._spoken, self._heard):
            buffer.close()

    # ---- for the renderer

    @property
    def over(self) -> bool:
        """Whether the speech is complete."""
        return self._whole is not None

    @property
    def seconds(self) -> float:
        """The length of the known speech."""
        with self._changed:
            return self._length / self.rate if self.rate else 0.0

    @property
    def expected(self) -> float:
        """The expected length, estimated from the first part; exact where that is the only one."""
        return self._expected

    @property
    def longest(self) -> float:
        """The length that it will hardly exceed."""
        return self._expected * self._margin

    @property
    def places(self) -> tuple[Place, ...]:
        """The places of the text that have tokens or will have them; known with the first part."""
        return self._places

    @property
    def tokens(self) -> list[Token]:
        """The known tokens, by place in the text."""
        with self._changed:
            return [self._tokens[offset] for offset in sorted(self._tokens)]

    def until(self, seconds: float) -> float:
        """Wait until so many seconds are known, or all speech; returns the known seconds, of at least one part.

        Raises the error that ended the writer.
        """
        with self._changed:
            self._check()
            while not self.over and not (self.rate and self._length >= seconds * self.rate):
                self._wait()
            return self._length / self.rate

    def more(self) -> None:
        """Wait for another part, or the end."""
        with self._changed:
            before = self._length
            while not self.over and self._length == before:
                self._wait()

    def whole(self) -> Speech:
        """Wait for all of it."""
        with self._changed:
            while self._whole is None:
                self._wait()
            return self._whole

    def samples(self, first: int, last: int) -> Samples:
        """The samples from `first` up to `last`. Raises `ValueError` where they were forgotten."""
        with self._changed:
            if first < self._forgotten and last > first:
                raise ValueError(f"Samples from {first} on were forgotten.")
            return self._spoken.cut(first, last) if self._given is None else self._given[first:last]

    def forget(self, seconds: float) -> None:
        """Drop the samples before the part of this moment: the reader does not ask for them again."""
        with self._changed:
            parts = bisect_right(self._starts, seconds * self.rate) - 1
            if parts >= 0:
                self._forgotten = max(self._forgotten, self._starts[parts])

    def heard(self, first: int, last: int) -> Samples:
        """As `samples`, but levelled, as `whole` will have them."""
        with self._changed:
            return self._heard.cut(first, last) if self._given is None else self._given[first:last]

    def sounds(self, start: float, end: float) -> list[Sound]:
        """The sounds between two times, in full, and the silences between them, the last one until `end`."""
        with self._changed:
            first = bisect_right(self._ends, start)
            last = bisect_left(self._sounds, end, lo=first, key=lambda sound: sound.start)
            reached = self._ends[first - 1] if first else 0.0
            until = min(end, self._length / self.rate if self.rate else 0.0)
            return list(filled(self._sounds[first:last], until, reached))

    def _wait(self) -> None:
        """Wait for a change. The caller holds the condition."""
        self._check()
        if self._waits is not None:
            self._waits(self._share)
        self._changed.wait()
        self._check()

    def _check(self) -> None:
        if self._error is not None:
            if self._waits is not None:
                self._waits(self._share)
            raise self._error


def _expected(part: Speech, places: int) -> float:
    """The length of speech with so many places that begins with this part."""
    said = len(part.tokens)
    if places <= said:
        return part.seconds
    pace = (part.seconds + TRUST * PACE) / (said + TRUST)
    return part.seconds + (places - said) * pace


def shifted(part: Speech, by: float) -> Speech:
    """The times of a part in the whole that it belongs to."""
    return replace(
        part,
        sounds=tuple(replace(sound, start=sound.start + by, end=sound.end + by) for sound in part.sounds),
        tokens=tuple(replace(token, start=token.start + by, end=token.end + by) for token in part.tokens),
    )


def filled(sounds: Iterable[Sound], seconds: float, start: float = 0.0) -> Iterator[Sound]:
    """Put silence wherever no sound is, from `start` to the end."""
    reached = start
    for sound in sounds:
        if sound.start > reached:
            yield Sound(symbol="", start=reached, end=sound.start)
        yield sound
        reached = sound.end
    if seconds > reached:
        yield Sound(symbol="", start=reached, end=seconds)
