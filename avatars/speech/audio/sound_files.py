"""Sound files: engines get WAV, mono, 16 bits; they may return any format."""

import struct
import tempfile
from collections.abc import Iterator
from math import gcd
from pathlib import Path
from typing import Any

import ffmpeg as graph
import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import OutputError
from avatars.media import audio_segments, ffmpeg
from avatars.speech.audio import polyphase

Samples = NDArray[np.float32]

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE  # format codes of WAV files
CODED_RATE = 24_000  # samples a second of decoded MP3, AAC and others: our own voice's


def resampled(samples: Samples, rate: int, to: int) -> Samples:
    """The same sound with another number of samples a second."""
    if rate == to:
        return samples
    common = gcd(rate, to)
    return polyphase.resampled(samples, to // common, rate // common)


def read_pcm(data: bytes) -> Samples:
    """Samples in -1..1 of headerless 16-bit PCM, mono; half a sample at the end is left out."""
    return _scaled(np.frombuffer(data[: len(data) // 2 * 2], "<i2"), 2**15)


def read_wav(data: bytes) -> tuple[Samples, int]:
    """Mono samples in -1..1 and their rate, of a WAV of PCM or floats. Raises `ValueError` where it is none.

    A server that streams does not know how long the sound will be, and writes 0 or a huge number for its length.
    """
    kind, channels, rate, bits, sound = 0, 0, 0, 0, None
    for name, content in _chunks(data):
        if name == b"fmt " and len(content) >= 16:
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", content)
            if kind == EXTENSIBLE and len(content) >= 26:
                kind = struct.unpack_from("<H", content, 24)[0]
        elif name == b"data":
            sound = content
            break
    if sound is None or not channels or not 4_000 <= rate <= 200_000:
        raise ValueError("This is no WAV file.")
    values = _values(sound, kind, bits)
    frames = values[: len(values) // channels * channels].reshape(-1, channels)
    return np.ascontiguousarray(frames.mean(axis=1), np.float32), rate


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("This is no WAV file.")
    place = 12
    while place + 8 <= len(data):
        name, length = data[place : place + 4], struct.unpack_from("<I", data, place + 4)[0]
        if name == b"data" and (length == 0 or place + 8 + length > len(data)):
            length = len(data) - place - 8
        yield name, data[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


def _values(sound: bytes, kind: int, bits: int) -> Samples:
    width = bits // 8
    sound = sound[: len(sound) // width * width] if width else sound
    if kind == FLOAT and bits in (32, 64):
        return np.asarray(np.nan_to_num(np.frombuffer(sound, f"<f{width}")), np.float32)
    if kind != PCM or bits not in (8, 16, 24, 32):
        raise ValueError(f"A WAV file of kind {kind} with {bits} bits cannot be read.")
    if bits == 8:
        return _scaled(np.frombuffer(sound, np.uint8).astype(np.int16) - 128, 2**7)
    if bits == 24:
        wide = np.zeros((len(sound) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(sound, np.uint8).reshape(-1, 3)
        return _scaled(wide.view("<i4").ravel(), 2**31)
    return _scaled(np.frombuffer(sound, f"<i{width}"), 2 ** (bits - 1))


def _scaled(whole: NDArray[Any], most: int) -> Samples:
    return np.asarray(whole / most, np.float32)


def decode(data: bytes) -> tuple[Samples, int]:
    """Mono samples and their rate of a WAV, MP3, Ogg, FLAC or M4A file. Raises `ValueError` for another."""
    if data[:4] == b"RIFF":
        return read_wav(data)
    if not _is_coded(data):
        raise ValueError("This is no sound file.")
    with tempfile.TemporaryDirectory(prefix="heard-") as folder:
        path = Path(folder) / "sound"
        path.write_bytes(data)
        try:
            return ffmpeg.samples(path, CODED_RATE), CODED_RATE
        except OutputError as error:
            raise ValueError("This sound file is broken.") from error


def _is_coded(data: bytes) -> bool:
    mp3 = data[:3] == b"ID3" or (data[:1] == b"\xff" and len(data) > 1 and data[1] & 0xE0 == 0xE0)
    return mp3 or data[:4] in (b"OggS", b"fLaC") or data[4:8] == b"ftyp"


def at_speed(samples: Samples, rate: int, speed: float) -> Samples:
    """The same speech faster or slower, at the same pitch; `speed` is 0.5 to 2."""
    if abs(speed - 1) < 0.005:
        return samples
    with tempfile.TemporaryDirectory(prefix="speed-") as folder:
        before, after = Path(folder) / "before.wav", Path(folder) / "after.wav"
        audio_segments.write_wav(before, samples, rate)
        sound = ffmpeg.source(before).audio.filter("atempo", speed)
        ffmpeg.run(graph.output(sound, str(after), acodec="pcm_s16le", ac=1, ar=rate))
        return read_wav(after.read_bytes())[0]
