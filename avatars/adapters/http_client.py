"""HTTP to the servers of engines: bounded in time and size, every way to fail told apart.

Operators name the servers in the settings. The text of a server's answer is never logged or shown: it may repeat the
text of a video.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from avatars.adapters import server_errors
from avatars.exceptions import EngineFailed

MEGABYTE = 1024 * 1024  # bytes
CONNECT_SECONDS = 5.0  # seconds to connect, within the limit of the whole request
READ_SECONDS = 60.0  # seconds without a byte after which a server counts as dead, as long as an engine sets no other
PIECE = 64 * 1024  # bytes read at a time: memory and the checks of size and time go by it
DENIED = frozenset({401, 403})  # statuses of a key that is missing or wrong
BUSY = frozenset({409, 429, 503})  # statuses that may pass
# Bytes of a refusal that are searched for its cause: known causes stand at its beginning.
EXPLANATION = 8 * 1024


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A successful answer; `kind` is its media type."""

    kind: str
    body: bytes
    field: str

    def json(self) -> dict[str, Any]:
        """Its JSON object. Raises `EngineFailed` where it is none."""
        value = self._value()
        if not isinstance(value, dict):
            raise strange("The server answered with something that is not a JSON object.", field=self.field)
        return value

    def texts(self) -> list[str]:
        """Its JSON list of strings. Raises `EngineFailed` where it is none."""
        value = self._value()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise strange("The server answered with something that is not a list of names.", field=self.field)
        return value

    def _value(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Server:
    """One server. `base` is its URL, `field` the kind of engine that asks, `key` a bearer token, `most` is in bytes.

    `time_limit` is for a whole answer in seconds, `silence` for a pause in it. Every method raises `EngineFailed` with
    one of the codes `server_silent`, `engine_timeout`, `server_refused`, `server_broken`, `server_busy`,
    `server_memory`, `engine_refused`, `engine_output`.
    """

    def __init__(
        self,
        base: str,
        *,
        field: str,
        key: str = "",
        time_limit: float = 60.0,
        silence: float = READ_SECONDS,
        most: int = 100 * MEGABYTE,
    ) -> None:
        self._base, self._field, self._limit, self._most = base.rstrip("/"), field, time_limit, most
        self._silence = min(silence, time_limit)
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._cookies = requests.cookies.RequestsCookieJar()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Reply:
        return self._ask("GET", path, params=query)

    def post_json(self, path: str, value: Mapping[str, Any]) -> Reply:
        return self._ask("POST", path, json=value)

    def post_form(
        self, path: str, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes, str]] | None = None
    ) -> Reply:
        """`files` are name → (file name, content, media type)."""
        return self._ask("POST", path, data=fields, files=files)

    def put_json(self, path: str, value: Mapping[str, Any]) -> Reply:
        return self._ask("PUT", path, json=value)

    def events(self, path: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """The JSON objects of a stream of server-sent events, until it ends."""
        deadline, length = time.monotonic() + self._limit, 0
        with self._open("GET", path, params=query) as answer:
            for line in answer.iter_lines(PIECE):
                length += len(line)
                if length > self._most:
                    raise strange("The server answered with more than can be used.", field=self._field)
                if time.monotonic() > deadline:
                    raise self._late()
                if line.startswith(b"data:"):
                    yield Reply(kind="", body=line.removeprefix(b"data:"), field=self._field).json()

    def _ask(self, method: str, path: str, **options: Any) -> Reply:
        deadline = time.monotonic() + self._limit
        with self._open(method, path, **options) as answer:
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Reply(kind=kind, body=self._read(answer, deadline), field=self._field)

    @contextmanager
    def _open(self, method: str, path: str, **options: Any) -> Iterator[requests.Response]:
        """A successful answer, whose body is not read yet."""
        try:
            # A redirect would carry text and key to a server that the settings do not name.
            with requests.request(
                method,
                f"{self._base}{path}",
                headers=self._headers,
                cookies=self._cookies,
                timeout=(min(CONNECT_SECONDS, self._limit), self._silence),
                allow_redirects=False,
                stream=True,
                **options,
            ) as answer:
                self._judge(answer)
                self._cookies.update(answer.cookies)
                yield answer
        except (requests.ReadTimeout, requests.exceptions.ChunkedEncodingError) as error:
            raise self._late() from error
        except (requests.ConnectionError, requests.Timeout) as error:
            raise self._cut_off(error) from error
        except requests.RequestException as error:
            raise EngineFailed(
                "The server cannot be asked.",
                code="server_silent",
                remedy="Correct its address in the settings.",
                field=self._field,
            ) from error

    def _read(self, answer: requests.Response, deadline: float) -> bytes:
        body = bytearray()
        for piece in answer.iter_content(PIECE):
            body += piece
            if len(body) > self._most:
                raise strange("The server answered with more than can be used.", field=self._field)
            if time.monotonic() > deadline:
                raise self._late()
        return bytes(body)

    def _judge(self, answer: requests.Response) -> None:
        status = answer.status_code
        if 200 <= status < 300:
            return
        told = next(answer.iter_content(EXPLANATION), b"").decode(errors="replace")
        if known := server_errors.recognised(told, field=self._field):
            raise known
        if status in BUSY:
            raise server_errors.busy(field=self._field)
        if status >= 500:
            message, code, remedy = "The server failed", "server_broken", "Look into the log of that server."
        elif status in DENIED:
            message, code, remedy = "The server lets us not in", "server_refused", "Check its key in the settings."
        else:
            message, code = "The server refused", "server_refused"
            remedy = "Check its address, its model and the voice; the log of that server says more."
        raise EngineFailed(f"{message} (HTTP {status}).", code=code, remedy=remedy, field=self._field)

    def _late(self) -> EngineFailed:
        return EngineFailed(
            "The server took too long.",
            code="engine_timeout",
            remedy="Give it more time in the settings, or a faster machine.",
            field=self._field,
        )

    def _cut_off(self, error: requests.RequestException) -> EngineFailed:
        # A body that breaks off is a connection error too, with this class inside.
        if "Read timed out" in str(error):
            return self._late()
        return EngineFailed(
            "The server does not answer.",
            code="server_silent",
            remedy="Start that server, or correct its address in the settings.",
            field=self._field,
        )


def strange(message: str, *, field: str) -> EngineFailed:
    """The output of an engine cannot be used."""
    return EngineFailed(message, code="engine_output", remedy="Try the engine on the page “Engines”.", field=field)
