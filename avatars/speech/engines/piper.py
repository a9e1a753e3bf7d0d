"""Voices of Piper, by files that people bring: a network (.onnx) with its description (.onnx.json) beside it.

English voices use our own phonemes. Others need Piper's, a package under the GPL that is not installed by default:
`pip install piper-tts`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from avatars.adapters.availability import Availability, NeededFile, look
from avatars.adapters.http_client import strange
from avatars.exceptions import AvatarError, EngineFailed, EngineMissing
from avatars.speech.synthesis.sentence_engine import FIELD, Dictated, Heard

LICENCE = "that of each voice; see its MODEL_CARD"
FIRST, LAST, BETWEEN = "^", "$", "_"
SMALLEST = 1_000  # bytes; a pointer that Git left in place of the network is smaller
# Kokoro's letters as eSpeak, by which these voices were taught, writes the same sounds.
LETTERS = {"A": "eɪ", "I": "aɪ", "O": "oʊ", "W": "aʊ", "Y": "ɔɪ", "Q": "əʊ", "ʤ": "dʒ", "ʧ": "tʃ", "ᵊ": "ə", "T": "ɾ"}
LONG = frozenset("ɑiuɔɜ")
VOWELS = frozenset("aeiouæɑɐəɚɛɜɪɔʊʌᵻAIOWYQ")
STRESSES = frozenset("ˈˌ")


@dataclass(frozen=True, kw_only=True)
class _Voice:
    session: Any
    numbers: dict[str, list[int]]
    rate: int
    noise: float
    pace: float
    jitter: float
    speakers: dict[str, int]
    many: bool
    english: bool


class Piper(Dictated):
    """Options: `folder` of the voices, `threads`. A voice is the name of its file without .onnx; "name#speaker" is one
    speaker of a file that has several."""

    def __init__(self, *, folder: str | Path, threads: int = 1, **options: Any) -> None:
        if not (names := _names(Path(folder))):
            raise EngineMissing(
                f"There is no voice of Piper in {folder}.",
                code="engine_unavailable",
                remedy="Put a .onnx file and its .onnx.json there, or set OPENUSER_PIPER_DIR.",
                field=FIELD,
            )
        super().__init__(**{**options, "voice": options.get("voice") or names[0]})
        self._folder, self._threads = Path(folder), threads
        self._voices: dict[str, _Voice] = {}

    @classmethod
    def probe(cls, *, folder: str | Path = "", **_options: Any) -> Availability:
        """See `Probed.probe`: onnxruntime, and a voice with its description."""
        names = _names(Path(folder)) if folder else []
        files = [
            NeededFile(name=file, path=Path(folder) / file, least=SMALLEST if file.endswith(".onnx") else 2)
            for name in names or ["*"]
            for file in (f"{name}.onnx", f"{name}.onnx.json")
        ]
        return look(licence=LICENCE, settings=[("OPENUSER_PIPER_DIR", folder)], packages=("onnxruntime",), files=files)

    def say(self, text: str, *, language: str, voice: str, speed: float) -> Heard:
        name, _, speaker = voice.partition("#")
        from avatars.speech.audio import onnx

        known = self._known(name)
        sounds = self._sounds(name, known, text, language)
        ids = [*known.numbers[FIRST], *known.numbers[BETWEEN]]
        for sound in sounds:
            ids += [*known.numbers.get(sound, ()), *known.numbers[BETWEEN]] if sound in known.numbers else []
        ids += known.numbers[LAST]
        feed = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([known.noise, known.pace / speed, known.jitter], np.float32),
        }
        if known.many:
            feed["sid"] = np.array([known.speakers.get(speaker, 0)], np.int64)
        try:
            samples = np.ravel(known.session.run(None, feed)[0]).astype(np.float32)
        except onnx.ERRORS as error:
            raise strange("The voice cannot be run.", field=FIELD) from error
        return Heard(samples=samples, rate=known.rate)

    def _known(self, name: str) -> _Voice:
        if name not in self._voices:
            if name not in _names(self._folder):
                raise AvatarError(
                    f"There is no voice “{name}”.",
                    code="voice_unknown",
                    remedy=f"There are {', '.join(_names(self._folder))}.",
                    field="voice",
                )
            self._voices[name] = _read(self._folder / f"{name}.onnx", self._threads)
        return self._voices[name]

    def _sounds(self, name: str, voice: _Voice, text: str, language: str) -> list[str]:
        if voice.english and language == "en":
            return list(_english(text))
        try:
            from piper import PiperVoice
        except ImportError as error:
            raise EngineFailed(
                "This voice speaks another language than the text, or one for which it needs Piper's package.",
                code="engine_refused",
                remedy="Choose a voice of that language; “pip install piper-tts” (GPL) brings other phonemes.",
                field=FIELD,
            ) from error
        loaded = PiperVoice.load(self._folder / f"{name}.onnx")
        return [sound for sentence in loaded.phonemize(text) for sound in sentence]


def _english(text: str) -> Iterator[str]:
    """Our phonemes in eSpeak's letters: diphthongs as two, and long vowels with their mark where they are stressed."""
    from avatars.speech.text.g2p import phonemes
    from avatars.speech.text.script import Language

    stressed = False
    for phoneme in phonemes(text, Language.ENGLISH):
        letter = phoneme.symbol
        yield from LETTERS.get(letter, letter)
        if letter in LONG and stressed:
            yield "ː"
        stressed = letter in STRESSES or (stressed and letter not in VOWELS)


def _names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.onnx") if Path(f"{path}.json").is_file())


def _read(path: Path, threads: int) -> _Voice:
    from avatars.speech.audio import onnx

    try:
        about = json.loads(Path(f"{path}.json").read_text(encoding="utf-8"))
        numbers, how = about["phoneme_id_map"], about.get("inference", {})
        spoken = str(about.get("espeak", {}).get("voice", ""))
        return _Voice(
            session=onnx.session(str(path), threads=threads),
            numbers={sign: numbers[sign] for sign in (*numbers, FIRST, LAST, BETWEEN)},
            rate=int(about["audio"]["sample_rate"]),
            noise=float(how.get("noise_scale", 0.667)),
            pace=float(how.get("length_scale", 1.0)),
            jitter=float(how.get("noise_w", 0.8)),
            speakers=dict(about.get("speaker_id_map") or {}),
            many=int(about.get("num_speakers", 1)) > 1,
            english=about.get("phoneme_type", "espeak") == "espeak" and spoken.startswith("en"),
        )
    except onnx.UNREADABLE as error:
        raise EngineMissing(
            f"The voice {path.name} cannot be loaded.",
            code="engine_unavailable",
            remedy="Get its two files once more: a download that broke off, or another model, is no voice of Piper.",
            field=FIELD,
        ) from error
