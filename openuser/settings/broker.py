"""Settings of the broker, and of the data that processes share through it: tasks, live updates, the cache."""

import socket
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from openuser.settings.environment import env

# Redis or Valkey server, such as `redis://host:6379/0`, or RabbitMQ, such as `amqp://user:password@host:5672/vhost`,
# which needs `CHANNEL_URL` too; `up` starts a Valkey of its own if it is not set.
BROKER_URL = env.str("BROKER_URL", default="redis://127.0.0.1:6379/0")


def is_rabbitmq(url: str) -> bool:
    return url.startswith(("amqp://", "amqps://"))


def priorities(url: str) -> tuple[int, int, int | None]:
    """The priorities of work that a member waits for and of bulk, and the highest that a queue is declared with.

    RabbitMQ counts up, and keeps a line for each priority of a queue that is declared so. Redis counts down.
    """
    return (1, 0, 1) if is_rabbitmq(url) else (0, 9, None)


def transport_options(url: str) -> dict[str, Any]:
    """Options of Celery's connection to the broker. One that went silent is noticed in ten seconds."""
    silence = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 10_000}
    keepalive = {getattr(socket, name): value for name, value in silence.items() if hasattr(socket, name)}
    if is_rabbitmq(url):
        return {"read_timeout": 30, "write_timeout": 5, "socket_settings": keepalive}
    return {
        "visibility_timeout": 3600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "health_check_interval": 25,
        "socket_keepalive": True,
        "socket_keepalive_options": keepalive,
        "socket_connect_timeout": 3,
        "socket_timeout": 30,
    }


# ---- lanes: what somebody waits for, bulk, and videos; each has processes of its own
# A new task names its queue here. The part of a queue's name before the dot is its lane. A worker that is started for a
# lane takes from all its queues in turn, so that no subject of bulk waits for the end of another.
TASK_QUEUES: dict[str, tuple[str, ...]] = {
    # What somebody waits for. None of these computes for more than about a second, because all share the threads that
    # answer members; what is slow is a call of a service or a child process.
    "default": (
        "avatars.narrate",  # replaces a late video, so it must not wait behind videos; computed by a child process
        "conversations.errand",
        "conversations.release",
        "conversations.tell_answers",
        "conversations.tick",
        "openuser.deliver_webhook",
        "openuser.send_alert",
        "openuser.sweep",
        "openuser.watch",
        "wecom.deliver",  # of bulk messages in `BULK_MESSAGES`
        "wecom.deliver_due",
        "wecom.deliver_to_chat",
        "wecom.download",
        "wecom.handle",
        "wecom.probe",
        "wecom.publish_menu",
        "wecom.recall",
        "wecom.update_card",
        "wecom.upload",
        "wecom.wake_callbacks",
    ),
    "bulk": (
        "avatars.measure_pictures",
        "conversations.move_sessions",
        "openuser.back_up",
        "openuser.sweep_bulk",
        "openuser.tidy",
        "scheduling.tidy",
        "wecom.sync_directory",
        "wecom.sync_due_directories",
    ),
    "bulk.answers": ("conversations.embed", "conversations.embed_missing"),
    "bulk.campaigns": (
        *("scheduling.begin", "scheduling.run_due", "scheduling.send_batch", "scheduling.start_run"),
        "scheduling.sweep",
    ),
    "bulk.documents": ("conversations.read_document",),
    "bulk.rehearsals": ("scheduling.rehearse",),
    "bulk.messages": ("wecom.deliver_bulk_due",),
    "render": ("avatars.check_portrait_video", "avatars.fit", "avatars.render", "avatars.warm"),
}
# Where the tasks of the default lane go whose rows are bulk.
BULK_MESSAGES = "bulk.messages"
CELERY_TASK_ROUTES = {task: {"queue": queue} for queue, tasks in TASK_QUEUES.items() for task in tasks}

# ---- Celery only wakes workers: rows are the truth (core/work/base.py)
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_DEFAULT_PRIORITY, BULK_PRIORITY, CELERY_TASK_QUEUE_MAX_PRIORITY = priorities(BROKER_URL)
CELERY_BROKER_HEARTBEAT = 30  # seconds; of RabbitMQ only
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for a broker that is away; Celery's would end in the end
CELERY_BROKER_CHANNEL_ERROR_RETRY = True  # a Redis whose memory is full refuses: the worker tries again, and lives on
CELERY_BROKER_CONNECTION_TIMEOUT = 3
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(BROKER_URL)
CELERY_BEAT_SCHEDULER = "core.work.beat:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SYNC_EVERY = 1  # saves each run at once, so that the doctor sees whether beat is alive
# Seconds between two searches for work that is due, and for work of crashed processes.
SWEEP_SECONDS = env.int("OPENUSER_SWEEP_SECONDS", default=15)
if SWEEP_SECONDS < 1:
    raise ImproperlyConfigured("OPENUSER_SWEEP_SECONDS must be a whole number of seconds from 1.")
