"""Calls an address as WeChat Work does: the URL check and a callback, encrypted, over the network.

It sends an event of its own kind, which is recorded as a probe and never handled.
"""

import secrets
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from requests import exceptions

from wecom import crypto
from wecom.crypto import Keys
from wecom.exceptions import WeComError
from wecom.models import Callback

# The user agent of the platform's own client: firewalls must let it in.
HEADERS = {"User-Agent": "Mozilla/4.0", "Accept": "*/*"}
CONNECT_TIMEOUT, READ_TIMEOUT = 4.0, 7.0
MOST = 65_536


class Unreached(WeComError):
    """No answer; `code` names the stage that failed: dns, refused, unreachable, tls, broken, timeout, address."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The answer. `expected` is the body that the platform wants, `nonce` the one that was sent."""

    status: int
    content_type: str
    location: str
    body: bytes
    seconds: float
    expected: bytes
    nonce: str

    @property
    def is_html(self) -> bool:
        return "html" in self.content_type.lower() or self.body.lstrip()[:1] == b"<"


def check_url(url: str, keys: Keys) -> Reply:
    """Make the URL check, as saving the callback settings in the console does. Raises `Unreached`."""
    echo = f"{Callback.PROBE}{secrets.token_hex(8)}".encode()
    nonce, timestamp, sealed, signature = _sealed(keys, echo)
    query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": sealed}
    return _call("GET", url, query, b"", expected=echo, nonce=nonce)


def call_back(url: str, keys: Keys, *, agent_id: int) -> Reply:
    """Send a callback, as a member's action causes one. Raises `Unreached`."""
    # The event's key is different each time, so that no probe is taken for the repeat of another.
    once = secrets.token_hex(8)
    event = (
        f"<xml><ToUserName><![CDATA[{keys.receive_id}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[{Callback.PROBE}]]></Event><EventKey><![CDATA[{once}]]></EventKey><AgentID>{agent_id}</AgentID></xml>"
    ).encode()
    nonce, timestamp, sealed, signature = _sealed(keys, event)
    body = (
        f"<xml><ToUserName><![CDATA[{keys.receive_id}]]></ToUserName>"
        f"<AgentID><![CDATA[{agent_id}]]></AgentID><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    ).encode()
    query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}
    return _call("POST", url, query, body, expected=event, nonce=nonce)


def _sealed(keys: Keys, message: bytes) -> tuple[str, str, str, str]:
    nonce, timestamp = secrets.token_hex(8), str(int(time.time()))
    sealed = crypto.seal(keys, message)
    return nonce, timestamp, sealed, crypto.sign(keys.token, timestamp, nonce, sealed)


def _call(method: str, url: str, query: dict[str, str], body: bytes, *, expected: bytes, nonce: str) -> Reply:
    _resolve(url)
    began = time.monotonic()
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.request(
                method,
                url,
                params=query,
                data=body or None,
                headers=HEADERS | ({"Content-Type": "text/xml"} if body else {}),
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = response.raw.read(MOST, decode_content=True)
                return Reply(
                    status=response.status_code,
                    content_type=response.headers.get("Content-Type", ""),
                    location=response.headers.get("Location", ""),
                    body=content,
                    seconds=time.monotonic() - began,
                    expected=expected,
                    nonce=nonce,
                )
    except exceptions.SSLError as error:
        raise Unreached(_certificate(error), code="tls") from error
    except exceptions.ConnectTimeout as error:
        raise Unreached("", code="unreachable") from error
    except (exceptions.ReadTimeout, TimeoutError) as error:
        raise Unreached("", code="timeout") from error
    except exceptions.ConnectionError as error:
        raise Unreached("", code="refused" if _is_refused(error) else "broken") from error
    except (exceptions.RequestException, OSError) as error:
        raise Unreached(type(error).__name__, code="broken") from error


def _resolve(url: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Unreached("", code="address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Unreached("", code="address")
    try:
        socket.getaddrinfo(parts.hostname, port, proto=socket.IPPROTO_TCP)
    except OSError as error:
        raise Unreached(parts.hostname, code="dns") from error
    except UnicodeError as error:
        raise Unreached("", code="address") from error


def _certificate(error: BaseException) -> str:
    """Why a certificate is not trusted, in OpenSSL's words: self-signed certificate, certificate has expired …"""
    seen: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        cause = todo.pop()
        if not isinstance(cause, BaseException) or cause in seen:
            continue
        seen.append(cause)
        reason = getattr(cause, "verify_message", "")
        if reason:
            return str(reason)
        todo += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
    return "handshake"


def _is_refused(error: BaseException) -> bool:
    cause = error.args[0] if error.args else None
    return "NewConnectionError" in type(getattr(cause, "reason", None)).__name__
