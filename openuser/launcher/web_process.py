"""The web server on a socket that its parent has opened: python -m openuser.launcher.web_process DESCRIPTOR [PROCESSES]

uvicorn's own `--fd` takes any socket for one of Unix, and leaves Nagle's algorithm on.
"""

import socket
import sys

from uvicorn import Config, Server
from uvicorn.supervisors import Multiprocess

from openuser.launcher.listener import BACKLOG


def main(descriptor: int, processes: int = 1) -> None:
    """Serve until a signal. With several processes, one goes on while another restarts."""
    listener = socket.socket(fileno=descriptor)
    config = Config(
        "openuser.asgi:application",
        lifespan="on",
        workers=processes,
        backlog=BACKLOG,
        timeout_graceful_shutdown=2,
        log_level="warning",
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=4096,  # clients of live pages send nothing
    )
    if processes > 1:
        Multiprocess(config, sockets=[listener]).run()
    else:
        Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
