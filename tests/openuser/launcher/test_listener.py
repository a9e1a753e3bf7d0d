"""Connections wait while the web process is away."""

import os
import select
import signal
import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from openuser.launcher import listener
from tests.openuser.launcher.test_supervisor import Stage
from tests.openuser.servers.test_servers import eventually, is_running
from tests.support.paths import ROOT

ANSWERS_ONCE_FOR_EACH = """
import os, socket, sys
listening = socket.socket(fileno=int(sys.argv[2]))
while True:
    connection, _ = listening.accept()
    connection.sendall(str(os.getpid()).encode())
    connection.close()
"""
INHERITS = """
import os, sys
from openuser.launcher import listener
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
found = listener.inherited()
print(found.getsockname()[1], found.get_inheritable())
os.environ["LISTEN_PID"] = "1"
print(listener.inherited())
"""


@pytest.fixture
def listening():
    with listener.opened("127.0.0.1", 0) as opened:
        yield opened


def asked(listening: socket.socket) -> int:
    with socket.create_connection(listening.getsockname(), timeout=30) as connection:
        return int(connection.recv(100))


def test_a_connection_made_while_the_process_is_dead_waits_for_the_next(tmp_path, listening):
    stage = Stage(tmp_path)
    program = stage.program("web", ANSWERS_ONCE_FOR_EACH)
    descriptor = listening.fileno()
    command, inherited = (*program.command, str(descriptor)), (descriptor,)
    stage.supervisor.start(replace(program, command=command, descriptors=inherited, longest_pause=0.05))
    try:
        first = asked(listening)
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: not is_running(first))
        with socket.create_connection(listening.getsockname(), timeout=30) as waits:
            assert stage.until("SIGKILL")
            assert eventually(lambda: stage.supervisor.check() or bool(select.select([waits], [], [], 0)[0]))
            assert int(waits.recv(100)) != first
    finally:
        stage.supervisor.stop()


def test_a_socket_of_systemd_is_taken_by_its_own_process_only(listening):
    os.set_inheritable(listening.fileno(), True)
    line = f"exec 3<&{listening.fileno()}; exec {sys.executable} -c '{INHERITS}'"
    found = subprocess.run(
        ["bash", "-c", line], cwd=ROOT, pass_fds=[listening.fileno()], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == [str(listening.getsockname()[1]), "False", "None"]
