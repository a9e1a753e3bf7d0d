"""What tests of several kinds of work share."""

import json
from collections.abc import Callable

import pytest
import redis
from django.conf import settings

from core.work import broker


@pytest.fixture
def woken() -> Callable[[], list[tuple[str, str]]]:
    """The tasks that went out since, by name and arguments."""
    server = redis.Redis.from_url(settings.BROKER_URL.replace("redis+socket:", "unix:"))

    def take() -> list[tuple[str, str]]:
        assert broker.publisher.flush(10)
        queues = [key for key in server.scan_iter() if server.type(key) == b"list"]
        told = [json.loads(task)["headers"] for key in queues for task in server.lrange(key, 0, -1)]
        server.delete(*queues) if queues else None
        return [(task["task"], task["argsrepr"]) for task in told]

    take()
    return take
