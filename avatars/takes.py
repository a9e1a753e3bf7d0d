"""Speech on disk: as WAV for whoever encodes or plays it, and whole, with its times, for another attempt."""

import json
import os
import wave
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatars.speech.base import Sound, Speech, Token


def write_wav(path: Path, samples: NDArray[np.float32], rate: int) -> None:
    """Mono samples in -1..1 as 16-bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes())


def keep(path: Path, speech: Speech) -> None:
    """Write speech whole or not at all, whoever dies meanwhile."""
    times = {"sounds": [asdict(each) for each in speech.sounds], "tokens": [asdict(each) for each in speech.tokens]}
    half = path.with_name(f".{path.name}.half")
    with half.open("wb") as file:
        np.savez(file, samples=speech.samples, rate=np.array(speech.rate), times=np.array(json.dumps(times)))
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def kept(path: Path) -> Speech | None:
    """What `keep` wrote; None where there is nothing that can be read."""
    try:
        with np.load(path, allow_pickle=False) as found:
            times = json.loads(str(found["times"]))
            return Speech(
                samples=found["samples"].astype(np.float32),
                rate=int(found["rate"]),
                sounds=tuple(Sound(**each) for each in times["sounds"]),
                tokens=tuple(Token(**each) for each in times["tokens"]),
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
