"""Handlers that take longer than a lease: run once, and ended at their time limit."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from core.work import kept_threads, sweeper
from tests.support import factories
from tests.support.emulator import wait_for
from tests.wecom.support.callback_sender import text_xml
from wecom import bot, services, tasks
from wecom.callbacks import handler_runner, processor
from wecom.callbacks.router import router
from wecom.models import Callback, Outbound

pytestmark = pytest.mark.django_db(transaction=True)

LEASE = 0.45  # seconds, instead of a minute


@pytest.fixture(autouse=True)
def quick(settings):
    settings.WORK_LEASE_SCALE = LEASE / Callback.lease.total_seconds()
    settings.WORK_REWAKE_SECONDS = 0
    settings.WECOM = {**settings.WECOM, "HANDLER_TIME_LIMIT": 20}


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    with router.temporary():
        yield


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


@pytest.fixture
def workers() -> Iterator[Callable[[Callback], "Future[None]"]]:
    """Handles callbacks beside the test, each in a thread of its own."""
    with ThreadPoolExecutor(8) as pool:

        def handle(pk: int) -> None:
            try:
                processor.handle(pk)
            finally:
                connections.close_all()

        yield lambda callback: pool.submit(handle, callback.pk)


def written(application, text: str = "hello") -> Callback:
    return factories.make_callback(
        application, body=text_xml(application, text=text), order_key=f"{application.pk}:zhangsan"
    )


def outcome(callback: Callback) -> tuple[str, str]:
    callback.refresh_from_db()
    return callback.status, callback.reason


def sent() -> list[str]:
    return [row.content["content"] for row in Outbound.objects.order_by("pk")]


@pytest.mark.databases
@pytest.mark.parametrize("sort", ["sync", "async"])
def test_a_handler_longer_than_its_lease_runs_once(application, workers, sort):
    runs, go = [], threading.Event()

    def slow(message):
        runs.append(message.content)
        go.wait(20)
        return "at last"

    async def slowly(message):
        return await asyncio.to_thread(slow, message)

    bot.bot.on_message("text")(slow if sort == "sync" else slowly)
    callback = written(application)
    workers(callback)
    wait_for(lambda: runs, "the handler")
    leases = set()

    def many_leases_later() -> bool:
        leases.add(Callback.objects.values_list("lease_until", flat=True).get(pk=callback.pk))
        sweeper.sweep()
        workers(callback)
        return len(leases) > 5

    wait_for(many_leases_later, "the lease to be extended")
    go.set()
    wait_for(lambda: outcome(callback) == ("done", ""), "the answer")
    assert runs == ["hello"]
    assert sent() == ["at last"]
    assert callback.attempts == 1


def test_an_async_handler_that_times_out_is_cancelled(application, settings):
    settings.WECOM = {**settings.WECOM, "HANDLER_TIME_LIMIT": 0.3}
    ended = []

    async def endless(message):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    bot.bot.on_message("text")(endless)
    callback = written(application)
    processor.handle(callback.pk)
    assert outcome(callback) == ("failed", "time_limit")
    assert ended == ["cancelled"]
    assert [callback.cid[:4].upper() in text for text in sent()] == [True]


def test_a_sync_handler_that_times_out_loses_its_answer(application, settings, workers):
    settings.WECOM = {**settings.WECOM, "HANDLER_TIME_LIMIT": 0.3}
    go, returned = threading.Event(), []

    def endless(message):
        go.wait(20)
        returned.append(1)
        return "too late"

    bot.bot.on_message("text")(endless)
    callback = written(application)
    future = workers(callback)
    wait_for(lambda: outcome(callback) == ("failed", "time_limit"), "the apology")
    assert not returned
    go.set()
    future.result(timeout=60)
    assert returned
    assert outcome(callback) == ("failed", "time_limit")
    assert [callback.cid[:4].upper() in text for text in sent()] == [True]


@pytest.mark.databases
def test_a_later_message_waits_for_an_earlier_one_unless_that_takes_long(application, workers):
    waits, go, ready = {"patient": threading.Event(), "long": threading.Event()}, threading.Event(), []

    def slow(message):
        if message.content not in waits:
            return f"quick {message.content}"
        if message.content == "long":
            services.release_worker()
        waits[message.content].set()
        ready.append(go.wait(20))
        return f"slow {message.content}"

    bot.bot.on_message("text")(slow)
    for text in ("patient", "long"):
        first, second = written(application, text), written(application, f"after {text}")
        workers(first)
        assert waits[text].wait(20)
        processor.handle(second.pk)
        assert outcome(second)[0] == ("done" if text == "long" else "queued")
        go.set()
        wait_for(lambda row=first: outcome(row)[0] == "done", "the slow answer")
        processor.handle(second.pk)
        go.clear()
    assert sent() == ["slow patient", "quick after patient", "quick after long", "slow long"]


def test_a_handler_declared_long_frees_its_worker_at_once(application):
    go, waiting = threading.Event(), []

    async def slow(message):
        await sync_to_async(services.release_worker)()
        waiting.append(1)
        await asyncio.to_thread(go.wait, 20)
        return "at last"

    bot.bot.on_message("text")(slow)
    callbacks = [written(application, f"number {number}") for number in range(6)]
    Callback.objects.update(order_key="")
    for callback in callbacks:
        tasks.handle(callback.pk)
    wait_for(lambda: len(waiting) == 6, "the handlers")
    assert set(Callback.objects.values_list("status", "gave_way")) == {("running", True)}
    go.set()
    wait_for(lambda: not Callback.objects.exclude(status="done").exists(), "the answers")
    assert sent() == ["at last"] * 6
    wait_for(lambda: len(kept_threads._waiting) >= 6, "the threads to be free")


def test_a_worker_waits_for_an_undeclared_handler_and_its_errors(application):
    bot.bot.on_message("text")(lambda message: "quick")
    callback = written(application)
    tasks.handle(callback.pk)
    assert outcome(callback) == ("done", "")
    with pytest.raises(ZeroDivisionError):
        handler_runner.run_detached(lambda: print(1 // 0))


def test_taking_long_outside_of_a_handler_does_nothing(application):
    services.release_worker()
    assert services.current_callback() is None


def test_no_thread_stays_behind(application):
    async def answer(message):
        return "done"

    bot.bot.on_message("text")(answer)
    processor.handle(written(application).pk)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lease-of")]


@pytest.mark.databases
def test_a_callback_that_is_cancelled_while_its_handler_runs_is_not_answered(application, workers):
    go, started = threading.Event(), threading.Event()

    def slow(message):
        started.set()
        go.wait(20)
        return "unwanted"

    bot.bot.on_message("text")(slow)
    callback = written(application)
    future = workers(callback)
    assert started.wait(20)
    assert callback.cancel()
    go.set()
    future.result(timeout=60)
    assert outcome(callback)[0] == "cancelled"
    assert sent() == []
