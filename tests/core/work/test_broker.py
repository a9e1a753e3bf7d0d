"""Wakes go out in batches, in order, and a broker that takes none costs none of those who wake."""

import json
import logging
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from core.work import broker
from tests.support import factories
from wecom.models import Outbound


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


def test_bulk_goes_to_its_lane_and_not_to_those_who_answer(server):
    broker.publish_task("wecom.deliver", 1, bulk=True)
    broker.publish_task("wecom.deliver", 2)
    assert tasks(server, "default") == [("wecom.deliver", "[2]")]
    assert tasks(server, "bulk.messages") == [("wecom.deliver", "[1]")]


@pytest.mark.django_db(transaction=True)
def test_a_row_wakes_its_task_in_the_lane_of_its_priority(server):
    bulk, reply = factories.make_outbound(priority=Outbound.BULK), factories.make_outbound(priority=0)
    bulk.wake()
    reply.wake()
    assert tasks(server, "default") == [("wecom.deliver", f"[{reply.pk}]")]
    assert tasks(server, "bulk.messages") == [("wecom.deliver", f"[{bulk.pk}]")]


def test_videos_that_nobody_waits_for_stay_behind_the_others(server):
    broker.publish_task("avatars.render", 1, bulk=True)
    assert tasks(server, "render") == []
    assert tasks(server, f"render\x06\x16{settings.BULK_PRIORITY}") == [("avatars.render", "[1]")]


def test_a_worker_of_a_lane_takes_from_all_its_queues():
    bulk = broker.queues_of(["bulk"])
    assert bulk[0] == "bulk"
    assert {broker.lane_of(queue) for queue in bulk} == {"bulk"}
    assert set(bulk) >= {"bulk.answers", "bulk.campaigns", "bulk.documents", "bulk.messages"}
    assert broker.queues_of(["default", "bulk"]) == ["default", *bulk]
    assert broker.queues_of(["somebody's own"]) == ["somebody's own"]


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
