"""A text spoken in a thread of its own, while the caller already renders its beginning."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from avatars.exceptions import ScriptError
from avatars.speech.audio import mastering
from avatars.speech.base import Progress, Recital, Speech
from avatars.speech.synthesis.stream import SpeechStream

INAUDIBLE = 1e-6


@contextmanager
def delivered(begin: Callable[[Progress], Recital], *, waits: Progress | None = None) -> Iterator[SpeechStream]:
    """A stream of the speech that `begin` starts; where the context is left early, no further sentence is begun.

    `waits` as in `SpeechStream`. The stream raises `ScriptError` (code `nothing_to_say`) for speech that is silent.
    """
    stream = SpeechStream(waits=waits)
    unwanted = threading.Event()
    speaker = threading.Thread(target=_speak, args=(stream, begin, unwanted), name="speaker", daemon=True)
    speaker.start()
    try:
        yield stream
    finally:
        unwanted.set()
        speaker.join()


def _speak(stream: SpeechStream, begin: Callable[[Progress], Recital], unwanted: threading.Event) -> None:
    """All that goes wrong here is the reader's to raise, because this is the edge of the thread."""
    try:
        recital = begin(stream.report)
        stream.begin(recital.places)
        leveller = mastering.Leveller()
        for part in recital:
            stream.add(part, heard=leveller.level(part.samples, part.rate))
            if unwanted.is_set():
                recital.parts.close()
                return
        stream.end(audible(stream.added()))
    except BaseException as error:  # noqa: BLE001 - the edge of the thread
        stream.fail(error)


def audible(speech: Speech) -> Speech:
    """The same speech. Raises `ScriptError` where it is silent."""
    # Both ends rather than the absolute values, which would be another copy of it all.
    if speech.seconds <= 0 or float(max(speech.samples.max(), -speech.samples.min())) < INAUDIBLE:
        raise ScriptError("There is nothing to say in this text.", code="nothing_to_say", remedy="Write some words.")
    return speech
