"""Wakes go out in batches, in order, and a broker that takes none costs none of those who wake."""

import json
import logging
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from core.work import broker


@pytest.fixture
def server() -> Iterator[redis.Redis]:
    """The broker, without tasks."""
    server = redis.Redis.from_url(settings.BROKER_URL.replace("redis+socket:", "unix:"))
    assert broker.publisher.flush(10)
    server.flushdb()
    yield server
    server.config_set("maxmemory", 0)
    server.flushdb()


def tasks(server: redis.Redis, queue: str) -> list[tuple[str, str]]:
    assert broker.publisher.flush(10)
    headers = [json.loads(task)["headers"] for task in reversed(server.lrange(queue, 0, -1))]
    return [(header["task"], header["argsrepr"]) for header in headers]


def test_wakes_go_out_in_order_to_their_queues(server):
    for number in range(3 * broker.BATCH):
        broker.publish_task("wecom.handle", number)
    broker.publish_task("avatars.render", 7)
    assert tasks(server, "default") == [("wecom.handle", f"[{number}]") for number in range(3 * broker.BATCH)]
    assert tasks(server, "render") == [("avatars.render", "[7]")]


def test_bulk_waits_in_the_line_of_the_lowest_priority(server):
    broker.publish_task("wecom.deliver", 1, bulk=True)
    assert tasks(server, "default") == []
    assert tasks(server, f"default\x06\x16{settings.BULK_PRIORITY}") == [("wecom.deliver", "[1]")]


def test_a_broker_without_memory_is_reported_and_takes_wakes_again(server, caplog):
    server.config_set("maxmemory", 1)
    with caplog.at_level(logging.WARNING):
        broker.publish_task("wecom.handle", 1)
        assert broker.publisher.flush(10)
    (record,) = (record for record in caplog.records if record.name == broker.__name__)
    assert record.message == "The broker is away; the sweeper will wake this row."
    assert record.__dict__["pk"] == 1
    server.config_set("maxmemory", 0)
    broker.publish_task("wecom.handle", 2)
    assert tasks(server, "default") == [("wecom.handle", "[2]")]


def test_a_broker_that_dropped_its_connections_takes_the_next_wake(server):
    broker.publish_task("wecom.handle", 1)
    assert tasks(server, "default") == [("wecom.handle", "[1]")]
    server.client_kill_filter(skipme=True)
    broker.publish_task("wecom.handle", 2)
    broker.publisher.flush(10)
    broker.publish_task("wecom.handle", 3)
    assert tasks(server, "default")[-1] == ("wecom.handle", "[3]")
