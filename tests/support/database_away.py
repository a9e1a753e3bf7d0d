"""A database that new connections do not reach."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection


@contextmanager
def unreachable(*, mute: bool = False) -> Iterator[None]:
    """New connections are refused, or get no answer. PostgreSQL only: SQLite is a file, which refuses nobody."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is a file, which refuses nobody.")
    place = connection.settings_dict
    before = place["HOST"], place["PORT"]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place["HOST"], place["PORT"] = "127.0.0.1", str(listener.getsockname()[1])
        if not mute:
            listener.close()
        try:
            yield
        finally:
            place["HOST"], place["PORT"] = before
