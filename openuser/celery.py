"""The Celery app. It only wakes workers; rows are the truth, so it has no result back end and no retries."""

import os
from contextlib import suppress
from typing import Any

from celery import Celery, bootsteps
from celery.app.amqp import AMQP
from celery.signals import (
    beat_init,
    setup_logging,
    task_prerun,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
)
from kombu import Connection
from kombu.transport import redis, virtual

from core import logs, traces

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.embedded")


class BrokerConnection(Connection):
    """Tries again every two seconds while the broker is away.

    Celery's pauses grow to half a minute, in which no member is answered although the broker is back.
    """

    def _ensure_connection(self, *args: Any, **options: Any) -> Any:
        return super()._ensure_connection(*args, **{"interval_step": 0, **options})


class BrokerAMQP(AMQP):
    """Makes every connection to the broker one of these."""

    Connection = BrokerConnection


app = Celery("openuser", amqp=BrokerAMQP)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

task_prerun.connect(logs.clear_correlation_id)
task_prerun.connect(traces.forget)


class BrokerQoS(redis.QoS):
    """Lets go of a message although the broker does not hear of it.

    kombu 5.7 goes on counting it as one that is worked on. After as many as a worker takes at a time, it asks for
    nothing any more, nor notices that its connection has ended.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        finally:
            virtual.QoS.ack(self, delivery_tag)


class BrokerChannel(redis.Channel):
    """A channel that fails as a lost connection does once its connection is closed.

    kombu 5.7 fails with an AttributeError instead, which ends a worker where the broker died between a message and its
    acknowledgement: nothing takes the messages that wait until something starts a worker again.
    """

    QoS = BrokerQoS

    def _connparams(self, asynchronous: bool = False) -> Any:
        if getattr(self.connection, "client", None) is None:
            raise ConnectionError("The connection to the broker is closed.")
        return super()._connparams(asynchronous)  # type: ignore[misc]


redis.Transport.Channel = BrokerChannel


class Pulse(bootsteps.StartStopStep):
    """Says from the worker's loop, which takes the tasks, that it goes round: `manage.py healthcheck` asks for it.

    It begins with a connection to the broker. After an outage, rows wait that nothing woke: it does not leave them to
    beat.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        from core.work import broker, processes

        self._entry = parent.timer.call_repeatedly(processes.BEAT_SECONDS, processes.went_round)
        if parent.restart_count:
            with suppress(*broker.AWAY):  # it is away again
                app.send_task("openuser.sweep", retry=False)
                app.send_task("openuser.sweep_bulk", retry=False)

    def stop(self, parent: Any) -> None:
        self._entry.cancel()


app.steps["consumer"].add(Pulse)


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Keep Django's LOGGING, because Celery's own set-up logs task arguments."""


@worker_init.connect
def take_lanes(**_: Any) -> None:
    """Take tasks from all queues of a lane whose name was given by `-Q`. Bulk leaves the processor to others."""
    from django.db import connection

    from core.work import broker
    from core.work.lanes import cpu_priority

    app.amqp.queues.select(broker.queues_of(app.amqp.queues.consume_from))
    if {broker.lane_of(queue) for queue in app.amqp.queues.consume_from} == {broker.BULK}:
        is_sqlite = connection.vendor == "sqlite"
        cpu_priority.give_way(cpu_priority.WITH_LOCKS if is_sqlite else cpu_priority.NICENESS)


@beat_init.connect
@worker_init.connect
def keep_connection(**_: Any) -> None:
    """Let a thread open SQLite once a minute, and not for each task or look at beat's table: that reads the schema.

    PostgreSQL has a pool, with which Django allows no age.
    """
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["CONN_MAX_AGE"] = 60


@worker_ready.connect
def wake_what_waits(**_: Any) -> None:
    """Let a new worker find the work of crashed ones."""
    from core.work import broker, processes
    from core.work.lanes import stand_in

    queues = app.amqp.queues.consume_from
    processes.takes_from(queues)
    register_process()
    app.send_task("openuser.sweep", retry=False)
    if broker.RENDER in queues:
        app.send_task("avatars.warm", retry=False)
    if broker.BULK in queues:
        app.send_task("openuser.sweep_bulk", retry=False)
    elif broker.DEFAULT in queues:
        stand_in.start()


@worker_process_init.connect
def register_process(**_: Any) -> None:
    """Let others see when this process dies. Each process of a pool holds leases of its own."""
    # Models can be imported only now.
    from core.metrics import writer
    from core.storage import upkeep
    from core.work import processes

    writer.start()
    processes.start()
    upkeep.start()


@worker_shutdown.connect
@worker_process_shutdown.connect
def leave(**_: Any) -> None:
    """A worker that ends in good order is no dead one."""
    from core.metrics import writer
    from core.work import processes
    from core.work.lanes import stand_in

    stand_in.stop()
    writer.start().stop()
    processes.leave()
