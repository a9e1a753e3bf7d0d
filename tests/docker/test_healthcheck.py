"""The health check of a container: by the age of a file, or by a question to the web server."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.work import processes
from tests.support.paths import ROOT

LINE = [sys.executable, "-I", "-S", "docker/healthcheck.py"]


def is_healthy(folder: Path, role: str, **environment: str) -> bool:
    (folder / "role").write_text(role)
    files = {"OPENUSER_ROLE_FILE": str(folder / "role"), "OPENUSER_PULSE_FILE": str(folder / "pulse")}
    done = subprocess.run(LINE, env=files | environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (done.stderr == "")
    return done.returncode == 0


@pytest.mark.parametrize("role", ["worker", "bulk", "render", "beat"])
def test_a_process_is_healthy_while_it_touches_its_file(tmp_path, settings, role):
    settings.PULSE_FILE = str(tmp_path / "pulse")
    assert not is_healthy(tmp_path, role)
    processes.went_round()
    assert is_healthy(tmp_path, role)
    os.utime(tmp_path / "pulse", (0, time.time() - 31))
    assert not is_healthy(tmp_path, role)


def test_without_a_file_a_process_touches_none(tmp_path, settings, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings.PULSE_FILE = ""
    processes.went_round()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(self.server.status if self.path == self.server.page else 404)  # type: ignore[attr-defined]
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("role", "page"), [("web", "/healthz/ready"), ("ws", "/healthz/ready"), ("acceptor", "/healthz/acceptor")]
)
@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_a_web_server_is_healthy_while_it_says_that_it_is_ready(tmp_path, site, role, page, status, healthy):
    site.status, site.page = status, page
    assert is_healthy(tmp_path, role, HEALTH_PORT=str(site.server_port)) == healthy


def test_a_web_server_that_does_not_answer_is_not_healthy(tmp_path, site):
    port = str(site.server_port)
    site.socket.close()
    assert not is_healthy(tmp_path, "web", HEALTH_PORT=port)


def test_the_check_imports_nothing_that_costs():
    """A tenth of a second of the processor, where a start of Django takes two."""
    line = [*LINE[:3], "-X", "importtime", LINE[3]]
    told = subprocess.run(
        line, env={"OPENUSER_ROLE_FILE": "/dev/null"}, cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported = {entry.rpartition("|")[2].strip() for entry in told.stderr.splitlines()}
    assert "socket" in imported
    assert imported & {"django", "subprocess", "http.client", "pathlib", "docker", "openuser", "site"} == set()
