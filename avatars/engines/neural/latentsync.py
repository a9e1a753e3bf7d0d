"""LatentSync 1.5 and 1.6 (bytedance/LatentSync, `python gradio_app.py` or its Cog): lips by diffusion on a video."""

from pathlib import Path
from typing import Any

from avatars.adapters.model_inputs import Input, OptionInput
from avatars.engines.base import Shot
from avatars.engines.neural.server_engine import COG, FPS, GRADIO, ServerEngine, sound_of, video_of

AT_ONCE = 16  # frames that the network draws at once


class LatentSync(ServerEngine):
    """Options beside those of `ServerEngine`: `guidance_scale` (1 to 3) and `inference_steps` (10 to 50): more of both
    are closer lips and more time. `puppet`, options of the puppet."""

    title = "LatentSync"
    prefix = "OPENUSER_LATENTSYNC"
    licence = "Apache-2.0, weights OpenRAIL++; InsightFace, which finds its faces, is for non-commercial use"
    restricted = True
    apis = (GRADIO, COG)
    endpoints = ("process_video",)
    # It draws 16 frames at once, and some editions drop an incomplete last batch.
    tail_seconds = AT_ONCE / FPS

    def __init__(
        self,
        *,
        guidance_scale: float = 2.0,
        inference_steps: int = 20,
        puppet: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        from avatars.engines.puppet.engine import Puppet

        self._puppet = Puppet(**(puppet or {}))
        self._scale, self._steps = guidance_scale, inference_steps

    def inputs(self, shot: Shot, folder: Path) -> list[Input]:
        """See `ServerEngine.inputs`. A seed of 0 would be a random one."""
        return [
            video_of(shot, folder, "video", self._puppet),
            sound_of(shot, folder, "audio"),
            OptionInput(name="guidance_scale", label="guidance scale", value=self._scale),
            OptionInput(name="inference_steps", label="inference steps", value=self._steps),
            OptionInput(name="seed", label="random seed", value=max(1, shot.seed)),
        ]
