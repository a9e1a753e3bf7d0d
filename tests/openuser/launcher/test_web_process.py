"""The processes that serve are forked: one that dies is replaced at once, and all end with their parent."""

import http.client
import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings

from openuser.launcher import listener
from openuser.servers.server_processes import Processes
from tests.benchmarks.door.installation import children
from tests.openuser.servers.test_servers import eventually, is_running
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow


def alive(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/healthz/live")
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_killed_process_is_replaced_and_all_end_with_their_parent():
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "openuser.settings.test", "OPENUSER_VAR_DIR": str(settings.VAR_DIR)}
    owner = Processes()
    with listener.opened("127.0.0.1", 0) as listening:
        port, descriptor = listening.getsockname()[1], listening.fileno()
        line = [sys.executable, "-m", "openuser.launcher.web_process", str(descriptor)]
        parent = owner.start(line, env=env, cwd=ROOT, output=subprocess.DEVNULL, descriptors=[descriptor])
        try:
            assert alive(port) == 200
            (first,) = children(parent.pid)
            os.kill(first, signal.SIGKILL)
            assert alive(port) == 200
            (second,) = children(parent.pid)
            assert second != first
        finally:
            owner.end([parent], grace=15.0)
            owner.end_all()
        assert eventually(lambda: not is_running(second))
        assert parent.returncode == 0
