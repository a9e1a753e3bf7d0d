"""Checks of the processes: the broker, the server of live pages, the workers of all lanes, beat."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from celery import current_app
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_celery_beat.models import PeriodicTask
from redis import Redis
from redis.exceptions import RedisError

from core.diagnosis import Check, Finding, bad, good, warn
from core.work import broker

CONNECT_SECONDS = 3
# Workers answer at once, unless their machine is busy: the second attempt waits longer.
INSPECT_TIMEOUTS = (1.0, 3.0)
BEAT_SILENCE = timedelta(seconds=60)


class Broker(Check):
    """The broker is reachable."""

    id = "broker"
    title = gettext_lazy("Broker")

    def run(self) -> Finding:
        place = _place(settings.BROKER_URL)
        try:
            with current_app.connection_for_write(connect_timeout=CONNECT_SECONDS) as connection:
                connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
        except broker.AWAY:
            fault = _("The broker at %s does not answer, so nothing is processed.") % place
            remedy = _("Start it, and check the host, port, user and password in BROKER_URL.")
            return bad("broker_down", fault, remedy=remedy)
        return good(_("The broker at %s answers.") % place)


class LivePages(Check):
    """The Redis of live pages and of the cache is reachable; beside RabbitMQ it is another server than the broker."""

    id = "live-pages"
    title = gettext_lazy("Live pages and limits")
    after = ("broker",)

    def run(self) -> Finding:
        (layer,) = settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"]
        places = dict.fromkeys([layer["address"], settings.CACHES["default"]["LOCATION"]])
        for url in places:
            try:
                with Redis.from_url(
                    url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS
                ) as redis:
                    redis.ping()
            except (RedisError, OSError):
                fault = _("Redis at %s does not answer: pages refresh late, and limits of the API do not hold.")
                remedy = _("Start it, and check CHANNEL_URL and CACHE_URL. Members notice nothing of it.")
                return warn("redis_down", fault % _place(url), remedy=remedy)
        return good(_("Answering: %s.") % ", ".join(map(_place, places)))


class Worker(Check):
    """A worker takes callbacks and messages from its queue."""

    id = "worker"
    title = gettext_lazy("Worker")
    after = ("broker",)
    queue: ClassVar[str] = "default"
    idle: ClassVar[Any] = gettext_lazy("No worker takes from the queue “default”: callbacks and messages wait.")

    def run(self) -> Finding:
        names: list[str] = []
        for seconds in INSPECT_TIMEOUTS:
            names = sorted(_consumers(self.queue, seconds))
            if names:
                return good(_("Running: %s.") % ", ".join(names))
        return self.nothing()

    def nothing(self) -> Finding:
        """The finding when there is none."""
        return bad(f"no_{self.id}", str(self.idle), remedy=self.remedy())

    def remedy(self) -> str:
        """How to start one."""
        command = f"celery -A openuser worker -Q {self.queue} -P threads -n {self.id}@%h"
        return _("Start one, or “python3 manage.py up”: %s") % command


class BulkWorker(Worker):
    """A worker takes bulk. Without one, a worker of answers does so, slowly."""

    id = "bulk"
    title = gettext_lazy("Bulk worker")
    queue = "bulk"
    idle = gettext_lazy(
        "No worker takes from the queue “bulk”: one of answers does, so documents and campaigns go slowly."
    )

    def nothing(self) -> Finding:
        return warn("no_bulk", str(self.idle), remedy=self.remedy())


class RenderWorker(Worker):
    """A worker takes renders from its queue."""

    id = "render"
    title = gettext_lazy("Render worker")
    queue = "render"
    idle = gettext_lazy("No worker takes from the queue “render”: videos wait.")


class Beat(Check):
    """Beat runs. It saves each of its runs itself, so this check needs no worker."""

    id = "beat"
    title = gettext_lazy("Beat")
    after = ("database", "migrations")

    def run(self) -> Finding:
        runs = PeriodicTask.objects.filter(task="openuser.sweep").values_list("last_run_at", flat=True)
        last = max((at for at in runs if at is not None), default=None)
        if last is not None and last > timezone.now() - BEAT_SILENCE:
            return good(_("It last ran at %s.") % timezone.localtime(last).strftime("%H:%M:%S"))
        if last is None:
            fault = _("Beat has never run: due work is not found, and nothing is retried.")
        else:
            at = timezone.localtime(last).strftime("%Y-%m-%d %H:%M")
            fault = _("Beat has not run since %s: due work is not found, and nothing is retried.") % at
        command = "celery -A openuser beat --pidfile="
        return bad("no_beat", fault, remedy=_("Start it, or “python3 manage.py up”: %s") % command)


def _consumers(queue: str, seconds: float) -> Collection[str]:
    active = current_app.control.inspect(timeout=seconds).active_queues() or {}
    return {name for name, queues in active.items() if any(consumed["name"] == queue for consumed in queues)}


def _place(url: str) -> str:
    """The place of a server, without its password."""
    parts = urlsplit(url)
    usual = {"amqp": 5672, "amqps": 5671}.get(parts.scheme, 6379)
    return f"{parts.hostname}:{parts.port or usual}" if parts.hostname else parts.path
