"""Any model that sherpa-onnx runs (VITS, Matcha, Kokoro, Kitten), by the files that the settings name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from avatars.adapters.availability import Availability, NeededFile, look
from avatars.exceptions import AvatarError, EngineMissing
from avatars.speech.synthesis.sentence_engine import FIELD, Dictated, Heard

LICENCE = "Apache-2.0 of sherpa-onnx; that of each model"
PACKAGE = "sherpa_onnx"
# Kinds of models with the description of sherpa-onnx that each fills in, and the fields that name folders.
KINDS = {"vits": "Vits", "matcha": "Matcha", "kokoro": "Kokoro", "kitten": "Kitten"}
FOLDERS = frozenset({"data_dir", "dict_dir"})
REMEDY = "Correct OPENUSER_SHERPA_MODEL; avatars/speech/README.md says how."


class Sherpa(Dictated):
    """Options: `model`: {"kind": "vits", "model": …, "tokens": …} with the names that sherpa-onnx has for its files,
    and `rule_fsts`; `folder`, where they are; `threads`. A voice is the number of a speaker."""

    def __init__(self, *, model: Mapping[str, Any], folder: str | Path = "", threads: int = 1, **options: Any) -> None:
        availability = self.probe(model=model, folder=folder)
        if not availability.ok:
            raise _missing(availability.reason)
        super().__init__(**{**options, "voice": options.get("voice") or "0", "parallel": 1})
        import sherpa_onnx

        named = _placed(model, Path(folder))
        kind, rules = named.pop("kind"), named.pop("rule_fsts", "")
        try:
            part = getattr(sherpa_onnx, f"OfflineTts{KINDS[kind]}ModelConfig")(**named)
        except TypeError as error:
            raise _missing(f"sherpa-onnx does not know all options of the model: {', '.join(named)}.") from error
        config = sherpa_onnx.OfflineTtsConfig(
            model=sherpa_onnx.OfflineTtsModelConfig(**{kind: part}, num_threads=threads), rule_fsts=rules
        )
        if not config.validate():
            raise _missing("sherpa-onnx does not take these files together.")
        self._model: Any = sherpa_onnx.OfflineTts(config)

    @classmethod
    def probe(cls, *, model: Mapping[str, Any] | None = None, folder: str | Path = "", **_options: Any) -> Availability:
        """See `Probed.probe`: the package, the kind of model, and every file that is named."""
        named = _placed(model or {}, Path(folder))
        kind = named.pop("kind", "")
        files = [
            NeededFile(name=name, path=Path(path) if name not in FOLDERS else Path(path) / "phontab")
            for name, path in named.items()
            if isinstance(path, str) and "/" in path and name != "dict_dir"
        ]
        return look(
            licence=LICENCE,
            settings=[("OPENUSER_SHERPA_MODEL", kind in KINDS and files)],
            packages=(PACKAGE,),
            files=files,
        )

    def say(self, sentence: str, *, language: str, voice: str, speed: float) -> Heard:
        if not voice.isdigit():
            raise AvatarError(
                f"There is no voice “{voice}”.",
                code="voice_unknown",
                remedy="A voice of sherpa-onnx is the number of a speaker, from 0.",
                field="voice",
            )
        made = self._model.generate(sentence, sid=int(voice), speed=speed)
        return Heard(samples=np.asarray(made.samples, np.float32), rate=int(made.sample_rate))


def _placed(model: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The description of a model, its files under `folder` where they are not elsewhere."""
    return {
        name: value if name == "kind" or not isinstance(value, str) else _whole(value, folder)
        for name, value in model.items()
    }


def _whole(value: str, folder: Path) -> str:
    """Some settings name several files, with commas between them."""
    return ",".join(str(folder / part) for part in value.split(",")) if value else ""


def _missing(message: str) -> EngineMissing:
    return EngineMissing(message, code="engine_unavailable", remedy=REMEDY, field=FIELD)
