"""Microsoft Edge's voices through the package edge-tts: an unofficial service on the internet, whose terms are unclear.

Text leaves the company. The engine works only if the operator allows that with `OPENUSER_EDGE_ALLOWED=true`.
"""

import asyncio
from typing import Any, ClassVar, cast

from avatars.adapters.availability import Availability, look
from avatars.adapters.http_client import strange
from avatars.exceptions import EngineFailed, EngineMissing
from avatars.speech.base import Control
from avatars.speech.engines.openai import heard, unset
from avatars.speech.synthesis.sentence_engine import FIELD, Dictated, Heard, Word

PACKAGE, SETTING = "edge_tts", "OPENUSER_EDGE_ALLOWED"
LICENCE = "LGPL-3.0 of edge-tts; the service is unofficial, its terms are unclear"
TICKS = 10_000_000  # a second: the service counts in 100 ns
USUAL_PITCH = 170  # hertz, between men's and women's: the service takes differences


class Edge(Dictated):
    """Options: `allowed`, whether the operator allows texts to go there; `time_limit` for a sentence in seconds;
    `relay`, a host and port to which the connection is made instead, by a certificate for the service's name."""

    controls: ClassVar[frozenset[Control]] = Dictated.controls | {Control.PITCH}

    def __init__(self, *, allowed: bool = False, time_limit: float = 30.0, relay: str = "", **options: Any) -> None:
        if not allowed:
            raise unset(SETTING)
        if not self.probe(allowed=True).ok:
            raise EngineMissing(
                "The package edge-tts is not installed.",
                code="engine_unavailable",
                remedy="pip install edge-tts==7.3.1",
                field=FIELD,
            )
        super().__init__(**options)
        self._limit, self._relay = time_limit, relay

    @classmethod
    def probe(cls, *, allowed: bool = False, **_options: Any) -> Availability:
        """See `Probed.probe`: the package, and the permission. The service itself is not asked."""
        return look(licence=LICENCE, device="server", packages=(PACKAGE,), licensed=(SETTING, allowed))

    def say(self, sentence: str, *, language: str, voice: str, speed: float) -> Heard:
        return self.say_at(sentence, language=language, voice=voice, speed=speed, pitch=0.0)

    def say_at(self, sentence: str, *, language: str, voice: str, speed: float, pitch: float) -> Heard:
        import aiohttp
        from edge_tts.exceptions import EdgeTTSException

        try:
            sound, timed = asyncio.run(self._spoken(sentence, voice, f"{round((speed - 1) * 100):+d}%", pitch))
        except TimeoutError as error:
            raise _failed("The service took too long.", "engine_timeout") from error
        except aiohttp.ClientConnectionError as error:
            raise _failed("The service does not answer.", "server_silent") from error
        except aiohttp.WSServerHandshakeError as error:
            raise _failed(f"The service refused (HTTP {error.status}).", "server_refused") from error
        except (ValueError, TypeError) as error:
            raise _failed("The service has no such voice.", "server_refused") from error
        except (EdgeTTSException, aiohttp.ClientError) as error:
            raise strange("The service answered with something that is no sound.", field=FIELD) from error
        speech = heard(sound)
        return Heard(samples=speech.samples, rate=speech.rate, words=tuple(timed))

    async def _spoken(self, sentence: str, voice: str, rate: str, pitch: float) -> tuple[bytes, list[Word]]:
        from edge_tts import Communicate

        sound, timed = bytearray(), []
        async with asyncio.timeout(self._limit):
            wish = Communicate(
                sentence,
                voice,
                rate=rate,
                pitch=f"{round(pitch * USUAL_PITCH):+d}Hz",
                boundary="WordBoundary",
                connector=_towards(self._relay) if self._relay else None,
                receive_timeout=max(1, round(self._limit)),
            )
            async for piece in wish.stream():
                if piece["type"] == "audio":
                    sound += piece["data"]
                elif piece["type"] == "WordBoundary":
                    start = piece["offset"] / TICKS
                    timed.append(Word(text=piece["text"], start=start, end=start + piece["duration"] / TICKS))
        return bytes(sound), timed


def _towards(relay: str) -> Any:
    """A way out that leads every name to one place; its certificate is checked all the same."""
    import socket

    import aiohttp

    host, _, port = relay.rpartition(":")

    class Relay:
        async def resolve(
            self, name: str, _port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[dict[str, Any]]:
            return [{"hostname": name, "host": host, "port": int(port), "family": family, "proto": 0, "flags": 0}]

        async def close(self) -> None:
            """Nothing is open."""

    return aiohttp.TCPConnector(resolver=cast(Any, Relay()), family=socket.AF_INET)


def _failed(message: str, code: str) -> EngineFailed:
    return EngineFailed(message, code=code, remedy="Choose another speech engine, or try it later.", field=FIELD)
