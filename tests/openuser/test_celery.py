"""What a Celery process does when it starts."""

from typing import Any

import pytest
from celery.signals import beat_init, worker_init
from django.db import close_old_connections, connection

from openuser.celery import keep_connection


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
