"""MuseTalk 1.5 (TMElyralab/MuseTalk, `python app.py`): its page paints lips on a video that the puppet made."""

from pathlib import Path
from typing import Any

from avatars.adapters.model_inputs import Input, OptionInput
from avatars.engines.base import Shot
from avatars.engines.neural.server_engine import ServerEngine, sound_of, video_of


class MuseTalk(ServerEngine):
    """Options beside those of `ServerEngine`: `bbox_shift`, `extra_margin`, `parsing_mode`, `left_cheek_width` and
    `right_cheek_width` as on its page, `endpoint` where a page of your own names it otherwise, `puppet`, options of the
    puppet."""

    title = "MuseTalk"
    prefix = "OPENUSER_MUSETALK"
    licence = "MIT; the networks it is built on have licences of their own"
    endpoints = ("inference",)

    def __init__(
        self,
        *,
        bbox_shift: float = 0,
        extra_margin: int = 10,
        parsing_mode: str = "jaw",
        left_cheek_width: int = 90,
        right_cheek_width: int = 90,
        puppet: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        from avatars.engines.puppet.engine import Puppet

        self._puppet = Puppet(**(puppet or {}))
        self._choices = [
            OptionInput(label="bbox_shift value", value=bbox_shift),
            OptionInput(label="extra margin", value=extra_margin),
            OptionInput(label="parsing mode", value=parsing_mode),
            OptionInput(label="left cheek width", value=left_cheek_width),
            OptionInput(label="right cheek width", value=right_cheek_width),
        ]

    def inputs(self, shot: Shot, folder: Path) -> list[Input]:
        """See `ServerEngine.inputs`."""
        return [video_of(shot, folder, "video", self._puppet), sound_of(shot, folder, "audio"), *self._choices]
