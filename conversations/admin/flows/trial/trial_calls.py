"""Calls in *Try it*: nothing is called unless asked for; else you say how the call ends, and with which response."""

import secrets

from conversations import services
from conversations.machine.calls import Request, Returned, Way, kept_of

WAYS = {"call_next": Way.NEXT, "call_failed": Way.FAILED, "call_timeout": Way.TIMEOUT}
FOR_REAL = "call_for_real"


def result_of(act: str, request: Request, response: str) -> Returned:
    """How the call ends, and the results kept of its response."""
    if act == FOR_REAL:
        return services.try_call(request, key=secrets.token_hex(16))
    if WAYS[act] != Way.NEXT:
        return Returned(way=WAYS[act])
    try:
        return Returned(kept=kept_of(request.results, (response.strip() or "{}").encode()))
    except ValueError:
        return Returned(way=Way.FAILED)
