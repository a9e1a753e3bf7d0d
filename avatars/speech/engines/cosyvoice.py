"""CosyVoice's own server over HTTP (runtime/python/fastapi): voices that it brings, or the voice of a recording.

It answers with samples without a header, so their rate must be known: 22,050 of the first model, 24,000 of later ones.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from avatars.adapters.availability import Availability, NeededFile, look
from avatars.adapters.http_client import Server, strange
from avatars.exceptions import EngineMissing, OutputError
from avatars.speech.engines.openai import unset
from avatars.speech.synthesis.sentence_engine import FIELD, Dictated, Heard

LICENCE = "Apache-2.0; a cloned voice needs the consent of whose it is"
PROMPT_RATE = 24_000  # it wants at least 16,000
WORDY = ("text/", "application/json", "application/xml")


class CosyVoice(Dictated):
    """Options: `url`, `rate` of its model, `voices`: name → {"wav": path here, "text": its words, "instruct": how},
    `time_limit` for a sentence in seconds. A voice that is not among them is one that the server brings (`spk_id`)."""

    def __init__(
        self,
        *,
        url: str,
        rate: int = 24_000,
        voices: Mapping[str, Mapping[str, str]] | None = None,
        time_limit: float = 120.0,
        **options: Any,
    ) -> None:
        if not url:
            raise unset("OPENUSER_COSYVOICE_URL")
        super().__init__(**options)
        self._server = Server(url, field=FIELD, time_limit=time_limit)
        self._rate, self._voices = rate, dict(voices or {})

    @classmethod
    def probe(
        cls, *, url: str = "", voices: Mapping[str, Mapping[str, str]] | None = None, **_options: Any
    ) -> Availability:
        """See `Probed.probe`: its address, whether it listens, and the recordings of cloned voices."""
        files = [NeededFile(name=name, path=Path(voice.get("wav", ""))) for name, voice in (voices or {}).items()]
        return look(
            licence=LICENCE, device="server", settings=[("OPENUSER_COSYVOICE_URL", url)], files=files, address=url
        )

    def say(self, sentence: str, *, language: str, voice: str, speed: float) -> Heard:
        from avatars.speech.audio.sound_files import at_speed, read_pcm

        reply = self._ask(sentence, voice)
        # An error page would make a terrible noise.
        if reply.kind.startswith(WORDY) or reply.body[:1] in (b"<", b"{"):
            raise strange("The server answered with words instead of sound.", field=FIELD)
        return Heard(samples=at_speed(read_pcm(reply.body), self._rate, speed), rate=self._rate)

    def _ask(self, sentence: str, voice: str) -> Any:
        cloned = self._voices.get(voice)
        if cloned is None:
            return self._server.post_form("/inference_sft", {"tts_text": sentence, "spk_id": voice})
        recording = {"prompt_wav": ("prompt.wav", _prompt(voice, cloned), "audio/wav")}
        if how := cloned.get("instruct"):
            fields = {"tts_text": sentence, "instruct_text": how}
            return self._server.post_form("/inference_instruct2", fields, recording)
        if said := cloned.get("text"):
            return self._server.post_form(
                "/inference_zero_shot", {"tts_text": sentence, "prompt_text": said}, recording
            )
        return self._server.post_form("/inference_cross_lingual", {"tts_text": sentence}, recording)


def _prompt(name: str, voice: Mapping[str, str]) -> bytes:
    """The recording of a cloned voice as WAV: silence around it and a low level would be cloned too."""
    from avatars.media import audio_segments

    try:
        sound = audio_segments.recording(Path(voice.get("wav", "")), PROMPT_RATE)
    except OutputError as error:
        raise EngineMissing(
            f"The recording of the voice “{name}” is missing or no sound.",
            code="engine_unavailable",
            remedy="Correct its “wav” in OPENUSER_COSYVOICE_VOICES.",
            field=FIELD,
        ) from error
    prompt = io.BytesIO()
    audio_segments.write_wav(prompt, audio_segments.samples(sound), PROMPT_RATE)
    return prompt.getvalue()
