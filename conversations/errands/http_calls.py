"""Calls of flows over HTTP: answers and secrets in, the fields that a step keeps out.

Redirects are not followed, and addresses in internal networks are refused unless a setting allows them.
"""

import json
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings

from conversations.exceptions import FlowError, ServiceBusy, ServiceRefused
from conversations.flows.service_secrets import secret_for
from conversations.machine.calls import Request, kept_of, with_secrets
from conversations.models import Conversation
from conversations.providers.base import RemoteProvider
from core import safe_requests
from core.safe_requests import EgressError, Reply

MOST_BYTES = 262_144
PASSES = (408, 425, 429)
BUSY = ("timeout", "unreachable")
REMEDIES = {"forbidden": "To allow an internal network, add it to OPENUSER_FLOW_NETWORKS."}


class HttpCalls(RemoteProvider):
    """Makes the call that `text` describes. Its answer is JSON: the results kept of the response."""

    def answer(self, conversation: Conversation, text: str, *, language: str) -> str | None:
        work = json.loads(text)
        return json.dumps(make(Request.from_json(work["request"]), key=work["key"]))


def make(request: Request, *, key: str) -> dict[str, str]:
    """Make a call, and return the results kept of the response.

    Raises `ServiceBusy` for failures that may pass with time, `ServiceRefused` for the others. Their words quote no
    request and no response.
    """
    reply = _exchange(request, key)
    if reply.status in PASSES or reply.status >= 500:
        busy = ServiceBusy(f"The service is busy or broken ({reply.status}).", code=f"http_{reply.status}")
        busy.retry_after = _seconds(reply)
        raise busy
    if not 200 <= reply.status < 300:
        raise ServiceRefused(f"The service refused the call ({reply.status}).", code=f"http_{reply.status}")
    try:
        return kept_of(request.results, reply.body)
    except ValueError as error:
        raise ServiceRefused("The response is not JSON.", code="not_json") from error


def _exchange(request: Request, key: str) -> Reply:
    try:
        headers = {"User-Agent": "OpenUser", "Accept": "application/json", "Idempotency-Key": key}
        headers |= {name: _with(request, value, str.strip) for name, value in request.headers}
        if request.body:
            headers["Content-Type"] = "application/json"
        return safe_requests.exchange(
            request.method,
            _with(request, request.url, lambda value: quote(value, safe="")),
            body=_with(request, request.body, lambda value: json.dumps(value)[1:-1]).encode() or None,
            headers={name: value.encode() for name, value in headers.items()},
            allowed=settings.CONVERSATIONS["CALL_NETWORKS"],
            seconds=request.seconds,
            most=MOST_BYTES,
        )
    except FlowError as error:
        raise ServiceRefused(error.message, code=error.code, remedy=error.remedy) from error
    except EgressError as error:
        kind = ServiceBusy if error.code in BUSY else ServiceRefused
        raise kind(error.message, code=error.code, remedy=REMEDIES.get(error.code, "")) from error


def _with(request: Request, text: str, escaped: Callable[[str], str]) -> str:
    return with_secrets(text, lambda name: escaped(secret_for(name, request.url)))


def _seconds(reply: Reply) -> float:
    after = next((value for name, value in reply.headers.items() if name.lower() == "retry-after"), "")
    return min(60.0, float(after)) if after.isdecimal() else 0.0
