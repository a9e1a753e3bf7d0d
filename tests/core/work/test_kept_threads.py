"""Threads are kept for what comes next, with their connection to SQLite, and end when nothing does."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Any

import pytest
from django.db import connection

from core.work import kept_threads
from tests.support.emulator import wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

_said: ContextVar[str] = ContextVar("said", default="")


@pytest.fixture(autouse=True)
def threads(monkeypatch) -> Iterator[None]:
    """Those of this test, which have ended after it."""
    monkeypatch.setattr(kept_threads, "_waiting", [])
    monkeypatch.setattr(kept_threads, "KEPT_FOR", 0.2)
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(20)


def started(work: Callable[[], Any]) -> "Future[Any]":
    result: Future[Any] = Future()
    kept_threads.start(lambda: result.set_result(work()), name="kept")
    return result


def in_turn(*works: Callable[[], Any]) -> list[Any]:
    found = []
    for work in works:
        found.append(started(work).result(20))
        wait_for(lambda: bool(kept_threads._waiting), "the thread to wait")
    return found


def test_what_comes_next_has_the_thread_and_its_connection_to_sqlite():
    def ask() -> tuple[int, object]:
        opened = connection.connection
        connection.ensure_connection()
        return threading.get_ident(), opened or connection.connection

    first, second = in_turn(ask, ask)
    assert first[0] == second[0]
    if connection.vendor == "sqlite":
        assert first[1] is second[1]


def test_work_sees_nothing_of_what_was_said_before_it():
    def say() -> str:
        _said.set("secret")
        return _said.get()

    assert in_turn(say, _said.get) == ["secret", ""]


def test_work_at_the_same_time_has_threads_of_its_own():
    go = threading.Event()
    first = started(lambda: go.wait(20) and threading.get_ident())
    second = started(threading.get_ident).result(20)
    go.set()
    assert first.result(20) != second


def test_without_work_a_thread_ends():
    in_turn(threading.get_ident)
    (thread,) = kept_threads._waiting
    thread.join(20)
    assert not thread.is_alive()
    assert kept_threads._waiting == []
