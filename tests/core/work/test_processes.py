"""A process that died is seen, and its leases are freed; those of the living are not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from core.models import WorkerProcess
from core.work import process_identity, processes
from core.work.base import Work
from tests.support import factories
from tests.support.emulator import wait_for
from wecom.models import Callback, Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

TOKEN = "a" * 16


@pytest.fixture
def dead_pid() -> int:
    """The PID of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def make_process(token: str = TOKEN, **fields: Any) -> WorkerProcess:
    """A process of this machine, by default the test's parent."""
    pid = fields.pop("pid", os.getppid())
    here = {"machine": process_identity.machine(), "host": "here", "ticks": process_identity.start_ticks(pid) or 1}
    return WorkerProcess.objects.create(token=token, pid=pid, **{**here, **fields})


def claimed_by(process: WorkerProcess, maker: Callable[[], Work] = factories.make_callback) -> Work:
    """A row that this process works on."""
    row = maker()
    claimed = type(row).claim(row.pk)
    assert claimed is not None
    claimed.update_leased(lease_owner=process.token + "b" * 16)
    return claimed


def test_a_lease_names_its_process():
    row = Callback.claim(factories.make_callback().pk)
    assert row.lease_owner.startswith(process_identity.process_token())
    assert len(row.lease_owner) == 32


@pytest.mark.parametrize("maker", [factories.make_callback, factories.make_outbound, factories.make_render])
def test_who_starts_frees_the_leases_of_the_dead_at_once(dead_pid, maker):
    row = claimed_by(make_process(pid=dead_pid), maker)
    assert type(row).claim(row.pk) is None
    assert processes.free_dead(by_heartbeat=False) == 1
    heir = type(row).claim(row.pk)
    assert heir is not None
    assert heir.attempts == 2
    assert not WorkerProcess.objects.exists()


def test_the_living_keep_their_leases():
    row = claimed_by(make_process(heartbeat_at=timezone.now() - timedelta(hours=1)))
    assert processes.free_dead(by_heartbeat=True) == 0
    assert Callback.claim(row.pk) is None


def test_a_process_with_the_pid_of_a_dead_one_is_not_it():
    row = claimed_by(make_process(ticks=1))
    assert processes.free_dead(by_heartbeat=False) == 1
    assert Callback.claim(row.pk) is not None


def test_a_zombie_is_dead():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    make_process(pid=process.pid)
    assert processes.free_dead(by_heartbeat=False) == 0
    process.send_signal(signal.SIGKILL)
    wait_for(lambda: processes.free_dead(by_heartbeat=False) == 1, "the death to be seen")
    process.wait()


@pytest.mark.parametrize("machine", ["another boot", ""])
def test_of_another_machine_the_heartbeat_tells(machine):
    silent = timezone.now() - processes.DEAD_AFTER - timedelta(seconds=1)
    dead = claimed_by(make_process("d" * 16, machine=machine, heartbeat_at=silent))
    living = claimed_by(make_process("e" * 16, machine=machine, pid=1), factories.make_outbound)
    assert processes.free_dead(by_heartbeat=False) == 0
    assert processes.free_dead(by_heartbeat=True) == 1
    assert Callback.claim(dead.pk) is not None
    assert Outbound.claim(living.pk) is None


def test_who_has_a_lock_is_not_judged_by_its_heartbeat():
    silent = timezone.now() - processes.DEAD_AFTER - timedelta(seconds=1)
    row = claimed_by(make_process(machine="another boot", heartbeat_at=silent, locked=True))
    assert processes.free_dead(by_heartbeat=True) == 0
    assert processes.free_dead([TOKEN], by_heartbeat=False) == 1
    assert Callback.claim(row.pk) is not None


def test_where_the_system_does_not_tell_the_heartbeat_decides(monkeypatch, tmp_path):
    monkeypatch.setattr(process_identity, "PROC", tmp_path)
    process_identity.machine.cache_clear()
    try:
        row = claimed_by(make_process(machine=""))
        assert processes.free_dead(by_heartbeat=False) == 0
    finally:
        process_identity.machine.cache_clear()
    assert Callback.claim(row.pk) is None


def test_after_an_outage_of_the_database_others_get_time_for_a_heartbeat():
    silent = timezone.now() - processes.DEAD_AFTER - timedelta(seconds=1)
    make_process(machine="another boot", heartbeat_at=silent)
    heart, began, enough = processes.Heart(), time.monotonic(), processes.DEAD_AFTER.total_seconds()
    try:
        heart.turn(began)
        heart.turn(began + enough)
        assert WorkerProcess.objects.filter(token=TOKEN).exists()
        heart.turn(began + enough + 1)
        assert not WorkerProcess.objects.filter(token=TOKEN).exists()
    finally:
        heart.close()  # or this process would hold its lock in the tests that follow


def test_a_process_that_was_taken_for_dead_registers_again():
    processes.beat()
    WorkerProcess.objects.all().delete()
    processes.beat()
    assert WorkerProcess.objects.get().pid == os.getpid()


def test_a_heartbeat_moves_on():
    processes.register()
    WorkerProcess.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    processes.beat()
    assert WorkerProcess.objects.get().heartbeat_at > timezone.now() - timedelta(minutes=1)


def test_the_thread_registers_and_frees(dead_pid):
    row = claimed_by(make_process(pid=dead_pid))
    heart = processes.Heart()
    heart.start()
    try:
        wait_for(lambda: Callback.claim(row.pk) is not None, "the lease to be freed")
    finally:
        heart.stop()
        connections.close_all()
    assert WorkerProcess.objects.get().token == process_identity.process_token()


def test_a_process_that_ends_in_good_order_leaves_nothing_behind(caplog):
    heart = processes.start()
    wait_for(WorkerProcess.objects.exists, "the registration")
    row = Callback.claim(factories.make_callback().pk)
    processes.leave()
    processes.start.cache_clear()
    assert not heart.is_alive()
    assert not WorkerProcess.objects.exists()
    assert Callback.claim(row.pk) is not None
    assert "died" not in caplog.text


def test_a_fork_has_a_token_of_its_own():
    ours, (reading, writing) = process_identity.process_token(), os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, process_identity.process_token().encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert len(theirs := os.read(reading, 100).decode()) == 16
    assert theirs != ours
    os.close(reading)
    os.close(writing)
