"""A text spoken in a thread of its own, while the caller already renders its beginning."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from avatars.exceptions import ScriptError
from avatars.speech.audio import mastering
from avatars.speech.audio.sample_buffer import Samples
from avatars.speech.base import Progress, Recital, Speech
from avatars.speech.synthesis.stream import SpeechStream

INAUDIBLE = 1e-6  # of full scale: a voice with no louder sample said nothing


@contextmanager
def delivered(
    begin: Callable[[Progress], Recital], *, waits: Progress | None = None, folder: Path | None = None
) -> Iterator[SpeechStream]:
    """A stream of the speech that `begin` starts; where the context is left early, no further sentence is begun.

    `waits` and `folder` as in `SpeechStream`. The stream raises `ScriptError` (code `nothing_to_say`) for speech that
    is silent.
    """
    stream = SpeechStream(waits=waits, folder=folder)
    unwanted = threading.Event()
    speaker = threading.Thread(target=_speak, args=(stream, begin, unwanted), name="speaker", daemon=True)
    speaker.start()
    try:
        yield stream
    finally:
        unwanted.set()
        speaker.join()
        stream.close()


def _speak(stream: SpeechStream, begin: Callable[[Progress], Recital], unwanted: threading.Event) -> None:
    """All that goes wrong here is the reader's to raise, because this is the edge of the thread."""
    try:
        recital = begin(stream.report)
        stream.begin(recital.places)
        leveller, loudest = mastering.Leveller(), 0.0
        for part in recital:
            heard = leveller.level(part.samples, part.rate)
            loudest = max(loudest, _peak(heard))
            stream.add(part, heard=heard)
            if unwanted.is_set():
                recital.parts.close()
                return
        if loudest < INAUDIBLE:
            raise _silent()
        stream.end(stream.added())
    except BaseException as error:  # noqa: BLE001 - the edge of the thread
        stream.fail(error)


def audible(speech: Speech) -> Speech:
    """The same speech. Raises `ScriptError` where it is silent."""
    if _peak(speech.samples) < INAUDIBLE:
        raise _silent()
    return speech


def _peak(samples: Samples) -> float:
    # Both ends rather than the absolute values, which would be another copy of it all.
    return float(max(samples.max(initial=0.0), -samples.min(initial=0.0)))


def _silent() -> ScriptError:
    message = "There is nothing to say in this text."
    return ScriptError(message, code="nothing_to_say", remedy="Write some words.")
