"""Ready sound as the driver of a face: the time of every sound in a recording, with or without its words.

The ladder, best first: the words are given, or a recognition engine hears them, and are laid along the recording; else
the likeliest sounds are heard in it without any words.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import ScriptError
from avatars.media import audio_segments
from avatars.recognition.base import RATE as HEARD_RATE
from avatars.recognition.base import RecognitionEngine
from avatars.speech.alignment import align, likelihoods
from avatars.speech.alignment.classes import CLASS_OF, SILENCE
from avatars.speech.alignment.features import FRAME_SECONDS
from avatars.speech.audio import mastering
from avatars.speech.base import Sound, Speech, Token
from avatars.speech.synthesis.sentences import passages
from avatars.speech.synthesis.stream import filled
from avatars.speech.text.g2p import NOWHERE
from avatars.speech.text.normalisation import Normaliser
from avatars.speech.text.pronunciation_lexicon import Lexicon
from avatars.speech.text.pronunciations import Pronunciation

# Sounds a second: no speech is faster or slower, so the words are of another recording.
FASTEST, SLOWEST = 30.0, 0.5
STAY = 6.0
"""Logarithm of likelihood that a change of sound costs: less flickers between alike sounds, more swallows short
ones."""
RATE = 24_000  # samples a second: our own voice's

_LETTERS = {number: letter for letter, number in reversed(CLASS_OF.items())}

Hear = Callable[[NDArray[np.float32], int], str]


def recorded(
    recording: Path, *, words: str = "", lexicon: Sequence[Pronunciation] = (), ears: RecognitionEngine | None = None
) -> tuple[Speech, str]:
    """A file of sound as speech, without silence around it, and its words, which `ears` hear where none are given.

    Raises as `driven` does.
    """
    from avatars.speech.audio.sound_files import resampled

    def hear(samples: NDArray[np.float32], rate: int) -> str:
        return ears.transcribe(resampled(samples, rate, HEARD_RATE)).text if ears else ""

    sound = audio_segments.samples(audio_segments.recording(recording, RATE))
    return driven(sound, RATE, words=words, lexicon=lexicon, hear=hear if ears else None)


def driven(
    samples: NDArray[np.float32],
    rate: int,
    *,
    words: str = "",
    lexicon: Sequence[Pronunciation] = (),
    hear: Hear | None = None,
) -> tuple[Speech, str]:
    """The recording as speech, levelled and of the same length, and its words: as given, else as heard, else "".

    Raises `ScriptError` (code `words_do_not_fit`) for given words that cannot be the recording's.
    """
    text = words.strip() or (hear(samples, rate).strip() if hear else "")
    levelled = mastering.level(samples, rate)
    if text:
        try:
            return _along(levelled, rate, text, lexicon), text
        except ScriptError:
            # A recogniser may hear words where there are none; an error in given words must be reported.
            if words.strip():
                raise
    return _alone(levelled, rate), ""


def _along(samples: NDArray[np.float32], rate: int, text: str, lexicon: Sequence[Pronunciation]) -> Speech:
    spoken_passages = passages(text, Normaliser(), Lexicon(lexicon))
    units = [(unit, passage) for passage in spoken_passages for unit in passage.units]
    spoken, seconds = sum(unit.place != NOWHERE for unit, _ in units), len(samples) / rate
    if not SLOWEST <= spoken / seconds <= FASTEST:
        raise ScriptError(
            f"The words have {spoken} sounds, the recording {seconds:.0f} seconds.",
            code="words_do_not_fit",
            remedy="Write the words of this recording, or none.",
            field="text",
        )
    sounds: list[Sound] = []
    times: dict[tuple[int, int], tuple[float, float]] = {}
    for span in align(samples, rate, [unit.symbol for unit, _ in units]):
        unit, passage = units[span.number]
        end = min(span.end, seconds)
        if end > span.start:
            sounds.append(Sound(symbol=unit.symbol, start=span.start, end=end))
        if unit.place != NOWHERE:
            place = passage.places[unit.place]
            at = (place.offset, place.length)
            times[at] = (times.get(at, (span.start, end))[0], end)
    tokens = [Token(offset=at[0], length=at[1], start=start, end=end) for at, (start, end) in sorted(times.items())]
    return Speech(samples=samples, rate=rate, sounds=tuple(filled(sounds, seconds)), tokens=tuple(tokens))


def _alone(samples: NDArray[np.float32], rate: int) -> Speech:
    """The likeliest way through all classes of sounds, each of which would rather stay than change."""
    seconds = len(samples) / rate
    path = _path(likelihoods(samples, rate))
    sounds = [
        Sound(symbol=_LETTERS[kind], start=start * FRAME_SECONDS, end=min(end * FRAME_SECONDS, seconds))
        for kind, start, end in _runs(path)
        if kind != SILENCE
    ]
    kept = [sound for sound in sounds if sound.end > sound.start]
    return Speech(samples=samples, rate=rate, sounds=tuple(filled(kept, seconds)), tokens=())


def _path(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """The best class of every frame, where a change costs `STAY`."""
    count, size = scores.shape
    came = np.zeros((count, size), np.int64)
    best = scores[0]
    for frame in range(1, count):
        other = int(np.argmax(best))
        changed = best[other] - STAY > best
        came[frame] = np.where(changed, other, np.arange(size))
        best = np.where(changed, best[other] - STAY, best) + scores[frame]
    path = np.zeros(count, np.int64)
    path[-1] = int(np.argmax(best))
    for frame in range(count - 1, 0, -1):
        path[frame - 1] = came[frame, path[frame]]
    return path


def _runs(path: NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
    edges = [0, *(np.flatnonzero(np.diff(path)) + 1), len(path)]
    for start, end in pairwise(edges):
        if end > start:
            yield int(path[start]), int(start), int(end)
