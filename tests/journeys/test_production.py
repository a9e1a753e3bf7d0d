"""From phone to phone as a server does it: what the README says of production, word for word, on servers of its own."""

import json
import re
import secrets
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
import requests
from websockets.sync.client import connect

from openuser.servers import postgres, valkey
from openuser.settings.secrets import field_key, secret_key
from tests.journeys.test_main_path import check_film
from tests.support import reverse_proxy
from tests.support.emulator import KEYS, ROOT, answers, free_port, wait_for
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.once]
PASSWORD = "p@ss/wörd: 1"
ROW = re.compile(r"^\| (\w+) \| `\.venv/bin/(\S+) (.+?)` \|", re.M)


class Server(Stack):
    """The processes of the README's table behind a proxy, on a PostgreSQL and a Valkey with passwords."""

    def __init__(self) -> None:
        self.web_port, self.ws_port = free_port(), free_port()
        super().__init__()
        for name in [name for name in self.env if name.startswith("TEST_")]:
            del self.env[name]
        self.env |= {
            "DJANGO_SETTINGS_MODULE": "openuser.settings.production",
            "OPENUSER_DOTENV": "/dev/null",
            "SECRET_KEY": secret_key(),
            "OPENUSER_FIELD_KEYS": field_key(),
            "ALLOWED_HOSTS": "127.0.0.1",
            "CSRF_TRUSTED_ORIGINS": f"https://127.0.0.1:{self.port}",
            "SITE_URL": f"https://127.0.0.1:{self.port}",
            "WECHAT_CORP_ID": KEYS["CORP_ID"],
            "WECHAT_API_BASE_URL": self.emulator.url,
            "MEDIA_ACCEL": "/protected/",
        }

    def serve(self) -> None:
        self.env["DATABASE_URL"] = self._postgres()
        self.env["BROKER_URL"] = self._valkey()
        self.closing.enter_context(reverse_proxy.running(self.port, web=self.web_port, ws=self.ws_port))

    def prepare(self) -> None:
        self.manage("migrate", "--verbosity", "0")
        self.manage("seed")
        self.manage("collectstatic", "--noinput")
        self.manage("createsuperuser", "--noinput", "--username=grace", "--email=", DJANGO_SUPERUSER_PASSWORD=PASSWORD)

    def commands(self) -> dict[str, list[str]]:
        return {"emulator": self.emulator.command(), **self.lines_of_the_readme()}

    def lines_of_the_readme(self) -> dict[str, list[str]]:
        """The README's command lines, with the ports of this run."""
        table = {name: (program, line) for name, program, line in ROW.findall((ROOT / "README.md").read_text())}
        ports = {"127.0.0.1:8000": f"127.0.0.1:{self.web_port}", "8001": str(self.ws_port)}
        programs = Path(sys.executable).parent
        return {
            name: [str(programs / program), *(ports.get(word, word) for word in shlex.split(line))]
            for name, (program, line) in table.items()
        }

    def _postgres(self) -> str:
        """A database of somebody who must say a password; its URL, over TCP."""
        port = free_port()
        url = self.closing.enter_context(postgres.running(processes=self.owner, tcp_port=port))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'")
            connection.execute("CREATE DATABASE openuser_live OWNER app")
        return f"postgres://app:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/openuser_live"

    def _valkey(self) -> str:
        """A broker that wants a password; its URL, over TCP."""
        port, password = free_port(), secrets.token_urlsafe()
        folder = self.folder / "external-valkey"
        folder.mkdir()
        line = [str(valkey.find()), "--port", str(port), "--bind", "127.0.0.1", "--requirepass", password]
        self.owner.start([*line, "--dir", str(folder)], output=subprocess.DEVNULL)
        return f"redis://:{password}@127.0.0.1:{port}/0"


@pytest.fixture(scope="module")
def stack() -> Iterator[Server]:
    server = Server()
    try:
        server.start()
        wait_for(lambda: answers(f"http://127.0.0.1:{server.ws_port}/healthz/live"), "the server of websockets")
        yield server
    finally:
        server.close()


def test_every_process_of_the_readme_runs_and_djangos_inspection_finds_nothing(stack):
    assert list(stack.lines_of_the_readme()) == ["web", "ws", "worker", "render", "beat"]
    assert all(part.poll() is None for part in stack.parts.values())
    assert "no issues" in stack.manage("check", "--deploy", "--fail-level", "WARNING")


