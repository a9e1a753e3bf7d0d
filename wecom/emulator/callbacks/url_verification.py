"""URL verification: what the platform does when an administrator saves the callback form, with a clear verdict.

Source: https://developer.work.weixin.qq.com/document/path/90930. The answer is due within one second.
"""

import asyncio
import codecs
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

import requests

from wecom.crypto import seal, sign
from wecom.emulator import clock, database
from wecom.emulator.callbacks.delivery import HEADERS
from wecom.emulator.callbacks.envelope import keys, with_query
from wecom.emulator.gateway.json_views import Control, Result
from wecom.emulator.models import App

DEADLINE = 1.0
COMPARE = "compare Token, EncodingAESKey and the company ID"
AROUND: tuple[tuple[str, Callable[[bytes, bytes], bool]], ...] = (
    ("a byte order mark", lambda body, _: body.startswith(codecs.BOM_UTF8)),
    ("blanks or a newline", lambda body, text: body.strip() == text),
    ("quotes", lambda body, text: body.strip() in {b'"%b"' % text, b"'%b'" % text}),
    ("JSON", lambda body, _: body.lstrip()[:1] in {b"{", b"["}),
    ("a web page", lambda body, _: body.lstrip()[:1] == b"<"),
    ("something", lambda _body, _text: True),
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`ok`, and in one sentence why or why not."""

    ok: bool
    verdict: str
    url: str
    status: int | None = None
    ms: float | None = None
    answer: str = ""


def begin(control: Control) -> Result:
    """Which URL is to be asked: `url`, or the application's own."""
    app = control.app()
    return {"url": control.text("url", app.callback_url)}


async def finish(control: Control, result: Result) -> Result:
    """Ask it."""
    app = await database.run(control.app)
    now = await database.run(clock.now)
    expected = str(secrets.randbelow(9 * 10**18) + 10**18)
    query = _query(app, expected, int(now))
    return asdict(await asyncio.to_thread(_ask, result["url"], query, expected.encode()))


def _query(app: App, message: str, timestamp: int) -> str:
    own = keys(app)
    echo, nonce = seal(own, message.encode()), str(secrets.randbelow(10**10))
    signature = sign(own.token, str(timestamp), nonce, echo)
    return urlencode({"msg_signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo})


def _ask(url: str, query: str, expected: bytes) -> Verdict:
    if not url:
        return Verdict(ok=False, verdict="The application has no callback URL.", url=url)
    started = time.perf_counter()
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.get(with_query(url, query), headers=HEADERS, timeout=DEADLINE, allow_redirects=False)
        except requests.Timeout:
            return Verdict(ok=False, verdict="No answer within 1 second.", url=url)
        except requests.RequestException as problem:
            return Verdict(ok=False, verdict=f"Could not connect ({type(problem).__name__}).", url=url)
    elapsed = round((time.perf_counter() - started) * 1000, 1)
    if elapsed > DEADLINE * 1000:  # in pieces, each of which came in time
        return Verdict(ok=False, verdict="No answer within 1 second.", url=url, status=answer.status_code, ms=elapsed)
    words = _judge(answer.status_code, answer.content, expected)
    shown = answer.content[:200].decode(errors="replace")
    verdict = words or "The URL answers as it should."
    return Verdict(ok=not words, verdict=verdict, url=url, status=answer.status_code, ms=elapsed, answer=shown)


def _judge(status: int, body: bytes, expected: bytes) -> str:
    """What is wrong with the answer; empty where nothing is."""
    if 300 <= status < 400:
        return f"The URL redirects ({status}); give the final address, mind the trailing slash."
    if status in {401, 403}:
        return f"The URL refuses the request ({status}); {COMPARE}."
    if status != 200:
        return f"The URL answers {status} instead of 200."
    if body == expected:
        return ""
    if expected in body:
        around = next(name for name, looks_so in AROUND if looks_so(body, expected))
        return f"The body has {around} around the decrypted text; it must be the bare text."
    if not body.strip():
        return f"The body is empty instead of the decrypted text; {COMPARE}."
    if body.lstrip()[:1] == b"<":
        return "The URL answers with a web page; another server may stand before the application."
    return f"The body is not the decrypted text; {COMPARE}."
