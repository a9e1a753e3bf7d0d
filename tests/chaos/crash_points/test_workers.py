"""What a killed worker of another machine held goes on with the next one in five seconds, not after its lease."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings

from core.work import processes
from tests.chaos import machines
from tests.support.emulator import Person, wait_for
from tests.support.servers.network_namespaces import is_possible
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.databases, pytest.mark.thorough]
WORKERS = ("worker", "heir")
SECONDS = 5.0


class TwoWorkers(Stack):
    """Either of two workers takes what waits. Leases are as long as in production, and so is a call that hangs."""

    def commands(self) -> dict[str, list[str]]:
        every = super().commands()
        return {
            **{name: every[name] for name in ("emulator", "web")},
            **{name: [*every["worker"][:-1], f"{name}@stack"] for name in WORKERS},
        }

    def part_with_lease(self) -> str:
        """Which of them sends what the members are to get; empty if none does."""
        found = self.asks(
            "SELECT pid FROM core_workerprocess JOIN wecom_outbound ON lease_owner LIKE token || '%' "
            "WHERE status = 'running'"
        )
        pids = {self.parts[name].pid: name for name in WORKERS if name in self.parts}
        return pids.get(found[0][0], "") if found else ""


@pytest.fixture
def stack() -> Iterator[TwoWorkers]:
    stack = TwoWorkers(settings.RUN_FOLDER)
    if not stack.server:
        pytest.skip("SQLite is on one machine.")
    stack.env |= {"OPENUSER_LEASE_SCALE": "1", "WECHAT_READ_TIMEOUT": "60"}
    try:
        stack.start()
        yield stack
    finally:
        stack.close()


def test_the_worker_of_another_machine_takes_over_in_five_seconds(stack, person: Person):
    wait_for(lambda: are_settled(stack), "both workers to know each other", seconds=60)
    stack.emulator.fault("slow", member=person.user_id, seconds=50)
    person.writes("怎么请假")
    wait_for(stack.part_with_lease, "a worker to send the answer", seconds=60)
    victim = stack.part_with_lease()
    (heir,) = set(WORKERS) - {victim}
    with psycopg.connect(stack.postgres_url()) as connection:
        pid = stack.parts[victim].pid
        connection.execute("UPDATE core_workerprocess SET machine = 'another boot' WHERE pid = %s", [pid])
    began = time.monotonic()
    stack.kill(victim)
    wait_for(lambda: stack.part_with_lease() == heir, "the other one to take over", seconds=40)
    assert time.monotonic() - began < SECONDS


@pytest.mark.timeout(900)
def test_a_machine_that_is_cut_off_loses_its_work():
    if settings.DATABASES["default"]["ENGINE"] == "core.sqlite" or not is_possible():
        pytest.skip("It needs root on Linux, and has a PostgreSQL of its own.")
    with machines.running() as stack:
        report = machines.play(stack, members=8, videos=1, seconds=20)
    assert report.is_kept, report


def test_what_is_promised_of_machines_is_what_workers_do():
    assert (machines.RECOVERY, machines.UNLOCKED) == (processes.RECOVERY, processes.DEAD_UNLOCKED)
    assert machines.LOOK == processes.LOOK_SECONDS


def are_settled(stack: Stack) -> bool:
    """Whether both have run for so long that they judge each other."""
    (count,) = stack.asks(
        "SELECT count(*) FROM core_workerprocess WHERE locked "
        f"AND started_at < now() - interval '{processes.RECOVERY + processes.LOOK_SECONDS} seconds'"
    )
    return count == (len(WORKERS),)
