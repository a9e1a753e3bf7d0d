"""Parts that the networks on servers have in common: files out, a video back, and a limit to everything."""

import secrets
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import numpy as np

from avatars.adapters import egress
from avatars.adapters.availability import Availability, State, look
from avatars.adapters.cog import CogServer
from avatars.adapters.gradio import GradioServer
from avatars.adapters.model_inputs import FileInput, Input, Media
from avatars.engines import driving_video
from avatars.engines.base import Picture, RenderEngine, Shot
from avatars.engines.footage import FIELD, footage
from avatars.exceptions import EngineMissing
from avatars.media import audio_segments
from avatars.speech.audio.sound_files import resampled

SOUND_RATE = 16_000  # samples a second of the WAV: the rate with which lip networks were trained
FPS = 25
"""Frames a second with which all of them were trained. MuseTalk's page writes 25 for input of any rate."""
SUBMITTING, ANSWERED = 0.1, 0.98
"""0..1, of the progress: when the files are sent, and when only the answer is left to fetch."""
GRADIO, COG = "gradio", "cog"


class ServerEngine(RenderEngine):
    """Options: `url` of the server, `api`, "gradio" or "cog", `key`, a bearer token that a proxy before it asks for,
    `login`, "name:password" of a Gradio page, `public_hosts`, hosts outside of your network that may see portraits,
    `licensed`, whether the operator declares to hold a licence, `time_limit` for one video in seconds."""

    title: ClassVar[str]
    prefix: ClassVar[str]
    licence: ClassVar[str]
    restricted: ClassVar[bool] = False
    apis: ClassVar[Sequence[str]] = (GRADIO,)
    endpoints: ClassVar[Sequence[str]]
    tail_seconds: ClassVar[float] = 0.0
    """Seconds of the end that the network may drop: so much silence is added, and cut off again."""

    def __init__(
        self,
        *,
        url: str,
        api: str = GRADIO,
        key: str = "",
        login: str = "",
        public_hosts: Sequence[str] = (),
        licensed: bool = False,
        time_limit: float = 600.0,
    ) -> None:
        lacking = self._lacking(url=url, api=api, public_hosts=public_hosts, licensed=licensed)
        if not lacking.ok:
            raise EngineMissing(
                f"{self.title} is not set up. {lacking.reason}",
                code="engine_unavailable",
                remedy="avatars/engines/README.md says how.",
                field=FIELD,
            )
        self._server: CogServer | GradioServer
        if api == COG:
            self._server = CogServer(url, field=FIELD, key=key, time_limit=time_limit)
        else:
            self._server = GradioServer(url, field=FIELD, key=key, login=login, time_limit=time_limit)

    @classmethod
    def probe(
        cls,
        *,
        url: str = "",
        api: str = GRADIO,
        public_hosts: Sequence[str] = (),
        licensed: bool = False,
        **_options: Any,
    ) -> Availability:
        """See `Probed.probe`: its settings, where it may be, and whether it listens."""
        lacking = cls._lacking(url=url, api=api, public_hosts=public_hosts, licensed=licensed)
        return look(licence=cls.licence, device="server", address=url) if lacking.ok else lacking

    @classmethod
    def _lacking(cls, *, url: str, api: str, public_hosts: Sequence[str], licensed: bool) -> Availability:
        names = [(f"{cls.prefix}_URL", url), (f"{cls.prefix}_API", api in cls.apis)]
        declared = (f"{cls.prefix}_LICENSED", licensed or not cls.restricted)
        availability = look(licence=cls.licence, device="server", settings=names, licensed=declared)
        if availability.ok and not egress.allowed(url, public_hosts):
            return replace(availability, state=State.HOST, about=urlsplit(url).hostname or "")
        return availability

    def animate(self, shot: Shot) -> Iterator[Picture]:
        """See `RenderEngine.animate`. Raises `EngineFailed` for all that the server does wrong."""
        if shot.folder is None:
            raise ValueError("An engine that asks a server needs a folder.")
        inputs = self.inputs(_padded(shot, self.tail_seconds), shot.folder)
        shot.waiting(SUBMITTING)
        made = self._server.run(self.endpoints, inputs, _later(shot.waiting))
        result = shot.folder / f"{secrets.token_hex(8)}.mp4"
        result.write_bytes(made)
        del made
        yield from footage(result, shot)

    @abstractmethod
    def inputs(self, shot: Shot, folder: Path) -> list[Input]:
        """The inputs of the network for this shot, which has its frame rate."""


def sound_of(shot: Shot, folder: Path, name: str) -> FileInput:
    """The speech as mono WAV of 16 kHz."""
    path = folder / f"{secrets.token_hex(8)}.wav"
    audio_segments.write_wav(path, resampled(shot.speech.samples, shot.speech.rate, SOUND_RATE), SOUND_RATE)
    return file_input(name, Media.AUDIO, path, "audio/wav")


def video_of(shot: Shot, folder: Path, name: str, puppet: RenderEngine) -> FileInput:
    """The portrait with a closed mouth."""
    path = folder / f"{secrets.token_hex(8)}.mp4"
    driving_video.write(puppet, shot, path, lambda share: shot.waiting(SUBMITTING * share))
    return file_input(name, Media.VIDEO, path, "video/mp4")


def file_input(name: str, media: Media, path: Path, content_type: str) -> FileInput:
    """A file to send. Its name stays with it: MuseTalk keeps frames in a folder of that name and mixes equal ones."""
    return FileInput(name=name, media=media, filename=path.name, content=path.read_bytes(), content_type=content_type)


def _padded(shot: Shot, seconds: float) -> Shot:
    """The shot at the frame rate of the networks, with so much silence after it."""
    silence = np.zeros(round(seconds * shot.speech.rate), np.float32)
    return replace(shot, fps=FPS, speech=replace(shot.speech, samples=np.concatenate([shot.speech.samples, silence])))


def _later(waiting: Callable[[float], None]) -> Callable[[float], None]:
    """The progress of the server as part of the whole; its bars begin anew, ours does not go back."""
    reached = SUBMITTING

    def report(share: float) -> None:
        nonlocal reached
        reached = max(reached, SUBMITTING + (ANSWERED - SUBMITTING) * share)
        waiting(reached)

    return report
