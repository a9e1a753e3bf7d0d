"""Delivers callbacks: 5 s for an answer, then up to three retries. Callbacks of a member are delivered in order."""

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

from wecom.emulator import clock, database, live_updates, platform_quirks
from wecom.emulator.callbacks import passive_replies
from wecom.emulator.callbacks.envelope import encrypt, with_query
from wecom.emulator.models import Attempt, Callback, sql

LONGEST_ANSWER = 4096  # characters of an answer in the log
HEADERS = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", "Accept": "*/*"}  # as the platform sends them
THREADS = 32
ACCEPTED = "SELECT EXISTS (SELECT 1 FROM emulator_attempt WHERE callback_id = ? AND status = 200)"
SET_STATUS = "UPDATE emulator_callback SET status = ? WHERE id = ?"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A callback to deliver. Those with the same `order_key` (application, member) wait for each other.

    With `frozen` every retry sends the same bytes, because something about them is wrong on purpose.
    """

    callback: int
    order_key: tuple[int, str]
    url: str
    body: bytes
    copies: int
    delay: float
    frozen: bool = False


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The answer to one POST. `status` is None where there was none."""

    at: float
    milliseconds: float
    status: int | None
    text: str
    error: str

    @property
    def accepted(self) -> bool:
        return self.status == 200


class Dispatcher:
    """Delivers in the background. Its methods run on the server's loop; `submit` may be called from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queues: dict[tuple[int, str], deque[Delivery]] = {}
        self._unsettled: dict[int, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="callback")

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def stop(self) -> None:
        """Cancel the deliveries under way."""
        for task in self._tasks:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def submit(self, delivery: Delivery) -> None:
        """Queue a delivery; returns at once."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._enqueue, delivery)

    async def wait_until_settled(self, callback: int, seconds: float) -> bool:
        """Whether the callback was delivered or given up within the time."""
        event = self._unsettled.get(callback)
        if event is None:
            return True
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _enqueue(self, delivery: Delivery) -> None:
        self._unsettled.setdefault(delivery.callback, asyncio.Event())
        if delivery.delay > 0:
            self._start_task(self._deliver_delayed(delivery))
        elif delivery.order_key in self._queues:
            self._queues[delivery.order_key].append(delivery)
        else:
            self._queues[delivery.order_key] = deque([delivery])
            self._start_task(self._deliver_queue(delivery.order_key))

    def _start_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver_delayed(self, delivery: Delivery) -> None:
        await asyncio.sleep(delivery.delay)
        await self._deliver(delivery)

    async def _deliver_queue(self, order_key: tuple[int, str]) -> None:
        queue = self._queues[order_key]
        while queue:
            await self._deliver(queue.popleft())
        del self._queues[order_key]

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            await self._post_with_retries(delivery)
        finally:
            self._unsettled.pop(delivery.callback, asyncio.Event()).set()

    async def _post_with_retries(self, delivery: Delivery) -> None:
        attempts, rules = 0, platform_quirks.rules_of(delivery.order_key[0])
        retries = rules.callback_retries
        for retry in range(1 + retries):
            if retry:
                await asyncio.sleep(rules.retry_delay * 2 ** (retry - 1))
                if not rules.retry_same_bytes and not delivery.frozen:
                    delivery = await database.run(_encrypt_again, delivery)
            copies = delivery.copies if retry == 0 else 1
            replies = await asyncio.gather(*(self._post_once(delivery) for _ in range(copies)))
            accepted = any(reply.accepted for reply in replies)
            refused = all(reply.status is not None for reply in replies) and not rules.retry_refused
            settled = accepted or refused or retry == retries
            await database.run(_record, delivery.callback, attempts, replies, accepted if settled else None)
            attempts += len(replies)
            if settled:
                return

    async def _post_once(self, delivery: Delivery) -> Reply:
        at = await database.run(clock.now)
        return await asyncio.get_running_loop().run_in_executor(self._threads, _post, delivery, at)


def _encrypt_again(delivery: Delivery) -> Delivery:
    """The same callback with a new timestamp and nonce."""
    row = Callback.objects.select_related("app__corp").filter(pk=delivery.callback).first()
    if row is None:
        return delivery
    query, body = encrypt(row.app, row.plain, timestamp=int(clock.now()))
    return replace(delivery, url=with_query(row.app.callback_url, query), body=body.encode())


def _post(delivery: Delivery, at: float) -> Reply:
    """One POST in a thread. Like the platform, it opens a new connection and follows no redirects."""
    started = time.perf_counter()
    status, text, error = None, "", ""
    with requests.Session() as session:
        session.trust_env = False  # no proxy between the emulator and the application
        try:
            headers = {**HEADERS, "Content-Type": "application/json"} if delivery.body[:1] == b"{" else HEADERS
            deadline = platform_quirks.rules_of(delivery.order_key[0]).callback_deadline
            answer = session.post(
                delivery.url, data=delivery.body, headers=headers, timeout=deadline, allow_redirects=False
            )
            status, text = answer.status_code, answer.content.decode(errors="replace")
        except requests.RequestException as problem:
            error = type(problem).__name__
    elapsed = (time.perf_counter() - started) * 1000
    return Reply(at=at, milliseconds=elapsed, status=status, text=text, error=error)


@transaction.atomic
def _record(callback: int, earlier: int, replies: list[Reply], accepted: bool | None) -> None:
    """Store the replies after `earlier` attempts. `accepted` settles the callback unless it is None."""
    row = sql.first(Callback, "WHERE it.id = ?", callback)
    if row is None:  # removed by a reset
        return
    answered = any(reply.accepted for reply in replies) and sql.execute(ACCEPTED, callback).fetchone()[0]
    for number, reply in enumerate(replies, start=earlier + 1):
        sql.add(
            Attempt(
                callback=row,
                number=number,
                at=reply.at,
                milliseconds=reply.milliseconds,
                status=reply.status,
                answer=reply.text[:LONGEST_ANSWER],
                error=reply.error[:200],
            )
        )
        if reply.accepted and not answered:  # only the first answer counts
            answered = True
            if reply.text.strip():
                passive_replies.deliver(row, reply.text)
    if accepted is None:
        return
    row.status = Callback.Status.DELIVERED if accepted else Callback.Status.FAILED
    sql.execute(SET_STATUS, row.status, row.pk)
    if not accepted:
        logger.warning("Callback %s was not accepted.", row.pk)
    live_updates.callback_changed(row)


DISPATCHER = Dispatcher()
