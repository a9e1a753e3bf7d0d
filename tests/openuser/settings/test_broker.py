"""The broker is Redis, Valkey or RabbitMQ."""

import pytest

from openuser.settings import broker
from tests.openuser.settings.test_settings import PRODUCTION, python


@pytest.mark.parametrize("url", ["redis://host:6379/0", "rediss://host", "redis+socket:///run/valkey.sock"])
def test_redis_serves_the_lowest_number_first(url):
    urgent, bulk, highest = broker.priorities(url)
    assert urgent < bulk
    assert highest is None
    assert "visibility_timeout" in broker.transport_options(url)


@pytest.mark.parametrize("url", ["amqp://user:password@host:5672/vhost", "amqps://host"])
def test_rabbitmq_serves_the_highest_number_that_its_queues_have(url):
    urgent, bulk, highest = broker.priorities(url)
    assert urgent == highest
    assert bulk < urgent
    assert broker.transport_options(url)["write_timeout"] > 0


@pytest.mark.thorough
def test_rabbitmq_needs_a_redis_for_live_pages(tmp_path):
    environment = {**PRODUCTION, "BROKER_URL": "amqp://broker"}
    shows = ("-c", "from django.conf import settings; print(settings.CACHES['default']['LOCATION'])")
    refused = python(*shows, settings="production", var=tmp_path, **environment)
    assert "set CHANNEL_URL to a Redis or Valkey" in refused.stderr
    found = python(*shows, settings="production", var=tmp_path, CHANNEL_URL="redis://live:6379/1", **environment)
    assert found.stdout.strip() == "redis://live:6379/1"
