"""Delivers callbacks: 5 s for an answer, then the same bytes again, up to three times. In order for each person."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import requests
from django.db import transaction

from wecom.emulator import clock, database, live, platform_quirks
from wecom.emulator.callbacks import passive_replies
from wecom.emulator.callbacks.envelope import envelope, with_query
from wecom.emulator.models import Attempt, Callback, sql

KEPT = 4096  # characters of an answer that the log keeps
HEADERS = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", "Accept": "*/*"}  # what the platform calls itself
AT_ONCE = 32
ANSWERED = "SELECT EXISTS (SELECT 1 FROM emulator_attempt WHERE callback_id = ? AND status = 200)"
SETTLED = "UPDATE emulator_callback SET status = ? WHERE id = ?"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A callback on its way. Those of one `order` (application, person) wait for each other."""

    callback: int
    order: tuple[int, str]
    url: str
    body: bytes
    copies: int
    delay: float
    fixed: bool = False  # what is wrong about it on purpose stays so


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back from one delivery. `status` is None where nothing did."""

    at: float
    milliseconds: float
    status: int | None
    text: str
    error: str

    @property
    def accepted(self) -> bool:
        return self.status == 200


class Courier:
    """The background delivery. Its methods run on the server's loop, but for `post`."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[tuple[int, str], deque[Parcel]] = {}
        self._unsettled: dict[int, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="courier")

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def stop(self) -> None:
        """Give up what is under way."""
        for task in self._tasks:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def post(self, parcel: Parcel) -> None:
        """Take a parcel; from any thread, at once."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._accept, parcel)

    async def settled(self, callback: int, seconds: float) -> bool:
        """Wait until a callback was delivered or given up; False where that takes longer."""
        event = self._unsettled.get(callback)
        if event is None:
            return True
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _accept(self, parcel: Parcel) -> None:
        self._unsettled.setdefault(parcel.callback, asyncio.Event())
        if parcel.delay > 0:
            self._spawn(self._alone(parcel))
        elif parcel.order in self._waiting:
            self._waiting[parcel.order].append(parcel)
        else:
            self._waiting[parcel.order] = deque([parcel])
            self._spawn(self._in_order(parcel.order))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _alone(self, parcel: Parcel) -> None:
        await asyncio.sleep(parcel.delay)
        await self._deliver(parcel)

    async def _in_order(self, order: tuple[int, str]) -> None:
        queue = self._waiting[order]
        while queue:
            await self._deliver(queue.popleft())
        del self._waiting[order]

    async def _deliver(self, parcel: Parcel) -> None:
        try:
            await self._try(parcel)
        finally:
            self._unsettled.pop(parcel.callback, asyncio.Event()).set()

    async def _try(self, parcel: Parcel) -> None:
        number, own = 0, platform_quirks.of(parcel.order[0])
        retries = own.callback_retries
        for round_ in range(1 + retries):
            if round_:
                await asyncio.sleep(own.retry_delay * 2 ** (round_ - 1))
                if not own.retry_same_bytes and not parcel.fixed:
                    parcel = await database.run(_sealed_anew, parcel)
            copies = parcel.copies if round_ == 0 else 1
            replies = await asyncio.gather(*(self._once(parcel) for _ in range(copies)))
            accepted = any(reply.accepted for reply in replies)
            refused = all(reply.status is not None for reply in replies) and not own.retry_refused
            settled = accepted or refused or round_ == retries
            await database.run(_record, parcel.callback, number, replies, accepted if settled else None)
            number += len(replies)
            if settled:
                return

    async def _once(self, parcel: Parcel) -> Reply:
        at = await database.run(clock.now)
        return await asyncio.get_running_loop().run_in_executor(self._threads, _post, parcel, at)


def _sealed_anew(parcel: Parcel) -> Parcel:
    """The same message under another timestamp and nonce."""
    row = Callback.objects.select_related("app__corp").filter(pk=parcel.callback).first()
    if row is None:
        return parcel
    query, body = envelope(row.app, row.plain, timestamp=int(clock.now()))
    return replace(parcel, url=with_query(row.app.callback_url, query), body=body.encode())


def _post(parcel: Parcel, at: float) -> Reply:
    """One delivery, on a thread of its own: the platform follows no redirects and opens a new connection."""
    started = time.perf_counter()
    status, text, error = None, "", ""
    with requests.Session() as session:
        session.trust_env = False  # no proxy may stand between the emulator and the application
        try:
            headers = {**HEADERS, "Content-Type": "application/json"} if parcel.body[:1] == b"{" else HEADERS
            deadline = platform_quirks.of(parcel.order[0]).callback_deadline
            answer = session.post(
                parcel.url, data=parcel.body, headers=headers, timeout=deadline, allow_redirects=False
            )
            status, text = answer.status_code, answer.content.decode(errors="replace")
        except requests.RequestException as problem:
            error = type(problem).__name__
    elapsed = (time.perf_counter() - started) * 1000
    return Reply(at=at, milliseconds=elapsed, status=status, text=text, error=error)


@transaction.atomic
def _record(callback: int, number: int, replies: list[Reply], accepted: bool | None) -> None:
    """Write down what came back after the `number` deliveries before; with `accepted`, the callback is settled."""
    row = sql.first(Callback, "WHERE it.id = ?", callback)
    if row is None:  # a reset came between
        return
    answered = any(reply.accepted for reply in replies) and sql.execute(ANSWERED, callback).fetchone()[0]
    for offset, reply in enumerate(replies, start=1):
        sql.add(
            Attempt(
                callback=row,
                number=number + offset,
                at=reply.at,
                milliseconds=reply.milliseconds,
                status=reply.status,
                answer=reply.text[:KEPT],
                error=reply.error[:200],
            )
        )
        if reply.accepted and not answered:  # only the first answer counts
            answered = True
            if reply.text.strip():
                passive_replies.take(row, reply.text)
    if accepted is None:
        return
    row.status = Callback.Status.DELIVERED if accepted else Callback.Status.FAILED
    sql.execute(SETTLED, row.status, row.pk)
    if not accepted:
        logger.warning("Callback %s was not accepted.", row.pk)
    live.callback(row)


COURIER = Courier()
