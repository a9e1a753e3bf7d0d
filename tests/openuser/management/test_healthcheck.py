"""`manage.py healthcheck`: whether a worker or beat of this machine does its work."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from core.work.process_identity import machine
from tests.core.work.test_processes import make_process

pytestmark = pytest.mark.django_db


def is_healthy(process: str) -> bool:
    try:
        call_command("healthcheck", process)
    except CommandError:
        return False
    return True


def ago(seconds: float):
    return timezone.now() - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("heartbeat", "loop", "healthy"), [(1, 1, True), (60, 1, False), (1, 60, False), (1, None, False)]
)
def test_a_worker_is_healthy_while_it_lives_and_takes_tasks(heartbeat, loop, healthy):
    looped_at = None if loop is None else ago(loop)
    make_process("a", machine=machine(), queues="default", heartbeat_at=ago(heartbeat), looped_at=looped_at)
    assert is_healthy("worker") == healthy


def test_only_workers_of_this_machine_and_of_the_queue_count():
    make_process("a", machine="another boot", queues="default", looped_at=ago(1))
    make_process("b", machine=machine(), queues="render", looped_at=ago(1))
    assert not is_healthy("worker")
    assert not is_healthy("bulk")
    assert is_healthy("render")
    make_process("c", machine=machine(), queues="bulk,bulk.answers", looped_at=ago(1))
    assert is_healthy("bulk")
    assert not is_healthy("worker")


def test_beat_is_healthy_while_it_runs_entries():
    every = IntervalSchedule.objects.create(every=15, period="seconds")
    entry = PeriodicTask.objects.create(name="sweep", task="openuser.sweep", interval=every, last_run_at=ago(600))
    assert not is_healthy("beat")
    PeriodicTask.objects.filter(pk=entry.pk).update(last_run_at=ago(1))
    assert is_healthy("beat")
