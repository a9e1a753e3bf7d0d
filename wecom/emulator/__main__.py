"""`python -m wecom.emulator` runs the emulator as one process; `manage.py emulator` and `wecom-emulator` call it."""

import argparse
import asyncio
import gc
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

import django
import uvicorn
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, reset_queries

SHUTDOWN_TIMEOUT = 2  # seconds for open connections


class Server(uvicorn.Server):
    """uvicorn that prints one line to standard output once it listens."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self.address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"READY {self.address}/emulator/", flush=True)


def main() -> int:
    """Prepare the database, bind the port, and serve until a signal. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="emulator", description="Run a WeChat Work to develop and test against.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default=9001, type=int)
    parser.add_argument("--callback", default="")
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wecom.emulator.settings")
    django.setup()
    try:
        listener = socket.create_server((args.host, args.port), backlog=512)
    except OSError as error:
        print(f"The emulator cannot listen on {args.host}:{args.port}: {error.strerror}.", file=sys.stderr)
        return 1
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else the second call of a connection waits 40 ms
    _prepare(args.callback)
    gc.freeze()  # what was loaded so far stays: the collector need not scan it
    host, port = listener.getsockname()[:2]
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(listener, f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"))  # noqa: S104
    return 0


def _prepare(callback: str) -> None:
    from wecom.emulator import earlier_database, seed

    path = Path(settings.DATABASES["default"]["NAME"])
    path.parent.mkdir(parents=True, exist_ok=True)
    if not _is_migrated():
        aside = earlier_database.set_aside(path)
        notice = f"The emulator's database is of an earlier version: it is {aside} now, and a new one begins."
        print(notice, file=sys.stderr)
        call_command("migrate", verbosity=0, interactive=False)
    seed.create_company(callback)
    connection.close()
    for signal in (request_started, request_finished):  # they would run in a thread for every request
        signal.disconnect(close_old_connections)
    request_started.disconnect(reset_queries)


def _is_migrated() -> bool:
    """Update the database. False for one of an earlier version, which this one cannot update."""
    from wecom.emulator import earlier_database

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except CommandError:  # OpenUser's command refuses it, where the emulator is a part of that
        return False
    return not earlier_database.is_earlier()


async def _serve(listener: socket.socket, address: str) -> None:
    from wecom.emulator import database
    from wecom.emulator.asgi import application
    from wecom.emulator.callbacks.dispatcher import DISPATCHER

    loop = asyncio.get_running_loop()
    database.use_loop(loop)
    DISPATCHER.start(loop)
    config = uvicorn.Config(
        application,
        http="h11",  # `gateway.transport` knows where its connections are
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT,
    )
    try:
        await Server(config, address).serve(sockets=[listener])
    finally:
        DISPATCHER.stop()


if __name__ == "__main__":
    sys.exit(main())
