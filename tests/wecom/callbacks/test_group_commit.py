"""What arrives during a commit rides in the next one, and is acknowledged after it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection

from tests.support import factories
from tests.wecom.callbacks.test_inbox_rows import opened
from wecom import services
from wecom.callbacks import group_commit
from wecom.callbacks.database_thread import DatabaseThread
from wecom.callbacks.group_commit import LARGEST_GROUP, GroupCommit
from wecom.callbacks.inbox_rows import Values
from wecom.models import Callback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


@contextmanager
def paused(commits: GroupCommit) -> Iterator[None]:
    """The writer is busy, as with a long commit, while the block runs."""
    over = threading.Event()
    commits._thread._thread.submit(over.wait, 60)
    try:
        yield
    finally:
        over.set()


def together(commits: GroupCommit, rows: list[Values]) -> list[int | BaseException | None]:
    """Record rows that arrive during one commit, and see that each is acknowledged after its own."""

    async def record() -> list[int | BaseException | None]:
        with paused(commits):
            waiting = [asyncio.ensure_future(commits.record(row)) for row in rows]
            await asyncio.sleep(0.02)
            assert not any(one.done() for one in waiting)
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(record())


def test_a_repeat_of_an_uncommitted_callback_waits_for_its_commit(application):
    first, second, again = together(
        GroupCommit(DatabaseThread()), [opened(application, number) for number in (1, 2, 1)]
    )
    assert again is None
    assert list(Callback.objects.order_by("pk").values_list("pk", flat=True)) == [first, second]


def test_more_than_a_group_are_all_recorded_in_their_order(application):
    rows = [opened(application, number) for number in range(LARGEST_GROUP + 20)]
    pks = together(GroupCommit(DatabaseThread()), rows)
    assert list(Callback.objects.order_by("pk").values_list("pk", flat=True)) == pks


def test_an_application_that_is_gone_costs_the_others_nothing(application):
    gone = opened(application, 2)
    gone["application_id"] += 1
    first, error, third = together(
        GroupCommit(DatabaseThread()), [opened(application, 1), gone, opened(application, 3)]
    )
    assert isinstance(error, IntegrityError)
    assert set(Callback.objects.values_list("pk", flat=True)) == {first, third}


def test_one_message_to_the_broker_wakes_a_whole_group(application, woken):
    first, *_others = together(GroupCommit(DatabaseThread()), [opened(application, number) for number in range(5)])
    assert woken() == [("wecom.wake_callbacks", f"[{first}]")]
    assert services.wake_callbacks(first) == 5
    assert services.wake_callbacks(first) == 0


def test_one_message_wakes_all_that_follows_in_a_moment(application, woken, monkeypatch):
    monkeypatch.setattr(group_commit, "WAKE_SECONDS", 0.5)

    async def record() -> list[int | None]:
        commits = GroupCommit(DatabaseThread())
        pks = [await commits.record(opened(application, number)) for number in range(4)]
        await asyncio.sleep(0.6)
        return pks

    first, second, *_others = asyncio.run(record())
    assert woken() == [("wecom.wake_callbacks", f"[{second}]"), ("wecom.handle", f"[{first}]")]


def test_callbacks_that_follow_within_a_moment_share_a_commit(application, monkeypatch):
    monkeypatch.setattr(group_commit, "COMMIT_SECONDS", 0.3)
    asked: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        asked.append(sql.split(maxsplit=1)[0])
        return execute(sql, *others)

    async def record() -> None:
        commits = GroupCommit(DatabaseThread())
        await commits._thread.run(lambda: connection.execute_wrappers.append(note), patience=20)
        await commits.record(opened(application, 1))
        second = asyncio.ensure_future(commits.record(opened(application, 2)))
        await asyncio.sleep(0)
        await commits.record(opened(application, 3))
        assert second.done()

    asyncio.run(record())
    assert asked.count("INSERT") == 2
    assert Callback.objects.count() == 3
