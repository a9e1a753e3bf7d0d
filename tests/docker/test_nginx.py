"""nginx finds a container again that has another address, and turns to the acceptor while another one is away."""

import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from openuser.servers.server_processes import Processes
from tests.support import factories
from tests.support.emulator import free_port, wait_for
from tests.support.paths import ROOT
from tests.support.servers import nginx
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom.callbacks import application_file
from wecom.callbacks.spool.spool_files import files

pytestmark = pytest.mark.slow


class Names:
    """A DNS server of one address for all names, such as Docker's, with its long time to live."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            query, visitor = self.socket.recvfrom(512)
            if not query:
                return
            end = query.index(b"\0", 12) + 5
            is_v4 = query[end - 4 : end - 2] == b"\0\1"
            answer = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 600, 4) + socket.inet_aton(self.address) if is_v4 else b""
            head = query[:2] + b"\x81\x80" + struct.pack("!HHHH", 1, int(is_v4), 0, 0)
            self.socket.sendto(head + query[12:end] + answer, visitor)

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self.thread.join()
        self.socket.close()


@pytest.fixture
def names() -> Iterator[Names]:
    server = Names("127.0.0.1")
    yield server
    server.close()


def serving(address: str, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"{address} {self.path}".encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer((address, port), Handler)
    threading.Thread(target=server.serve_forever).start()
    return server


def test_a_container_with_another_address_is_found_again(tmp_path, names):
    behind, port = free_port(), free_port()
    before, after = serving("127.0.0.1", behind), serving("127.0.0.2", behind)
    owner = Processes()
    try:
        nginx.start(
            tmp_path / "nginx",
            owner,
            port=port,
            web=f"web:{behind}",
            ws=f"ws:{behind}",
            media=tmp_path,
            resolver=f"127.0.0.1:{names.port} valid=1s",
        )

        def page(path: str) -> str:
            try:
                return requests.get(f"http://127.0.0.1:{port}{path}", timeout=5).text
            except requests.ConnectionError:
                return ""

        wait_for(lambda: page("/admin/?a=%20b"), "nginx")
        paths = ("/admin/?a=%20b", "/ws/live", "/api/v1/digital-humans/1/", "/api/v1/integrations/wechat/webhook?a=1")
        assert [page(path) for path in paths] == [f"127.0.0.1 {path}" for path in paths]
        names.address = "127.0.0.2"
        for path in paths:
            wait_for(lambda path=path: page(path) == f"127.0.0.2 {path}", f"{path} to come from the new address")
    finally:
        owner.end_all()
        for server in (before, after):
            server.shutdown()
            server.server_close()


@pytest.mark.django_db
def test_callbacks_go_to_the_acceptor_while_ws_is_away_or_hangs(tmp_path, settings):
    settings.WECOM = {**settings.WECOM, "SPOOL_DIR": str(tmp_path / "spool")}
    port, away, behind = free_port(), free_port(), free_port()
    application = factories.make_application(is_default=True)
    application_file.keep_all()
    keys = {"OPENUSER_FIELD_KEYS": ",".join(settings.FIELD_KEYS), "OPENUSER_SPOOL_DIR": str(tmp_path / "spool")}
    line = [sys.executable, "-m", "wecom.callbacks.acceptor", "--bind", f"127.0.0.1:{behind}"]
    owner = Processes()
    try:
        owner.start(line, env={**os.environ, **keys}, cwd=ROOT, output=subprocess.DEVNULL)
        nginx.start(tmp_path / "nginx", owner, port=port, web=away, ws=away, acceptor=behind, media=tmp_path)
        site = f"http://127.0.0.1:{port}"

        def page() -> int:
            try:
                return requests.get(f"{site}/admin/", timeout=10).status_code
            except requests.ConnectionError:
                return 0

        wait_for(lambda: page() == 503, "the page that reloads")

        def posted(number: int) -> int:
            envelope = Envelope(application, text_xml(application, msg_id=number))
            return requests.post(f"{site}{PATH}?{envelope.query}", envelope.body.encode(), timeout=10).status_code

        assert posted(1) == 200
        with socket.create_server(("127.0.0.1", away)):  # it takes connections and says nothing
            assert posted(2) == 200
        assert len([line for path in files(tmp_path / "spool") for line in path.read_text().splitlines()]) == 2
    finally:
        owner.end_all()
