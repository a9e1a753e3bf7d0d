"""What a Celery process does when it starts, and when its broker is back."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from celery.signals import beat_init, worker_init
from django.conf import settings
from django.db import close_old_connections, connection
from kombu.asynchronous.timer import Timer
from kombu.exceptions import OperationalError

from core.work import broker
from openuser.celery import Pulse, app, keep_connection, take_lanes

NICENESS = os.getpriority(os.PRIO_PROCESS, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("started", [beat_init, worker_init])
def test_a_process_asks_sqlite_again_over_the_same_connection(started: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    connection.close()
    connection.ensure_connection()
    close_old_connections()
    assert connection.connection is None, "as it is for a request"
    started.send(sender=keep_connection)
    connection.ensure_connection()
    opened = connection.connection
    close_old_connections()
    assert connection.connection is opened


def test_a_broker_that_is_away_is_tried_again_at_an_even_pace(tmp_path: Path) -> None:
    pauses: list[float] = []
    connection = app.connection_for_read(f"redis+socket://{tmp_path}/none")
    with pytest.raises(OperationalError):
        connection.ensure_connection(lambda _error, pause: pauses.append(pause), max_retries=3, interval_start=0)
    assert pauses == [0] * 3


@pytest.mark.parametrize("connections", [0, 1])
def test_a_worker_that_is_connected_again_looks_for_what_waits(connections: int) -> None:
    server = redis.Redis.from_url(settings.BROKER_URL.replace("redis+socket:", "unix:"))
    before = server.llen("default")
    consumer = SimpleNamespace(timer=Timer(), restart_count=connections)
    pulse = Pulse(consumer)
    pulse.start(consumer)
    pulse.stop(consumer)
    assert server.llen("default") == before + connections


@pytest.fixture
def queues() -> Iterator[Callable[[str], list[str]]]:
    """What a worker takes from that was started with `-Q`."""
    before = dict(app.amqp.queues.consume_from)

    def start(given: str) -> list[str]:
        app.amqp.queues.select(given.split(","))
        worker_init.send(sender=take_lanes)
        return sorted(app.amqp.queues.consume_from)

    yield start
    app.amqp.queues.select(list(before))


def test_a_worker_of_a_lane_takes_from_all_queues_of_it(queues: Callable[[str], list[str]]) -> None:
    assert queues("default") == ["default"]
    assert queues("default,bulk") == sorted(["default", *broker.queues_of(["bulk"])])
    assert "bulk.documents" in queues("default,bulk")
    assert os.getpriority(os.PRIO_PROCESS, 0) == NICENESS, "one that answers, too, does not step back"
