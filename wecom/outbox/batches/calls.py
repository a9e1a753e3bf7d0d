"""The calls of a batch: a few at a time, each with its limit, until one says that the others should not be made."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from core import traces
from core.logs import set_correlation_id
from core.work.db_connections import release_connections
from wecom.client import api
from wecom.client.transport import Token
from wecom.exceptions import WeComError
from wecom.models import Attempt, Outbound
from wecom.outbox import outcomes

AT_ONCE = 4  # calls of one worker; each has a connection that is kept
LOOK = 0.5  # seconds between two looks at whether the others shall still be called

_local = threading.local()


@dataclass(kw_only=True, eq=False)
class Call:
    """A call with its end: an answer or an error; neither of both if it was not begun, or has not ended."""

    attempt: Attempt
    began: bool = False
    answer: dict[str, Any] | None = None
    error: WeComError | None = None

    @property
    def outbound(self) -> Outbound:
        return self.attempt.outbound

    @property
    def stops_others(self) -> bool:
        """Whether the error is about more than this message: the others would meet it, too."""
        return self.error is not None and outcomes.handling_of(self.error).outcome != Attempt.Outcome.FAILED


def longest_call() -> float:
    """Seconds after which a call has ended."""
    return float(settings.WECOM["CONNECT_TIMEOUT"] + settings.WECOM["READ_TIMEOUT"])


def make(calls: Sequence[Call], token: Token, *, seconds: float, goes_on: Callable[[], bool]) -> None:
    """Make the calls in their order. Returns when all that were begun have ended, or should have.

    None is begun after so many seconds, nor once one `stops_others` or `goes_on` says no.
    """
    waiting, stopped, ends_at = iter(calls), threading.Event(), time.monotonic() + seconds

    def make_some() -> None:
        try:
            while (call := _next(waiting)) is not None and not stopped.is_set() and time.monotonic() < ends_at:
                _make(call, token)
                if call.stops_others:
                    stopped.set()
        finally:
            release_connections()  # of this thread, which has one only if a call met with trouble

    pending: set[Future[None]] = {_callers().submit(make_some) for _ in range(min(AT_ONCE, len(calls)))}
    while pending and time.monotonic() < ends_at + longest_call():
        done, pending = wait(pending, timeout=LOOK)
        for future in done:
            future.result()
        if pending and not stopped.is_set() and not goes_on():
            stopped.set()
    stopped.set()


def _make(call: Call, token: Token) -> None:
    outbound = call.outbound
    set_correlation_id(outbound.cid)
    call.began = True
    try:
        # A copy: a call that meets with trouble reads the application again.
        with traces.span("delivery", cid=outbound.cid, pk=outbound.pk):
            call.answer = api.post(copy(outbound.application), "message/send", bytes(outbound.body or b""), token=token)
    except WeComError as error:
        call.error = error


def _next(waiting: Iterator[Call]) -> Call | None:
    return next(waiting, None)


def _callers() -> ThreadPoolExecutor:
    """The callers of this thread. They are not shared: a batch of replies must not wait for another one of bulk."""
    if getattr(_local, "process", None) != os.getpid():  # a fork has no threads
        _local.process, _local.callers = os.getpid(), ThreadPoolExecutor(AT_ONCE, thread_name_prefix="send")
    callers: ThreadPoolExecutor = _local.callers
    return callers
