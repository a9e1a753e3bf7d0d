"""A worker outlives its broker, whatever it had just fetched."""

from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings
from kombu import Connection, Exchange, Queue

from openuser.celery import app
from openuser.servers import valkey

WORK = Queue("lost-broker")
# What Celery's remote control listens to, on a channel of its own.
CONTROL = Queue("lost-broker.control", Exchange("lost-broker.control", type="fanout"), auto_delete=True)


def test_a_lost_broker_ends_no_worker_with_an_unacknowledged_message(tmp_path):
    fetched: list[Any] = []
    options = app.conf.broker_transport_options
    assert options == settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with valkey.running(tmp_path / "v") as url:
        connection = Connection(url, transport_options=options)
        connection.Producer().publish({}, routing_key=WORK.name, declare=[WORK], serializer="json")
        channel = connection.default_channel
        channel.basic_qos(0, 1, False)
        connection.Consumer(WORK, channel=channel, on_message=fetched.append).consume()
        connection.Consumer(CONTROL, channel=connection.channel(), on_message=fetched.append).consume()
        # It asks for the next message when the broker dies.
        with suppress(TimeoutError):
            while True:
                connection.drain_events(timeout=0.5)
    assert len(fetched) == 1
    assert not channel.qos.can_consume()
    with pytest.raises(connection.connection_errors):
        fetched[0].channel.basic_ack(fetched[0].delivery_tag)
    assert channel.qos.can_consume(), "it would wait for ever"
    # What Celery's consumer does after a connection error.
    connection.collect()
    connection.close()
    with pytest.raises(connection.connection_errors):
        fetched[0].ack()
