"""Whether this container does its work: exit status 0 or 1, with words. Asked by Docker's HEALTHCHECK, for little.

Workers and beat touch a file every few seconds from the loop that does their work. web, ws and the acceptor are asked
for a page. Run with `python -I -S`, which imports nothing else: a start of Django would cost two seconds.
"""

import os
import socket
import sys
import time

TMP = "/tmp"  # noqa: S108 - a tmpfs of the container's own
ROLE = os.environ.get("OPENUSER_ROLE_FILE", f"{TMP}/openuser-role")
PULSE = os.environ.get("OPENUSER_PULSE_FILE", f"{TMP}/openuser-pulse")
PORTS = {"web": "8000", "ws": "8001", "acceptor": "8002"}
PAGES = {"acceptor": "/healthz/acceptor"}  # of the others: /healthz/ready
WORKING = ("worker", "bulk", "render", "beat")
SILENT_AFTER = 30  # seconds


def answers(role: str) -> bool:
    """Whether the web process can work."""
    port = int(os.environ.get("HEALTH_PORT", PORTS[role]))
    page = PAGES.get(role, "/healthz/ready")
    request = f"GET {page} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()  # answered under any name
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=4) as connection:
            connection.sendall(request)
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


def works() -> bool:
    """Whether the worker or beat of this container goes round."""
    try:
        return time.time() - os.stat(PULSE).st_mtime < SILENT_AFTER
    except FileNotFoundError:
        return False


def main() -> None:
    with open(ROLE, encoding="utf-8") as file:
        role = file.read().strip()
    if role in PORTS and not answers(role):
        sys.exit(f"{role} does not answer.")
    if role in WORKING and not works():
        sys.exit(f"{role} does not work.")


if __name__ == "__main__":
    main()
