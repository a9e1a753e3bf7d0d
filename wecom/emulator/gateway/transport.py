"""Access to the TCP connection below ASGI, for faults of the network."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
KEY = "emulator.connection"


class Connection:
    """The TCP connection of a request."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    async def reset(self) -> None:
        """Reset the connection: the caller gets RST ("connection reset by peer") instead of an answer."""
        if self._transport.is_closing():  # the caller was faster
            return
        raw = self._transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close sends RST, not FIN
        self._transport.abort()
        await asyncio.sleep(0)  # lets the server notice before a response is sent

    def half_close(self) -> None:
        """Send FIN instead of an answer, and go on reading."""
        self._transport.write_eof()


def with_connection(app: Application) -> Application:
    """Put the `Connection` into each HTTP scope, since ASGI cannot reset a connection.

    uvicorn passes a bound method of its request cycle as `send`; the cycle has the transport.
    """

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        cycle = getattr(send, "__self__", None)
        if scope["type"] == "http" and cycle is not None:
            scope[KEY] = Connection(cycle.transport)
        await app(scope, receive, send)

    return wrapped
