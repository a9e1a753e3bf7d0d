"""The callback that the code handler around us is answering: its sends belong to that callback and have a key.

The key is the content's fingerprint, and a number among equal sends. So a handler that runs again after a crash sends
nothing twice, in any order, and a message that differs the second time is sent too.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from wecom.client import default_application
from wecom.models import Application, Callback, Outbound

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class HandlerContext:
    """The callback that a code handler is answering, and the fingerprints of the messages that this run has sent."""

    callback: Callback
    keyed: bool = field(default=True)
    sent: Counter[str] = field(default_factory=Counter)
    gave_way: bool = field(default=False)

    @property
    def prefix(self) -> str:
        """How the delivery keys of this callback's sends begin."""
        return f"callback:{self.callback.pk}:"

    def next_key(self, fingerprint: str) -> str:
        """The delivery key of the next send; "" where sends have none."""
        if not self.keyed:
            return ""
        self.sent[fingerprint] += 1
        return f"{self.prefix}{fingerprint[:32]}:{self.sent[fingerprint]}"

    def differs(self) -> bool:
        """Whether an earlier run has sent something that this one has not, so far."""
        if not self.keyed or self.callback.attempts < 2:
            return False
        both = Outbound.objects.filter(cid=self.callback.cid, delivery_key__startswith=self.prefix)
        return both.count() > self.sent.total()


_current: ContextVar[HandlerContext | None] = ContextVar("handler_context", default=None)
_release: ContextVar[Callable[[], None] | None] = ContextVar("release", default=None)


@contextmanager
def handling(callback: Callback) -> Iterator[None]:
    """Sends inside this block belong to the callback."""
    with _use(HandlerContext(callback=callback)):
        yield


@contextmanager
def unnumbered_sends() -> Iterator[None]:
    """Sends inside this block get no key of the handler's: other means make sure that they happen once."""
    callback = current_callback()
    with _use(HandlerContext(callback=callback, keyed=False) if callback else None):
        yield


def current() -> HandlerContext | None:
    """The context of the code handler around us; None outside of one."""
    return _current.get()


def current_callback() -> Callback | None:
    """The callback that the code handler around us is answering; None outside of one."""
    context = _current.get()
    return context.callback if context else None


def next_key(fingerprint: str) -> str:
    """The delivery key of the next send with this fingerprint; "" outside of a code handler."""
    context = _current.get()
    return context.next_key(fingerprint) if context else ""


def log_difference() -> None:
    """After a new send: log, without its content, if it replaces a message that an earlier run of the handler sent."""
    context = _current.get()
    if context is not None and context.differs():
        logger.warning("A handler sends something else at its retry.", extra={"cid": context.callback.cid})


def current_cid() -> str:
    """The correlation ID of that callback; "" outside of a code handler."""
    callback = current_callback()
    return callback.cid if callback else ""


def current_application() -> Application:
    """The application that the code handler around us is answering for; outside of one the default application.

    Raises `NotConfigured` if none is connected.
    """
    callback = current_callback()
    return callback.application if callback else default_application.default()


def let_release(release: Callable[[], None]) -> None:
    """From here on, `release_worker` in this thread calls `release`, which frees the worker."""
    _release.set(release)


def release_worker() -> None:
    """Called in a slow handler: lets other callbacks go on, also those of the same member.

    Outside of a handler this does nothing.
    """
    context = current()
    if context is None or context.gave_way:
        return
    context.gave_way = True
    context.callback.give_way()
    release = _release.get()
    if release is not None:
        release()


@contextmanager
def _use(context: HandlerContext | None) -> Iterator[None]:
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)
