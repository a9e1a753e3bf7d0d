"""Any service that speaks OpenAI's protocol for speech: `POST {url}/audio/speech`."""

from typing import Any

from avatars.adapters.availability import Availability, look
from avatars.adapters.http_client import Server, strange
from avatars.exceptions import EngineMissing
from avatars.speech.synthesis.sentence_engine import FIELD, Dictated, Heard

LICENCE = "that of the service"
LONGEST = 4096  # characters of a request by OpenAI's API


class OpenAI(Dictated):
    """Options: `url` up to and with /v1, `key`, `model`, `voice`, `instructions` for models that take them, `format`
    (wav, flac, mp3 or opus), `time_limit` for a sentence in seconds."""

    def __init__(
        self,
        *,
        url: str,
        key: str = "",
        model: str = "tts-1",
        instructions: str = "",
        format: str = "wav",
        time_limit: float = 60.0,
        **options: Any,
    ) -> None:
        if not url:
            raise unset("OPENUSER_OPENAI_SPEECH_URL")
        super().__init__(**options)
        self._server = Server(url, field=FIELD, key=key, time_limit=time_limit)
        self._order = {"model": model, "response_format": format}
        if instructions:
            self._order["instructions"] = instructions

    @classmethod
    def probe(cls, *, url: str = "", **_options: Any) -> Availability:
        """See `Probed.probe`: its address, and whether it listens."""
        settings = [("OPENUSER_OPENAI_SPEECH_URL", url)]
        return look(licence=LICENCE, device="server", settings=settings, address=url)

    def say(self, sentence: str, *, language: str, voice: str, speed: float) -> Heard:
        order = {**self._order, "input": sentence[:LONGEST], "voice": voice, "speed": round(speed, 2)}
        return heard(self._server.post_json("/audio/speech", order).body)


def heard(body: bytes) -> Heard:
    """The sound of a file of any usual kind. Raises `EngineFailed` where it is none."""
    from avatars.speech.audio.sound_files import decode

    try:
        samples, rate = decode(body)
    except ValueError as error:
        raise strange("The server answered with something that is no sound.", field=FIELD) from error
    return Heard(samples=samples, rate=rate)


def unset(setting: str) -> EngineMissing:
    """An engine that is not set up."""
    return EngineMissing(
        f"{setting} is not set.",
        code="engine_unavailable",
        remedy="avatars/speech/README.md says how to set it up.",
        field=FIELD,
    )
