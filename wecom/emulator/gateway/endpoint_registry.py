"""The registry of endpoints: their arguments and results."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file of a multipart form."""

    filename: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class ApiRequest:
    """The request of an API call.

    `app` is the application of the access token, `range` the header of that name, `base_url` the emulator's address.
    Faults set the rest: `drop` accepts the message without delivering it, the members in `unreachable` and `unlicensed`
    are treated as such.
    """

    query: dict[str, str]
    body: bytes
    address: str
    upload: Upload | None
    app: App | None
    drop: bool = False
    unreachable: frozenset[str] = frozenset()
    unlicensed: frozenset[str] = frozenset()
    range: str = ""
    base_url: str = ""

    @property
    def caller(self) -> App:
        """The application that calls. Raises `ApiError` 41001 without an access token."""
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

    def has_numbers_as_text(self) -> bool:
        """Whether the body has a text where the platform's documents have a number."""
        try:
            return bool(self.body) and any(isinstance(self.json().get(name), str) for name in NUMBERS)
        except ApiError:
            return False


# Fields of a body that are numbers. The platform reads digits in quotes too, and says that the type is wrong.
NUMBERS = ("agentid", "safe", "enable_id_trans", "enable_duplicate_check", "duplicate_check_interval")


@dataclass(frozen=True, kw_only=True)
class File:
    """An answer that is a file."""

    path: Path
    filename: str
    content_type: str


Answer = dict[str, Any] | File
Handler = Callable[[ApiRequest], Answer]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """The handler of a path, and the only HTTP method that it allows."""

    handler: Handler
    method: str
    needs_token: bool = True


ENDPOINTS: dict[str, Endpoint] = {}  # by path


def endpoint(path: str, method: str, *, needs_token: bool = True) -> Callable[[Handler], Handler]:
    """Register the handler of `/cgi-bin/<path>`. It runs on the server's thread, in a transaction of its own."""

    def register(handler: Handler) -> Handler:
        ENDPOINTS[path] = Endpoint(handler=handler, method=method, needs_token=needs_token)
        return handler

    return register
