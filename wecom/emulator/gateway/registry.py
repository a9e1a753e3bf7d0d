"""The shape of an API call and of its answer, and the registry of what can be called."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App


@dataclass(frozen=True, kw_only=True)
class Upload:
    """The multipart part of a media upload."""

    filename: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Request:
    """A call that has arrived whole. `app` is the token's owner; `dropping` asks to accept but not deliver;
    `unreachable` and `unlicensed` name members to treat as if they could not be reached, or had no licence.

    `range` is the header of that name, `base_url` the address at which the emulator was called.
    """

    query: dict[str, str]
    body: bytes
    address: str
    upload: Upload | None
    app: App | None
    dropping: bool = False
    unreachable: frozenset[str] = frozenset()
    unlicensed: frozenset[str] = frozenset()
    range: str = ""
    base_url: str = ""

    @property
    def caller(self) -> App:
        """The application whose token was used. Raises `ApiError` 41001 without one."""
        if self.app is None:
            raise ApiError(41001)
        return self.app

    def json(self) -> dict[str, Any]:
        """The body as an object. Raises `ApiError` 47001."""
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise ApiError(47001) from error
        if not isinstance(value, dict):
            raise ApiError(47001, "the body is not an object")
        return value


@dataclass(frozen=True, kw_only=True)
class File:
    """An answer that is a file."""

    path: Path
    filename: str
    content_type: str


Answer = dict[str, Any] | File
Handler = Callable[[Request], Answer]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What answers a path. `method` is the only one allowed; `open` needs no token."""

    handler: Handler
    method: str
    open: bool = False


ENDPOINTS: dict[str, Endpoint] = {}


def endpoint(path: str, method: str, *, needs_token: bool = True) -> Callable[[Handler], Handler]:
    """Register what answers `/cgi-bin/<path>`. It runs on the server's own thread, inside one transaction."""

    def register(handler: Handler) -> Handler:
        ENDPOINTS[path] = Endpoint(handler=handler, method=method, open=not needs_token)
        return handler

    return register
