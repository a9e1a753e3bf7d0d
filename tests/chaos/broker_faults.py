"""What can happen to a stack's broker: it is killed, refuses, says nothing, or has no memory left."""

import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import redis

from openuser.servers import valkey
from tests.support.emulator import wait_for
from tests.support.stack import Stack


def broker(stack: Stack) -> redis.Redis:
    return broker_at(valkey.socket_path(stack.folder / "valkey"))


def broker_at(path: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(path))


@contextmanager
def refused(stack: Stack) -> Iterator[None]:
    """Nothing listens where the broker was."""
    path = valkey.socket_path(stack.folder / "valkey")
    hidden = path.with_name("hidden")
    path.rename(hidden)
    broker_at(hidden).client_kill_filter(_type="normal")
    try:
        yield
    finally:
        hidden.rename(path)


@contextmanager
def mute(stack: Stack) -> Iterator[None]:
    """The broker takes connections and requests, and answers none."""
    pid = process_of(stack)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def full(stack: Stack) -> AbstractContextManager[None]:
    """The broker's memory is used up."""
    return without_memory(broker(stack))


@contextmanager
def without_memory(server: redis.Redis) -> Iterator[None]:
    """The memory of a broker is used up."""
    server.config_set("maxmemory", "1mb")
    try:
        yield
    finally:
        server.config_set("maxmemory", "0")


@contextmanager
def killed(stack: Stack) -> Iterator[None]:
    """The broker dies as by `kill -9`, and is started again after the block."""
    folder = stack.folder / "valkey"
    os.kill(process_of(stack), signal.SIGKILL)
    wait_for(lambda: not valkey.is_ready(folder), "the broker to be gone")
    try:
        yield
    finally:
        binary = valkey.find_binary()
        assert binary is not None
        with (folder / "valkey.log").open("ab") as log:
            stack.owner.start(valkey.command(binary, folder), output=log)
        wait_for(lambda: valkey.is_ready(folder), "the broker")


def process_of(stack: Stack) -> int:
    return int(broker(stack).info("server")["process_id"])
