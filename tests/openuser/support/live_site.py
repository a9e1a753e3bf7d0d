"""A web server in this process, and the sockets that hear it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from django.contrib.auth.models import Permission, User
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from openuser.asgi import application
from tests.support.emulator import free_port

PATIENCE = 60


class Site:
    """A web server in this process, on the database and the broker of the test."""

    def __init__(self) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.server = uvicorn.Server(uvicorn.Config(application, port=self.port, lifespan="off", log_level="critical"))
        self.thread = threading.Thread(target=self.server.run)

    @contextmanager
    def open(self, path: str, client: Client | None = None, **options: Any) -> Iterator[ClientConnection]:
        """A socket of a signed-in user; `origin` is the page's site unless another is named."""
        headers = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"} if client else {}
        headers |= options.pop("headers", {})
        options.setdefault("origin", self.origin)
        address = f"ws://127.0.0.1:{self.port}{path}"
        with connect(address, additional_headers=headers, close_timeout=1, **options) as opened:
            yield opened


def signed_in(*permissions: str, staff: bool = True) -> Client:
    user = User.objects.create_user(f"user{User.objects.count()}", is_staff=staff)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def hear(opened: ClientConnection) -> dict[str, Any]:
    told = json.loads(opened.recv(timeout=PATIENCE))
    assert isinstance(told, dict)
    return told


def ending(opened: ClientConnection) -> int | None:
    """The code with which a socket is closed, after whatever else it tells."""
    with suppress(ConnectionClosed):
        while True:
            opened.recv(timeout=PATIENCE)
    return opened.close_code
