"""Why a message is sent. The code that decides says it, far above the functions that write the row of a message."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any

_current: ContextVar[Mapping[str, Any] | None] = ContextVar("cause", default=None)
_before: ContextVar[Mapping[str, Any] | None] = ContextVar("asked_before", default=None)


class Cause(StrEnum):
    """The cause that a message is sent for."""

    FLOW = "flow"
    ANSWER = "answer"
    PASSAGE = "passage"
    SMALL_TALK = "small_talk"
    PROVIDER = "provider"
    SUGGESTIONS = "suggestions"
    COMMAND = "command"
    PREFERENCES = "preferences"
    OPERATOR = "operator"
    HANDOFF = "handoff"
    GREETING = "greeting"
    NOTICE = "notice"
    SCHEDULE = "schedule"
    PROGRAM = "program"


@contextmanager
def because(cause: Cause, **facts: Any) -> Iterator[None]:
    """Messages that are written inside have this cause; the innermost one counts. `facts` are plain values."""
    with because_of(described(cause, **facts)):
        yield


@contextmanager
def because_of(cause: Mapping[str, Any]) -> Iterator[None]:
    """As `because`, with a cause that is described already."""
    token = _current.set(cause)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def asked_before(**facts: Any) -> Iterator[None]:
    """Record with the cause of messages sent inside that another source was asked before; `facts` describe it."""
    token = _before.set(facts)
    try:
        yield
    finally:
        _before.reset(token)


def described(cause: Cause, **facts: Any) -> dict[str, Any]:
    """A cause as the column of a message keeps it."""
    return {"by": cause.value, **facts}


def current() -> dict[str, Any]:
    """The cause of the message sent now; empty if none is named."""
    cause, before = dict(_current.get() or {}), _before.get()
    return {**cause, "before": dict(before)} if cause and before else cause