def test_a_text_and_a_video_reach_the_phone_while_a_program_follows_the_progress(stack, person, tmp_path):
    person.writes("你好")
    assert "你好" in person.reads_text()
    person.writes("/video 你好，我是你的数字人助手。")
    assert re.search(r"\d", person.reads_text())
    told = follow(stack, stack.manage("api_client", "follower", "--scopes", "renders:read").split()[-1])
    assert told[-1]["status"] == "done"
    assert len(told) > 1
    (video,) = person.reads(seconds=120)
    assert video["msgtype"] == "video"
    file = tmp_path / "video.mp4"
    file.write_bytes(requests.get(f"{stack.emulator.url}{video['media_url']}", timeout=10).content)
    check_film(file, (1, 7))
    errors = {name: line for name in stack.parts for line in stack.log(name).splitlines() if " ERROR " in line}
    assert errors == {}


def follow(stack: Server, token: str) -> list[dict[str, object]]:
    """What a socket tells of the first render until it ends, through the proxy."""
    headers = {"Authorization": f"Bearer {token}"}
    address = f"ws://127.0.0.1:{stack.port}/ws/v1/renders/1/"
    with connect(address, additional_headers=headers, open_timeout=30) as opened:
        return [json.loads(words) for words in opened]


def test_pages_come_with_files_that_may_be_kept_for_ever(stack):
    page = requests.get(f"{stack.url}/admin/login/", timeout=10)
    address = re.search(r'href="(/static/openuser/admin\.[0-9a-f]{12}\.css)"', page.text)
    assert address is not None
    style = requests.get(stack.url + address[1], timeout=10)
    assert style.status_code == 200
    assert "immutable" in style.headers["Cache-Control"]
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_whoever_comes_past_the_proxy_without_tls_is_sent_to_https(stack):
    direct = f"http://127.0.0.1:{stack.web_port}"
    assert requests.get(f"{direct}/admin/login/", timeout=10, allow_redirects=False).status_code == 301
    assert requests.get(f"{direct}/healthz/ready", timeout=10, allow_redirects=False).status_code == 200


def test_somebody_signs_in_and_the_proxy_is_told_which_file_to_send(stack):
    answer, cookies = sign_in(stack)
    assert answer.status_code == 302
    assert all("; Secure" in line for line in answer.raw.headers.getlist("Set-Cookie"))
    portrait = next((stack.folder / "media").rglob("*.*"))
    name = portrait.relative_to(stack.folder / "media").as_posix()
    told = requests.get(f"{stack.url}/media/{name}", headers={"Cookie": cookies}, timeout=10)
    assert told.headers["X-Accel-Redirect"] == f"/protected/{quote(name)}"
    assert told.content == b""
    stranger = requests.get(f"{stack.url}/media/{name}", timeout=10, allow_redirects=False)
    assert stranger.status_code == 302
    assert "X-Accel-Redirect" not in stranger.headers


def sign_in(stack: Server) -> tuple[requests.Response, str]:
    """The answer to the form, and the cookies from then on. Secure cookies do not travel by themselves over HTTP."""
    site = f"https://127.0.0.1:{stack.port}"
    page = requests.get(f"{stack.url}/admin/login/", timeout=10)
    form = {
        "username": "grace",
        "password": PASSWORD,
        "csrfmiddlewaretoken": re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[0],
    }
    headers = {"Cookie": f"csrftoken={page.cookies['csrftoken']}", "Origin": site, "Referer": f"{site}/admin/login/"}
    answer = requests.post(
        f"{stack.url}/admin/login/?next=/admin/", data=form, headers=headers, timeout=10, allow_redirects=False
    )
    return answer, f"sessionid={answer.cookies.get('sessionid', '')}"


def test_the_loss_of_the_database_for_a_moment_is_survived(stack, person):
    """Connections that the server ended are noticed before they are used; to get others takes the pool some seconds."""
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app' AND pid <> pg_backend_pid()"
        )
    statuses = [requests.get(f"{stack.url}/healthz/ready", timeout=40).status_code for _ in range(8)]
    assert statuses == [200] * 8
    person.writes("你好")
    assert "你好" in person.reads_text()
