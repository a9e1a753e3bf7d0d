"""The calls of a batch: a few at a time, each with its limit, until they say that the others should not be made.

A limit or a wrong setting says so at once. A busy platform or a broken connection may be the trouble of one call, as
one in five is on a bad day: only several in a row say so.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from core import traces
from core.logs import set_correlation_id
from core.work import batches, crash_points
from core.work.db_connections import release_connections
from wecom.client import api, outages
from wecom.client.transport import Token
from wecom.exceptions import ConfigurationError, LimitedError, WeComError
from wecom.models import Attempt, Outbound
from wecom.outbox import outcomes

AT_ONCE = 4  # calls of one worker; each has a connection that is kept
MOST_IN_A_ROW = 3  # calls with trouble, after which the others would meet it, too
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
        """Whether the error is about the whole application: the others would meet it, too."""
        return isinstance(self.error, LimitedError | ConfigurationError)

    @property
    def met_trouble(self) -> bool:
        """Whether the error may be about more than this message."""
        return self.error is not None and outcomes.handling_of(self.error).outcome != Attempt.Outcome.FAILED


class _Course:
    """Whether more calls may be begun, by how those before them ended, and which: none for messages that were
    withdrawn or expired."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds
        self._is_over = False
        self._in_a_row = 0
        self._withdrawn: set[Call] = set()
        self.is_troubled = False
        self._lock = threading.Lock()

    @property
    def goes_on(self) -> bool:
        return not self._is_over and time.monotonic() < self._ends_at

    @property
    def last_end(self) -> float:
        """When each call that was begun has ended, or should have."""
        return self._ends_at + longest_call()

    def takes(self, call: Call) -> bool:
        expires_at = call.outbound.expires_at
        return call not in self._withdrawn and (expires_at is None or expires_at > timezone.now())

    def withdraw(self, calls: Sequence[Call]) -> None:
        self._withdrawn.update(calls)

    def end(self) -> None:
        self._is_over = True

    def note(self, call: Call) -> None:
        """A call has ended."""
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if call.met_trouble else 0
            if call.stops_others or self._in_a_row >= MOST_IN_A_ROW:
                self.is_troubled = self._is_over = True


def longest_call() -> float:
    """Seconds after which a call has ended."""
    return float(settings.WECOM["CONNECT_TIMEOUT"] + settings.WECOM["READ_TIMEOUT"])


def make(calls: Sequence[Call], token: Token, *, seconds: float, goes_on: Callable[[], bool]) -> bool:
    """Make the calls in their order. Returns when all that were begun have ended, or should have.

    None is begun after so many seconds, nor once `goes_on` says no, nor in trouble: once one `stops_others`, or several
    in a row `met_trouble`. Returns whether that was so. A message that expires meanwhile, or loses its lease because a
    person cancels or erases it, is not called for.
    """
    waiting, course = iter(calls), _Course(seconds)

    def make_some() -> None:
        try:
            while course.goes_on and (call := _next(waiting, course)) is not None:
                _make(call, token)
                course.note(call)
        finally:
            release_connections()  # of this thread, which has one only if a call met with trouble

    pending: set[Future[None]] = {_callers().submit(make_some) for _ in range(min(AT_ONCE, len(calls)))}
    while pending and time.monotonic() < course.last_end:
        done, pending = wait(pending, timeout=LOOK)
        for future in done:
            future.result()
        if pending and course.goes_on:
            course.withdraw(_withdrawn(calls))
            if not goes_on():
                course.end()
    course.end()
    return course.is_troubled


def _make(call: Call, token: Token) -> None:
    outbound = call.outbound
    set_correlation_id(outbound.cid)
    call.began = True
    application = copy(outbound.application)  # since a call that meets with trouble reads it again
    try:
        with traces.span("delivery", cid=outbound.cid, pk=outbound.pk):
            call.answer = api.post(application, "message/send", bytes(outbound.body or b""), token=token)
    except WeComError as error:
        call.error = error
    crash_points.point("outbound.answered")
    # Later copies know that a spell without answers has begun: their answer ends it. Otherwise the second call of a
    # long batch that fails would open the circuit, however many went well since the first.
    if call.error is not None and outages.is_outage(call.error):
        outbound.application.failing_since = timezone.now()
    elif application.failing_since is not None:
        outbound.application.failing_since = None


def _next(waiting: Iterator[Call], course: _Course) -> Call | None:
    return next((call for call in waiting if course.takes(call)), None)


def _withdrawn(calls: Sequence[Call]) -> list[Call]:
    """Those of the calls to come whose message is no longer leased."""
    waiting = [call for call in calls if not call.began]
    ours = batches.leased([call.outbound for call in waiting])
    return [call for call in waiting if call.outbound.pk not in ours]


def _callers() -> ThreadPoolExecutor:
    """The callers of this thread. They are not shared: a batch of replies must not wait for another one of bulk."""
    if getattr(_local, "process", None) != os.getpid():  # a fork has no threads
        _local.process, _local.callers = os.getpid(), ThreadPoolExecutor(AT_ONCE, thread_name_prefix="send")
    callers: ThreadPoolExecutor = _local.callers
    return callers
