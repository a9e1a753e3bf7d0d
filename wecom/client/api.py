"""The platform's API as an application calls it: with its access token, and once more with a fresh one if refused."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from wecom.client import access_tokens, outages, transport
from wecom.client.transport import FilePart
from wecom.exceptions import ApiError, TokenRejected
from wecom.models import Application

T = TypeVar("T")


def get(application: Application, path: str, *, token: str = "", **params: str) -> dict[str, Any]:
    """The answer to a GET of `path`, like "user/get". Raises `WeComError`.

    `token` is one that was fetched before, where the caller must know first that there is one.
    """
    url = application.api_base_url
    return _with_token(application, lambda value: transport.get(url, path, access_token=value, **params), token)


def post(
    application: Application, path: str, body: bytes | Mapping[str, object], *, token: str = "", **params: str
) -> dict[str, Any]:
    """The answer to a POST of JSON: an object, or bytes that must stay as they are. Raises `WeComError`."""
    url = application.api_base_url
    data = body if isinstance(body, bytes) else transport.encode_json(body)
    return _with_token(application, lambda value: transport.post(url, path, data, access_token=value, **params), token)


def upload(application: Application, path: str, file: Path, filename: str, **params: str) -> dict[str, Any]:
    """The answer to the upload of a file, like "media/upload". Raises `WeComError`."""
    url = application.api_base_url
    return _with_token(
        application, lambda value: transport.upload(url, path, file, filename, access_token=value, **params)
    )


def download(application: Application, path: str, first: int, last: int, **params: str) -> FilePart:
    """The bytes `first` to `last` of a file, or all of it from a platform without ranges. Raises `WeComError`."""
    url = application.api_base_url
    return _with_token(
        application, lambda value: transport.download(url, path, first, last, access_token=value, **params)
    )


def _with_token(application: Application, call: Callable[[str], T], token: str = "") -> T:
    token = token or access_tokens.valid_token(application)
    try:
        with outages.observed(application):
            return call(token)
    except ApiError as error:
        # 40001 is a wrong secret when a token is fetched, but in other calls a token that was revoked.
        if not isinstance(error, TokenRejected) and error.errcode != 40001:
            raise
    token = access_tokens.valid_token(application, rejected=token)
    with outages.observed(application):
        return call(token)
