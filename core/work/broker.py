"""Publishes tasks to the broker by name."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

LOWEST_PRIORITY = 9  # with Redis, priority 0 comes first


def publish_task(name: str, pk: int, *, bulk: bool = False) -> None:
    """Queue a task by name, bulk with the lowest priority. If the broker is down, logs it and returns."""
    try:
        current_app.send_task(name, args=[pk], retry=False, priority=LOWEST_PRIORITY if bulk else None)
    except (OperationalError, OSError) as error:
        logger.warning("The broker is away; the sweeper will wake this row.", extra={"task": name, "pk": pk})
        logger.debug("The broker said so.", extra={"error": type(error).__name__})
