"""HTTP calls of the platform's API: each gives an answer, or raises an error with a remedy.

They go through the pools of a session of requests, which has the certificates and the addresses right, but not through
its preparation of each request, which takes longer than the call itself.
"""

import json
import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests
from django.conf import settings
from requests import exceptions
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout
from urllib3 import exceptions as urllib3_errors

from core import traces
from wecom import metrics
from wecom.client import call_limit_breaker
from wecom.client.error_codes import exception_for
from wecom.client.platform_clock import comparison
from wecom.exceptions import AmbiguousError, ApiError, LimitedError, NotReached, WeComError

logger = logging.getLogger(__name__)

_local = threading.local()
NO_HEADERS: Mapping[str, str] = {}
# In `errmsg`, also of success; the platform may have used only a part of the call.
WRONG_TYPE = "Warning: wrong json format"
CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
# Among them a wrong API address, of which there are several errors.
NEVER_WRITTEN = (
    urllib3_errors.NewConnectionError,
    urllib3_errors.ConnectTimeoutError,
    urllib3_errors.SSLError,
    urllib3_errors.LocationValueError,
    exceptions.InvalidURL,
    exceptions.InvalidSchema,
    exceptions.MissingSchema,
)


@dataclass(frozen=True, kw_only=True)
class FilePart:
    """A part of a file: its first byte, and the size of the whole."""

    data: bytes
    first: int
    total: int


class Token(str):
    """An access token that knows its corporation: calls with it count for the corporation's limits."""

    corporation_id: int

    def __new__(cls, value: str, *, corporation_id: int) -> "Token":
        token = super().__new__(cls, value)
        token.corporation_id = corporation_id
        return token


def get(base_url: str, path: str, **params: str) -> dict[str, Any]:
    """The answer to a GET. Raises `ApiError` or a subclass, `NotReached`, `AmbiguousError`.

    With a `Token`, the call counts for the limits; raises `LimitedError` if one of them is used up.
    """
    return _call("GET", base_url, path, params)


def post(base_url: str, path: str, body: bytes, **params: str) -> dict[str, Any]:
    """The answer to a POST of JSON bytes. Raises as `get` does."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return _call("POST", base_url, path, params, body=body, headers=headers)


def upload(base_url: str, path: str, file: Path, filename: str, **params: str) -> dict[str, Any]:
    """The answer to the upload of a file; the part is named `media` and the name is raw UTF-8.

    requests would write a Chinese name as RFC 2231 `filename*=`, which the platform does not read (44001).
    """
    boundary = "openuser-" + file.stem[-24:].encode("ascii", "ignore").decode().replace(" ", "") + "-media"
    safe = filename.replace('"', "'").replace("\r", " ").replace("\n", " ")
    data = file.read_bytes()
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="media"; filename="{safe}"; filelength={len(data)}\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return _call("POST", base_url, path, params, body=body, headers=headers)


def download(base_url: str, path: str, first: int, last: int, **params: str) -> FilePart:
    """The bytes `first` to `last` of a file, or all of it from a platform without ranges.

    Raises as `get` does: an error comes as JSON in place of the file.
    """
    with _counted(path, params), _measured(path):
        response = _request("GET", base_url, path, params, headers={"Range": f"bytes={first}-{last}"})
        if response.headers.get("Content-Type", "").startswith(("application/json", "text/")):
            _answer(response, path)
            raise AmbiguousError("The answer is no file.", code="no_file")
    if response.status == 200:
        return FilePart(data=response.data, first=0, total=len(response.data))
    match = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    whole = match is not None and int(match[1]) == first and len(response.data) == int(match[2]) - first + 1
    if response.status != 206 or match is None or not whole:
        raise AmbiguousError("The answer is not the range that was asked for.", code=f"http_{response.status}")
    return FilePart(data=response.data, first=first, total=int(match[3]))


def encode_json(call: Mapping[str, object]) -> bytes:
    """JSON as the platform wants it: real UTF-8, no needless escapes (40033)."""
    return json.dumps(call, ensure_ascii=False, separators=(",", ":")).encode()


def text_field(answer: Mapping[str, Any], name: str) -> str:
    """A text that an answer must have. Raises `AmbiguousError` for an answer without it."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise AmbiguousError("The answer lacks a field.", code=f"no_{name}")
    return value


