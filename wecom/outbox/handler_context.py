"""What the code handler around us is answering: its sends belong to that callback and are numbered.

A handler that runs again after a crash makes the same sends in the same order, so the numbers find what was sent.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from wecom.client import applications
from wecom.models import Application, Callback


@dataclass(kw_only=True)
class HandlerContext:
    """The callback that a code handler is answering; every send inside the handler gets the next number."""

    callback: Callback
    numbered: bool = field(default=True)
    sent: int = field(default=0)
    gave_way: bool = field(default=False)

    def next_key(self) -> str:
        """The delivery key of the next send; "" where sends are not numbered."""
        if not self.numbered:
            return ""
        self.sent += 1
        return f"callback:{self.callback.pk}:{self.sent}"


_current: ContextVar[HandlerContext | None] = ContextVar("handler_context", default=None)


@contextmanager
def handling(callback: Callback) -> Iterator[None]:
    """Sends inside this block belong to the callback."""
    with _use(HandlerContext(callback=callback)):
        yield


@contextmanager
def unnumbered_sends() -> Iterator[None]:
    """Sends inside this block take no number of the handler's: other means make sure that they happen once."""
    callback = current_callback()
    with _use(HandlerContext(callback=callback, numbered=False) if callback else None):
        yield


def current() -> HandlerContext | None:
    """The context of the code handler around us; None outside of one."""
    return _current.get()


def current_callback() -> Callback | None:
    """The callback that the code handler around us is answering; None outside of one."""
    context = _current.get()
    return context.callback if context else None


def current_cid() -> str:
    """The correlation ID of that callback; "" outside of a code handler."""
    callback = current_callback()
    return callback.cid if callback else ""


def current_application() -> Application:
    """The application that the code handler around us is answering for; outside of one the default application.

    Raises `NotConfigured` if none is connected.
    """
    callback = current_callback()
    return callback.application if callback else applications.default()


@contextmanager
def _use(context: HandlerContext | None) -> Iterator[None]:
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)
