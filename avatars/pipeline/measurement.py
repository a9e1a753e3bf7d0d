"""The measures of a finished video, compared with the picture and speech of its spec."""

from dataclasses import replace
from pathlib import Path

from avatars.engines.base import Mode
from avatars.inspection import measures
from avatars.inspection.measures import Measures
from avatars.pipeline.montage import montage
from avatars.pipeline.spec import VideoSpec
from avatars.pipeline.speech_source import SpeechSource


def measure(spec: VideoSpec, video: Path, source: SpeechSource) -> Measures:
    """The measures of the video of a spec. Its speech is taken from the cache where it is there."""
    from avatars.framing import composition
    from avatars.speech.synthesis import synthesizer

    portrait = composition.compose(spec.portrait, spec.scene, enhanced=Mode(spec.mode).enhanced, longest=spec.longest)
    parts = montage(spec.scene, (portrait.shape[1], portrait.shape[0]), fps=spec.fps)
    spoken = synthesizer.joined(source.recite(replace(spec, manner=replace(spec.manner, fresh=False))))
    return measures.measure(video, portrait, spoken, before=parts.before)
