"""Verification of a callback URL, which the platform does when an administrator saves the callback form.

Source: https://developer.work.weixin.qq.com/document/path/90930. The answer must come within one second.
"""

import codecs
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import requests

from wecom.crypto import seal, sign
from wecom.emulator.callbacks.dispatcher import HEADERS
from wecom.emulator.callbacks.envelope import keys_of, with_query
from wecom.emulator.models import App

DEADLINE = 1.0
COMPARE = "compare Token, EncodingAESKey and the company ID"
SURROUNDINGS: tuple[tuple[str, Callable[[bytes, bytes], bool]], ...] = (
    ("a byte order mark", lambda body, _: body.startswith(codecs.BOM_UTF8)),
    ("blanks or a newline", lambda body, text: body.strip() == text),
    ("quotes", lambda body, text: body.strip() in {b'"%b"' % text, b"'%b'" % text}),
    ("JSON", lambda body, _: body.lstrip()[:1] in {b"{", b"["}),
    ("a web page", lambda body, _: body.lstrip()[:1] == b"<"),
    ("something", lambda _body, _text: True),
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether the URL passed, and a sentence that says why or why not."""

    ok: bool
    verdict: str
    url: str
    status: int | None = None
    ms: float | None = None
    answer: str = ""


def verify_url(app: App, url: str, now: float) -> Verdict:
    """Request the URL with an encrypted random number, which it must return decrypted."""
    expected = str(secrets.randbelow(9 * 10**18) + 10**18)
    query = _query(app, expected, int(now))
    return _get(url, query, expected.encode())


def _query(app: App, message: str, timestamp: int) -> str:
    keys = keys_of(app)
    echo, nonce = seal(keys, message.encode()), str(secrets.randbelow(10**10))
    signature = sign(keys.token, str(timestamp), nonce, echo)
    return urlencode({"msg_signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo})


def _get(url: str, query: str, expected: bytes) -> Verdict:
    if not url:
        return Verdict(ok=False, verdict="The application has no callback URL.", url=url)
    started = time.perf_counter()
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.get(with_query(url, query), headers=HEADERS, timeout=DEADLINE, allow_redirects=False)
        except requests.Timeout:
            return Verdict(ok=False, verdict="No answer within 1 second.", url=url)
        except requests.RequestException as error:
            return Verdict(ok=False, verdict=f"Could not connect ({type(error).__name__}).", url=url)
    elapsed = round((time.perf_counter() - started) * 1000, 1)
    if elapsed > DEADLINE * 1000:  # in chunks, each of them in time
        return Verdict(ok=False, verdict="No answer within 1 second.", url=url, status=answer.status_code, ms=elapsed)
    problem = _problem(answer.status_code, answer.content, expected)
    shown = answer.content[:200].decode(errors="replace")
    verdict = problem or "The URL answers as it should."
    return Verdict(ok=not problem, verdict=verdict, url=url, status=answer.status_code, ms=elapsed, answer=shown)


def _problem(status: int, body: bytes, expected: bytes) -> str:
    """The flaw of the answer; "" if it has none."""
    if 300 <= status < 400:
        return f"The URL redirects ({status}); give the final address, mind the trailing slash."
    if status in {401, 403}:
        return f"The URL refuses the request ({status}); {COMPARE}."
    if status != 200:
        return f"The URL answers {status} instead of 200."
    if body == expected:
        return ""
    if expected in body:
        around = next(name for name, looks_so in SURROUNDINGS if looks_so(body, expected))
        return f"The body has {around} around the decrypted text; it must be the bare text."
    if not body.strip():
        return f"The body is empty instead of the decrypted text; {COMPARE}."
    if body.lstrip()[:1] == b"<":
        return "The URL answers with a web page; another server may stand before the application."
    return f"The body is not the decrypted text; {COMPARE}."
