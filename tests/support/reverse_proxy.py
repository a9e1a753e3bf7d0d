"""A proxy as a server has one in front, reduced to two upstreams by path and the header that says TLS."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LONGEST_HEAD = 65_536


class Proxy(socketserver.ThreadingTCPServer):
    """Sends `/ws/` to one port and everything else to another; one request per connection."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, *, web: int, ws: int) -> None:
        super().__init__(("127.0.0.1", port), Relay)
        self.web = web
        self.ws = ws


class Relay(socketserver.BaseRequestHandler):
    server: Proxy
    request: socket.socket

    def handle(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head and len(head) < LONGEST_HEAD:
            got = self.request.recv(65_536)
            if not got:
                return
            head += got
        first, _, rest = head.partition(b"\r\n")
        is_socket = first.split(b" ")[1].startswith(b"/ws/")
        # What the visitor says of itself is dropped, as nginx's proxy_set_header drops it.
        said, body, after = rest.partition(b"\r\n\r\n")
        dropped = (b"x-forwarded-proto:", *(() if is_socket else (b"connection:",)))
        lines = [line for line in said.split(b"\r\n") if not line.lower().startswith(dropped)]
        lines += [b"X-Forwarded-Proto: https", *([] if is_socket else [b"Connection: close"])]
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port(is_socket=is_socket))) as upstream:
            upstream.sendall(b"\r\n".join([first, *lines]) + body + after)
            threading.Thread(target=pump, args=(self.request, upstream), daemon=True).start()
            pump(upstream, self.request)

    def port(self, *, is_socket: bool) -> int:
        return self.server.ws if is_socket else self.server.web


def pump(source: socket.socket, target: socket.socket) -> None:
    """Copy bytes until the source ends, and let the target know."""
    with suppress(OSError):
        while got := source.recv(65_536):
            target.sendall(got)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def running(port: int, *, web: int, ws: int) -> Iterator[Proxy]:
    with Proxy(port, web=web, ws=ws) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
