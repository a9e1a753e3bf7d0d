"""Specs of a video: a short text, and a photograph as its portrait."""

from dataclasses import replace

from avatars.pipeline.script_to_video import VideoSpec
from tests.support.paths import PHOTOGRAPH


def make_spec(**changes):
    script = VideoSpec(
        text="你好，世界。",
        portrait=PHOTOGRAPH,
        content_id="c0ffee",
        provider="001191610133596325171T12566",
        voice="a",
        longest=240,
    )
    return replace(script, **changes)