# Whole seconds: the scheduler's table rounds 0.8 down to 0, and beat would then run the task without a pause.
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "openuser.sweep", "schedule": SWEEP_SECONDS},
    "sweep-bulk": {"task": "openuser.sweep_bulk", "schedule": SWEEP_SECONDS},
    "release": {"task": "conversations.release", "schedule": SWEEP_SECONDS},
    "tick": {"task": "conversations.tick", "schedule": SWEEP_SECONDS},
    "knowledge": {"task": "conversations.embed_missing", "schedule": SWEEP_SECONDS},
    "answers": {"task": "conversations.tell_answers", "schedule": SWEEP_SECONDS},
    "schedules": {"task": "scheduling.sweep", "schedule": SWEEP_SECONDS},
    "probe": {"task": "wecom.probe", "schedule": max(1, SWEEP_SECONDS * 4 // 5)},
    "pictures": {"task": "avatars.measure_pictures", "schedule": 60.0},
    "directory": {"task": "wecom.sync_due_directories", "schedule": 3600.0},
    "incidents": {"task": "openuser.watch", "schedule": SWEEP_SECONDS},
    "tidy": {"task": "openuser.tidy", "schedule": 3600.0},
    "backup": {"task": "openuser.back_up", "schedule": 3600.0},
    "tidy-schedules": {"task": "scheduling.tidy", "schedule": 24 * 3600.0},
}
# Factor for the leases of work. The tests shorten them.
WORK_LEASE_SCALE = env.float("OPENUSER_LEASE_SCALE", default=1.0)
# Seconds until work that no worker took is woken again.
WORK_REWAKE_SECONDS = env.float("OPENUSER_REWAKE_SECONDS", default=30.0)
# Point of the code at which a process dies, for the tests (core/work/crash_points.py).
CRASH_AT = env.str("OPENUSER_CRASH_AT", default="")

# ---- the cache counts what all processes count together
CACHE_TIMEOUT = 0.5


def cache(url: str) -> dict[str, Any]:
    """Django's settings for a cache at a Redis URL; for other URLs, a cache per process."""
    if not url.startswith(("redis://", "rediss://", "redis+socket://", "unix://")):
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    waits = {"socket_timeout": CACHE_TIMEOUT, "socket_connect_timeout": CACHE_TIMEOUT}
    location = url.replace("redis+socket://", "unix://", 1)
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": location, "OPTIONS": waits}


# ---- live pages get their updates through the broker's server (core/live_updates.py)
# Separate Redis server for live pages. Empty: `BROKER_URL`.
CHANNEL_URL = env.str("CHANNEL_URL", default="")
if is_rabbitmq(BROKER_URL) and not CHANNEL_URL:
    raise ImproperlyConfigured(
        "BROKER_URL names RabbitMQ, which carries neither live pages nor rate limits: set CHANNEL_URL to a Redis or "
        "Valkey, such as redis://host:6379/0."
    )
# Separate Redis server for rate limits. Empty: with RabbitMQ `CHANNEL_URL`, else `BROKER_URL`.
CACHE_URL = env.str("CACHE_URL", default="")
CACHES = {"default": cache(CACHE_URL or (CHANNEL_URL if is_rabbitmq(BROKER_URL) else BROKER_URL))}
# File that a worker or beat touches every few seconds while it works, for health checks. Empty: none.
PULSE_FILE = env.str("OPENUSER_PULSE_FILE", default="")
# Prefix of the keys of live pages, for a server that several installations share.
CHANNEL_PREFIX = env.str("CHANNEL_PREFIX", default="openuser")


def channel_layers(broker_url: str, *, prefix: str = CHANNEL_PREFIX) -> dict[str, Any]:
    """Channels' settings for CHANNEL_URL, else for the broker's URL as Celery writes it."""
    url = CHANNEL_URL or broker_url
    if url.startswith("redis+socket://"):
        url = url.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=")
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured("CHANNEL_URL must name a Redis or Valkey: redis://host:6379/0 or unix:///path.")
    hosts = [{"address": url, "socket_connect_timeout": 3, "health_check_interval": 25}]
    # Publish and subscribe instead of lists: an update without a listener is not stored.
    layer = "channels_redis.pubsub.RedisPubSubChannelLayer"
    return {"default": {"BACKEND": layer, "CONFIG": {"hosts": hosts, "prefix": prefix}}}


CHANNEL_LAYERS = channel_layers(BROKER_URL)
