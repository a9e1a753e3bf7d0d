"""SadTalker (OpenTalker/SadTalker, `python app_sadtalker.py` or its Cog): head and lips from one picture."""

import secrets
from pathlib import Path
from typing import Any

from PIL import Image

from avatars.adapters.model_inputs import Input, Media, OptionInput
from avatars.engines.base import Shot
from avatars.engines.neural.server_engine import COG, GRADIO, ServerEngine, file_input, sound_of

WHOLE = "full"


class SadTalker(ServerEngine):
    """Options beside those of `ServerEngine`: `preprocess`, which must keep the whole picture ("full"); `still`, a head
    that moves little, without which "full" tears it off its shoulders; `size`, 256 or 512; `pose_style`, 0 to 46;
    `enhancer`, "gfpgan" or "": sharper faces; `batch_size`."""

    title = "SadTalker"
    prefix = "OPENUSER_SADTALKER"
    licence = "Apache-2.0; its face model (BFM) is for research only"
    restricted = True
    apis = (GRADIO, COG)
    endpoints = ("test",)

    def __init__(
        self,
        *,
        preprocess: str = WHOLE,
        still: bool = True,
        size: int = 256,
        pose_style: int = 0,
        enhancer: str = "",
        batch_size: int = 2,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._choices = [
            OptionInput(name="still", label="still mode", value=still),
            OptionInput(name="preprocess", label="preprocess", value=preprocess),
            OptionInput(label="pose style", value=pose_style),
            OptionInput(label="face model resolution", value=size),
            OptionInput(label="batch size", value=batch_size),
            OptionInput(label="gfpgan", value=bool(enhancer)),
            # Its Cog knows no video without one.
            OptionInput(name="enhancer", value=enhancer or "gfpgan"),
        ]

    def inputs(self, shot: Shot, folder: Path) -> list[Input]:
        """See `ServerEngine.inputs`."""
        path = folder / f"{secrets.token_hex(8)}.png"
        Image.fromarray(shot.portrait).save(path)
        return [
            file_input("source_image", Media.IMAGE, path, "image/png"),
            sound_of(shot, folder, "driven_audio"),
            *self._choices,
        ]
