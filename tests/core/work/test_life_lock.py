"""A lock on PostgreSQL lasts exactly as long as its process: a slow one keeps its work, a dead one loses it."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from django.db import connection, connections
from django.utils import timezone

from core.models import WorkerProcess
from core.work import life_lock, process_identity, processes
from core.work.base import Work
from tests.core.work.test_processes import claimed_by, make_process
from tests.support.emulator import wait_for
from wecom.models import Callback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
ELSEWHERE = "another boot"


class Distant(NamedTuple):
    """A process that the others believe to be on another machine, and what it works on."""

    pid: int
    token: str
    row: Work

    def end(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        wait_for(lambda: self.token not in life_lock.held(), "the lock to end")


@pytest.fixture
def heart() -> Iterator[processes.Heart]:
    if connection.vendor != "postgresql":
        pytest.skip("Only PostgreSQL ends a lock with its connection.")
    heart = processes.Heart()
    yield heart
    heart.close()


@pytest.fixture
def distant(heart: processes.Heart) -> Iterator[Distant]:
    """It has a fork, which must not keep the lock alive. Its heart has stopped long ago."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.setsid()
        life_lock.LifeLock().hold()
        if os.fork():
            os.write(writing, process_identity.process_token().encode())
        signal.pause()
    token = os.read(reading, 100).decode()
    process = make_process(token, machine=ELSEWHERE, locked=True, heartbeat_at=timezone.now() - timedelta(hours=1))
    yield Distant(pid, token, claimed_by(process))
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(reading)
    os.close(writing)


def is_free(distant: Distant) -> bool:
    return Callback.work_rows().claimable(timezone.now()).filter(pk=distant.row.pk).exists()


def test_a_killed_process_of_another_machine_loses_its_leases_in_seconds(heart, distant):
    heart.turn(0)
    heart.turn(processes.RECOVERY + 1)
    distant.end()
    seen = processes.RECOVERY + 2
    heart.turn(seen)
    heart.turn(seen + processes.DEAD_UNLOCKED - 0.1)
    assert not is_free(distant)
    heart.turn(seen + processes.DEAD_UNLOCKED)
    assert is_free(distant)
    assert processes.LOOK_SECONDS + processes.DEAD_UNLOCKED < 5
    assert not WorkerProcess.objects.filter(token=distant.token).exists()


def test_a_live_process_that_is_slow_keeps_its_leases(heart, distant):
    os.kill(distant.pid, signal.SIGSTOP)
    for moment in (0, 100, 200):
        heart.turn(moment)
    assert not is_free(distant)


def test_after_an_outage_of_the_database_others_get_time_for_their_locks(heart, distant):
    distant.end()
    for moment in (0, processes.RECOVERY):
        heart.turn(moment)
    assert not is_free(distant)
    for moment in (1, 1 + processes.DEAD_UNLOCKED):
        heart.turn(processes.RECOVERY + moment)
    assert is_free(distant)


def test_a_lock_whose_connection_broke_is_taken_back(heart):
    heart.turn(0)
    assert life_lock.held() == {process_identity.process_token()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    wait_for(lambda: not life_lock.held(), "the lock to end")
    heart.turn(1)
    assert life_lock.held() == {process_identity.process_token()}
    heart.close()
    wait_for(lambda: not life_lock.held(), "the lock to be given back")


def test_what_a_process_locks_stands_in_its_row(heart):
    heart.turn(0)
    assert WorkerProcess.objects.get().locked
    assert not processes.unlocked()


def test_a_database_without_such_locks_does_with_heartbeats():
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has them.")
    heart = processes.Heart()
    heart.turn(time.monotonic())
    assert not WorkerProcess.objects.get().locked
    connections.close_all()


def test_a_fork_of_a_process_without_a_lock_keeps_its_files():
    """A process that is forked before it holds one must not close what belongs to others, such as its output."""
    lock = life_lock.LifeLock()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.fstat(1)
            os.write(writing, b"open")
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == b"open"
    lock.release()
