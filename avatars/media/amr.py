"""Sound as telephones carry it: AMR, in parts of at most a minute that end at pauses."""

import wave
from collections.abc import Iterator
from pathlib import Path

import ffmpeg as graph
import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import EngineMissing, OutputError
from avatars.media import ffmpeg

RATE = 8_000
BITS = "12.2k"
LONGEST = 59.5  # seconds: half a second below the limit, for the last frame and the encoder's own
SEARCH = 20.0  # seconds at the end of a part in which the quietest moment is looked for
WINDOW = 0.2

Samples = NDArray[np.float32]


def parts(recording: Path, folder: Path, *, longest: float = LONGEST) -> list[Path]:
    """A recording of any format as AMR files in `folder`, in their order.

    Raises `OutputError` for what is no recording, `EngineMissing` ("amr_missing") where ffmpeg cannot write AMR.
    """
    samples = ffmpeg.samples(recording, RATE)
    if not len(samples):
        raise OutputError("There is no sound in this file.", code="silent", remedy="Check the file.")
    return [_encode(part, folder / f"{number}.amr") for number, part in enumerate(_split(samples, longest), start=1)]


def seconds(recording: Path) -> float:
    """How long a recording of any format plays. Raises `OutputError`."""
    return len(ffmpeg.samples(recording, RATE)) / RATE


def _split(samples: Samples, longest: float) -> Iterator[Samples]:
    most = int(longest * RATE)
    while len(samples) > most:
        end = _pause(samples[:most])
        yield samples[:end]
        samples = samples[end:]
    yield samples


def _pause(samples: Samples) -> int:
    """The middle of the quietest moment towards the end."""
    window = int(WINDOW * RATE)
    begin = max(window, len(samples) - int(SEARCH * RATE))
    power = np.convolve(np.square(samples[begin:]), np.ones(window, np.float32), mode="valid")
    # The last of equally quiet ones: longer parts are fewer parts.
    quietest = len(power) - 1 - int(np.argmin(power[::-1]))
    return begin + quietest + window // 2


def _encode(samples: Samples, path: Path) -> Path:
    sound = path.with_suffix(".wav")
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples.clip(-1, 1) * 32767).round().astype("<i2").tobytes())
    options = {"format": "amr", "acodec": "libopencore_amrnb", "ar": RATE, "ac": 1, "audio_bitrate": BITS}
    try:
        ffmpeg.run(graph.output(ffmpeg.source(sound).audio, str(path), **options))
    except OutputError as error:
        remedy = "Use the ffmpeg of requirements/base.txt, which can."
        raise EngineMissing("This ffmpeg cannot write AMR.", code="amr_missing", remedy=remedy) from error
    finally:
        sound.unlink(missing_ok=True)
    return path