def number_field(answer: Mapping[str, Any], name: str, *, default: int) -> int:
    """A number of an answer. Raises `AmbiguousError` if it is not a number."""
    value = answer.get(name, default)
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise AmbiguousError("A field of the answer is no number.", code=f"odd_{name}") from error


def _session() -> requests.Session:
    if not hasattr(_local, "session"):
        _local.session, _local.pools = requests.Session(), {}
        _local.session.trust_env = False
    session: requests.Session = _local.session
    return session


def _pool(base_url: str) -> tuple[HTTPConnectionPool, str]:
    """The connections of this thread to an address, and the path of its API. Looked up once."""
    session = _session()
    known: dict[str, tuple[HTTPConnectionPool, str]] = _local.pools
    if base_url not in known or known[base_url][0].pool is None:  # closed, in favour of other addresses
        request = session.prepare_request(requests.Request("GET", f"{base_url.rstrip('/')}/cgi-bin/"))
        adapter: Any = session.get_adapter(str(request.url))  # the stubs know neither of the two methods
        pool = adapter.get_connection_with_tls_context(request, verify=True)
        adapter.cert_verify(pool, request.url, verify=True, cert=None)
        known[base_url] = pool, request.path_url
    return known[base_url]


def _call(method: str, base_url: str, path: str, params: Mapping[str, str], **options: Any) -> dict[str, Any]:
    with _counted(path, params), _measured(path):
        began = time.monotonic()
        response = _request(method, base_url, path, params, **options)
        comparison.compare(response.headers.get("Date"), time.monotonic() - began)
        return _answer(response, path)


@contextmanager
def _counted(path: str, params: Mapping[str, str]) -> Iterator[None]:
    """Count the call for its token's corporation; a refusal for its number opens the circuit of this interface."""
    token = params.get("access_token")
    if not isinstance(token, Token):
        yield
        return
    reopened = call_limit_breaker.before_call(token.corporation_id, path)
    try:
        yield
    except LimitedError as error:
        raise call_limit_breaker.trip(token.corporation_id, path, error.errcode) from error
    if reopened:
        call_limit_breaker.clear(token.corporation_id, path)


@contextmanager
def _measured(path: str) -> Iterator[None]:
    """Count the call by its outcome, and how long it took."""
    began, outcome = time.monotonic(), "0"
    try:
        with traces.span(f"wecom {path}", api=path):
            yield
    except WeComError as error:
        outcome = str(error.errcode) if isinstance(error, ApiError) else error.code
        raise
    finally:
        metrics.CALLS.add(path, outcome)
        metrics.CALL_SECONDS.observe(time.monotonic() - began, path)


def _request(
    method: str,
    base_url: str,
    path: str,
    params: Mapping[str, str],
    *,
    headers: Mapping[str, str] = NO_HEADERS,
    **data: Any,
) -> BaseHTTPResponse:
    timeout = Timeout(connect=settings.WECOM["CONNECT_TIMEOUT"], read=settings.WECOM["READ_TIMEOUT"])
    try:
        pool, root = _pool(base_url)
        url = f"{root}{path}?{urlencode(params)}" if params else f"{root}{path}"
        every: dict[str, Any] = {**_session().headers, **headers}
        return pool.urlopen(method, url, headers=every, timeout=timeout, retries=False, redirect=False, **data)
    except NEVER_WRITTEN as error:
        raise NotReached("WeChat Work could not be reached.", code="not_reached") from error
    except (urllib3_errors.ProtocolError, OSError) as error:
        raise AmbiguousError("The connection broke before the answer.", code="broken") from error
    except urllib3_errors.HTTPError as error:
        raise AmbiguousError("No answer came in time.", code="no_answer") from error


def _answer(response: BaseHTTPResponse, path: str) -> dict[str, Any]:
    try:
        answer = json.loads(response.data)
    except ValueError as error:
        raise AmbiguousError("The answer is no JSON.", code=f"http_{response.status}") from error
    if response.status >= 500 or not isinstance(answer, dict):
        raise AmbiguousError("The answer is no answer.", code=f"http_{response.status}")
    if WRONG_TYPE in str(answer.get("errmsg", "")):
        logger.warning("WeChat Work found a field of a wrong type in a call.", extra={"api": path})
    errcode = number_field(answer, "errcode", default=0)
    if errcode:
        raise exception_for(errcode, str(answer.get("errmsg", "")))
    return answer
