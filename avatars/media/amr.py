"""Sound as telephones carry it: AMR, in parts of at most a minute that end at pauses."""

from collections.abc import Iterator
from pathlib import Path

import ffmpeg as graph

from avatars.exceptions import EngineMissing, OutputError
from avatars.media import audio_segments, ffmpeg
from avatars.media.audio_segments import AudioSegment, detect_silence

RATE = 8_000  # samples a second: AMR-NB has no other
BITS = "12.2k"
LONGEST = 59.5  # seconds: half a second below the limit, for the last frame and the encoder's own
# Milliseconds from here on.
SEARCH = 20_000  # at the end of a part, where a pause is looked for
PAUSE = 200  # is a pause
ALIKE = 100  # pauses that differ by less are equally long
STEP = 10  # milliseconds from one look for a pause to the next
CUT = 5  # fade where a part begins and ends
QUIETER = 16
"""Decibels by which a pause is quieter than the speech around it."""


def parts(recording: Path, folder: Path, *, longest: float = LONGEST) -> list[Path]:
    """A recording of any format as AMR files in `folder`, in their order.

    Raises `OutputError` for a file without sound, `EngineMissing` ("amr_missing") where ffmpeg cannot write AMR.
    """
    sound = audio_segments.decoded(recording, RATE)
    if not sound.frame_count():
        raise OutputError("There is no sound in this file.", code="silent", remedy="Check the file.")
    return [_encode(part, folder / f"{number}.amr") for number, part in enumerate(_split(sound, longest), start=1)]


def seconds(recording: Path) -> float:
    """The length of a recording of any format, in seconds. Raises `OutputError`."""
    return float(audio_segments.decoded(recording, RATE).duration_seconds)


def _split(sound: AudioSegment, longest: float) -> Iterator[AudioSegment]:
    most = round(longest * 1000)
    while len(sound) > most:
        end = _pause(sound[:most])
        yield sound[:end]
        sound = sound[end:]
    yield sound


def _pause(sound: AudioSegment) -> int:
    """The middle of the longest pause towards the end; where the speech has none, of its quietest moment."""
    begin = max(PAUSE, len(sound) - SEARCH)
    tail = sound[begin:]
    pauses = detect_silence(tail, PAUSE, tail.dBFS - QUIETER, STEP)
    if not pauses:
        moments = range(0, len(tail) - PAUSE + 1, PAUSE)
        quietest = min(moments, key=lambda at: (tail[at : at + PAUSE].rms, -at))
        pauses = [[quietest, quietest + PAUSE]]
    # The last of equally long ones: longer parts are fewer parts.
    start, end = max(reversed(pauses), key=lambda pause: (pause[1] - pause[0]) // ALIKE)
    return int(begin + (start + end) // 2)


def _encode(part: AudioSegment, path: Path) -> Path:
    sound = path.with_suffix(".wav")
    audio_segments.write_wav(sound, audio_segments.samples(audio_segments.faded(part, rise=CUT, fall=CUT)), RATE)
    options = {"format": "amr", "acodec": "libopencore_amrnb", "ar": RATE, "ac": 1, "audio_bitrate": BITS}
    try:
        ffmpeg.run(graph.output(ffmpeg.source(sound).audio, str(path), **options))
    except OutputError as error:
        remedy = "Use the ffmpeg of requirements/base.txt, which can."
        raise EngineMissing("This ffmpeg cannot write AMR.", code="amr_missing", remedy=remedy) from error
    finally:
        sound.unlink(missing_ok=True)
    return path
