"""Captions of speech that is still being made: each as soon as nothing in it can change any more."""

from bisect import bisect_left
from collections.abc import Iterator

from avatars.captions.srt import SHORT_PAUSE, Cue, Slot, slots
from avatars.speech.base import Token
from avatars.speech.synthesis.stream import SpeechStream


class CaptionStream:
    """The captions of a text as it is spoken. They stay up for no longer than they are spoken; see `CaptionPainter`."""

    def __init__(self, text: str, speech: SpeechStream) -> None:
        self._text, self._speech = text, speech
        self._slots: list[Slot] | None = None
        self._given = 0
        self._tokens: list[Token] = []
        self._known = -1.0

    def until(self, now: float) -> Iterator[Cue]:
        """Captions not given before that begin up to this second of the speech; waits while one of them is incomplete.

        Complete captions of later moments come too.
        """
        self._look()
        while (slot := self._next()) is not None:
            cue = self._of(slot)
            if self._complete(slot):
                self._given += 1
                if cue:
                    yield slot.cue(cue)
                continue
            # Until a moment after the last frame is drawn, a caption stays up if the next one follows soon.
            if not cue or cue[0].start > now + SHORT_PAUSE:
                return
            self._speech.more()
            self._look()

    def _look(self) -> None:
        known = self._speech.seconds
        if known != self._known:
            self._known, self._tokens = known, self._speech.tokens
        if self._slots is None:
            self._slots = slots(self._text, self._speech.places)

    def _next(self) -> Slot | None:
        assert self._slots is not None
        return self._slots[self._given] if self._given < len(self._slots) else None

    def _of(self, slot: Slot) -> list[Token]:
        first, last = (
            bisect_left(self._tokens, place, key=lambda token: token.offset) for place in (slot.begin, slot.end)
        )
        return self._tokens[first:last]

    def _complete(self, slot: Slot) -> bool:
        """Whether all of it, and all before it, was spoken."""
        return self._speech.over or bool(self._tokens and self._tokens[-1].offset >= slot.last)
