"""GPT-SoVITS over HTTP (api_v2.py): the voice of a recording that lies on the server. `/control` is never called."""

from collections.abc import Mapping
from typing import Any

from avatars.adapters.availability import Availability, look
from avatars.adapters.http_client import Server
from avatars.exceptions import AvatarError
from avatars.speech.engines.openai import heard, unset
from avatars.speech.synthesis.sentence_engine import FIELD, Dictated, Heard

LICENCE = "MIT; a cloned voice needs the consent of whose it is"


class GPTSoVITS(Dictated):
    """Options: `url`, `voices`: name → {"path": on the server, "text": its words, "language": theirs}, `seed`,
    `time_limit` for a sentence in seconds."""

    def __init__(
        self,
        *,
        url: str,
        voices: Mapping[str, Mapping[str, str]] | None = None,
        seed: int = 1,
        time_limit: float = 120.0,
        **options: Any,
    ) -> None:
        if not url or not voices:
            raise unset("OPENUSER_GPT_SOVITS_VOICES" if url else "OPENUSER_GPT_SOVITS_URL")
        super().__init__(**{"voice": next(iter(voices)), **options})
        self._server = Server(url, field=FIELD, time_limit=time_limit)
        self._voices, self._seed = dict(voices), seed

    @classmethod
    def probe(
        cls, *, url: str = "", voices: Mapping[str, Mapping[str, str]] | None = None, **_options: Any
    ) -> Availability:
        """See `Probed.probe`: its address, a voice, and whether it listens."""
        settings = [("OPENUSER_GPT_SOVITS_URL", url), ("OPENUSER_GPT_SOVITS_VOICES", voices)]
        return look(licence=LICENCE, device="server", settings=settings, address=url)

    def say(self, sentence: str, *, language: str, voice: str, speed: float) -> Heard:
        known = self._voices.get(voice)
        if known is None:
            raise AvatarError(
                f"There is no voice “{voice}”.",
                code="voice_unknown",
                remedy=f"OPENUSER_GPT_SOVITS_VOICES has {', '.join(self._voices)}.",
                field="voice",
            )
        reply = self._server.post_json(
            "/tts",
            {
                "text": sentence,
                "text_lang": language,
                "ref_audio_path": known.get("path", ""),
                "prompt_text": known.get("text", ""),
                "prompt_lang": known.get("language", "zh"),
                # It gets single sentences: it would join parts that it cuts with pauses of its own.
                "text_split_method": "cut0",
                "speed_factor": round(speed, 2),
                "seed": self._seed,
                "media_type": "wav",
                "streaming_mode": False,
            },
        )
        return heard(reply.body)
