"""From phone to phone as the images run: docker/entrypoint.py behind nginx, on servers that want passwords."""

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
import requests
from websockets.sync.client import connect

from openuser.bootstrap.secrets_file import field_key, secret_key
from openuser.servers import postgres, valkey
from tests.journeys.test_main_path import check_video
from tests.support.emulator import KEYS, answers, free_port, wait_for
from tests.support.paths import ROOT
from tests.support.servers import nginx
from tests.support.stack import Stack

pytestmark = pytest.mark.slow
ENTRYPOINT = ("docker/entrypoint.py",)
PASSWORD = "p@ss/wörd: 1"
METRICS_TOKEN = "of-prometheus"
ROLES = ("web", "ws", "worker", "bulk", "render", "beat")
# In one process: each command of its own would import everything again.
PREPARED = """
from django.core.management import call_command
for line in (
    ("migrate", "--verbosity", "0"),
    ("seed",),
    ("collectstatic", "--noinput"),
    ("createsuperuser", "--noinput", "--username=grace", "--email="),
    ("check", "--deploy", "--fail-level", "WARNING"),
    ("api_client", "follower", "--scopes", "renders:read"),
):
    call_command(*line)
"""


class Server(Stack):
    """The containers of docker/compose.yaml without an engine: entrypoints, secrets by file, nginx in front.

    Attributes:
        said: what the commands before the first start have printed.
    """

    forks = False
    said = ""

    def __init__(self) -> None:
        self.web_port, self.ws_port = free_port(), free_port()
        super().__init__()
        for name in [name for name in self.env if name.startswith("TEST_")]:
            del self.env[name]
        self.env |= {
            "DJANGO_SETTINGS_MODULE": "openuser.settings.production",
            "OPENUSER_DOTENV": "/dev/null",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "WEB_BIND": f"127.0.0.1:{self.web_port}",
            "WEB_PROCESSES": "2",
            "WS_HOST": "127.0.0.1",
            "WS_PORT": str(self.ws_port),
            "ALLOWED_HOSTS": "127.0.0.1",
            "CSRF_TRUSTED_ORIGINS": f"https://127.0.0.1:{self.port}",
            "SITE_URL": f"https://127.0.0.1:{self.port}",
            "WECHAT_CORP_ID": KEYS["CORP_ID"],
            "WECHAT_API_BASE_URL": self.emulator.url,
            "MEDIA_ACCEL": "/protected/",
            "OPENUSER_LOG_FORMAT": "json",
        }

    def serve(self) -> None:
        self.env |= self.by_file("DATABASE_URL", self._postgres()) | self.by_file("BROKER_URL", self._valkey())
        self.env |= self.by_file("SECRET_KEY", secret_key()) | self.by_file("OPENUSER_FIELD_KEYS", field_key())
        self.env |= self.by_file("OPENUSER_METRICS_TOKEN", METRICS_TOKEN)
        media = self.folder / "media"
        nginx.start(self.folder / "nginx", self.owner, port=self.port, web=self.web_port, ws=self.ws_port, media=media)

    def by_file(self, name: str, value: str) -> dict[str, str]:
        """A secret as Compose gives it."""
        file = self.folder / name.lower()
        file.write_text(value, encoding="utf-8")
        return {f"{name}_FILE": str(file)}

    def postgres_url(self) -> str:
        return Path(self.env["DATABASE_URL_FILE"]).read_text(encoding="utf-8")

    def prepare(self) -> None:
        self.said = self.manage("shell", "--no-imports", "-c", PREPARED, DJANGO_SUPERUSER_PASSWORD=PASSWORD)

    def commands(self) -> dict[str, list[str]]:
        return {"emulator": self.emulator.command(), **{role: [sys.executable, *ENTRYPOINT, role] for role in ROLES}}

    def run(self, name: str, **env: str) -> None:
        super().run(name, **self._files(name), **env)

    def _files(self, name: str) -> dict[str, str]:
        """What lies in the /tmp of a container of its own."""
        return {f"OPENUSER_{kind.upper()}_FILE": str(self.folder / f"{name}.{kind}") for kind in ("role", "pulse")}

    def manage(self, *line: str, **env: str) -> str:
        """Run a command to its end, as `docker compose run` does; what it prints."""
        command = [sys.executable, *ENTRYPOINT, "python", "manage.py", *line]
        role = self._files("manage")
        return subprocess.run(
            command, env={**self.env, **role, **env}, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def is_healthy(self, name: str) -> bool:
        """What the image's HEALTHCHECK says of a part."""
        port = {"web": self.web_port, "ws": self.ws_port}.get(name, 0)
        env = {**self.env, **self._files(name), "HEALTH_PORT": str(port)}
        line = [sys.executable, "-I", "-S", "docker/healthcheck.py"]
        return subprocess.run(line, env=env, cwd=ROOT, check=False, stderr=subprocess.DEVNULL).returncode == 0

    def lines(self, name: str) -> list[dict[str, object]]:
        """What a part has logged."""
        return [json.loads(line) for line in self.log(name).splitlines() if line.startswith("{")]

    def errors(self) -> list[tuple[str, dict[str, object]]]:
        """What our parts have logged as an error."""
        return [
            (name, line)
            for name in ROLES
            for line in self.lines(name)
            if line["level"] not in {"DEBUG", "INFO", "WARNING"}
        ]

    def _postgres(self) -> str:
        """A database that asks for a password; its URL, over TCP."""
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
        line = [str(valkey.find_binary()), "--port", str(port), "--bind", "127.0.0.1", "--requirepass", password]
        self.owner.start([*line, "--dir", str(folder)], output=subprocess.DEVNULL)
        return f"redis://:{password}@127.0.0.1:{port}/0"


def running(kind: type[Server]) -> Iterator[Server]:
    """A server that is up, with its websockets, and closed in the end."""
    server = kind()
    try:
        server.start()
        wait_for(lambda: answers(f"http://127.0.0.1:{server.ws_port}/healthz/live"), "the server of websockets")
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def stack() -> Iterator[Server]:
    yield from running(Server)


def test_every_container_is_healthy_and_djangos_inspection_finds_nothing(stack):
    assert all(part.poll() is None for part in stack.parts.values())
    for role in ROLES:
        wait_for(lambda role=role: stack.is_healthy(role), f"{role} to be healthy")
    assert "no issues" in stack.said


def test_text_and_video_arrive_while_a_program_follows_progress(stack, person, tmp_path):
    person.writes("你好")
    assert "你好" in person.reads_text()
    token = stack.said.split()[-1]
    person.writes("/video 你好，我是你的数字人助手，很高兴认识你。")
    assert re.search(r"\d", person.reads_text())
    told = follow(stack, token)
    assert told[-1]["status"] == "done"
    assert len(told) > 1
    (video,) = person.reads(seconds=120)
    assert video["msgtype"] == "video"
    file = tmp_path / "video.mp4"
    file.write_bytes(requests.get(f"{stack.emulator.url}{video['media_url']}", timeout=60).content)
    check_video(file, (1, 7))
    assert stack.errors() == []


def test_every_line_of_every_process_is_an_object_and_follows_a_callback(stack):
    lines = {name: stack.lines(name) for name in ROLES}
    assert all({"ts", "level", "logger", "event"} <= line.keys() for name in ROLES for line in lines[name])
    arrived = {line["cid"] for line in lines["ws"] if line.get("cid")}
    assert arrived & {line["cid"] for line in lines["worker"] if line.get("cid")}


def test_prometheus_counts_the_callbacks_and_visitors_see_nothing(stack):
    direct = f"http://127.0.0.1:{stack.web_port}/metrics"
    counted = 'openuser_callback_requests_total{result="ok"'

    def is_counted() -> bool:  # each process adds its counts to the database every five seconds
        told = requests.get(direct, headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, timeout=60)
        return told.status_code == 200 and counted in told.text

    wait_for(is_counted, "the callbacks to be counted")
    assert requests.get(direct, timeout=60).status_code == 404
    assert requests.get(f"{stack.url}/metrics", timeout=60).status_code == 404


def follow(stack: Server, token: str) -> list[dict[str, object]]:
    """What a socket tells of the first render until it ends, through the proxy."""
    headers = {"Authorization": f"Bearer {token}"}
    address = f"ws://127.0.0.1:{stack.port}/ws/v1/renders/1/"
    with connect(address, additional_headers=headers, open_timeout=30) as opened:
        return [json.loads(words) for words in opened]


def test_pages_come_with_files_that_may_be_kept_for_ever(stack):
    page = requests.get(f"{stack.url}/admin/login/", timeout=60)
    address = re.search(r'href="(/static/openuser/admin\.[0-9a-f]{12}\.css)"', page.text)
    assert address is not None
    style = requests.get(stack.url + address[1], timeout=60)
    assert style.status_code == 200
    assert "immutable" in style.headers["Cache-Control"]
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_whoever_comes_past_the_proxy_without_tls_is_sent_to_https(stack):
    direct = f"http://127.0.0.1:{stack.web_port}"
    assert requests.get(f"{direct}/admin/login/", timeout=60, allow_redirects=False).status_code == 301
    assert requests.get(f"{direct}/healthz/ready", timeout=60, allow_redirects=False).status_code == 200


def test_who_signs_in_gets_files_from_nginx_with_range(stack):
    answer, cookies = sign_in(stack)
    assert answer.status_code == 302
    assert all("; Secure" in line for line in answer.raw.headers.getlist("Set-Cookie"))
    portrait = next((stack.folder / "media").rglob("*.*"))
    name = portrait.relative_to(stack.folder / "media").as_posix()
    whole = portrait.read_bytes()
    told = requests.get(f"{stack.url}/media/{name}", headers={"Cookie": cookies, "Range": "bytes=10-99"}, timeout=60)
    assert (told.status_code, told.content) == (206, whole[10:100])
    assert requests.get(f"{stack.url}/protected/{quote(name)}", timeout=60).status_code == 404
    stranger = requests.get(f"{stack.url}/media/{name}", timeout=60, allow_redirects=False)
    assert stranger.status_code == 302
    assert stranger.content != whole


def sign_in(stack: Server) -> tuple[requests.Response, str]:
    """The answer to the form, and the cookies from then on. Secure cookies do not travel by themselves over HTTP."""
    site = f"https://127.0.0.1:{stack.port}"
    page = requests.get(f"{stack.url}/admin/login/", timeout=60)
    form = {
        "username": "grace",
        "password": PASSWORD,
        "csrfmiddlewaretoken": re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[0],
    }
    headers = {
        "Cookie": f"__Host-csrftoken={page.cookies['__Host-csrftoken']}",
        "Origin": site,
        "Referer": f"{site}/admin/login/",
    }
    answer = requests.post(
        f"{stack.url}/admin/login/?next=/admin/", data=form, headers=headers, timeout=60, allow_redirects=False
    )
    return answer, f"__Host-sessionid={answer.cookies.get('__Host-sessionid', '')}"


def test_the_loss_of_the_database_for_a_moment_is_survived(stack, person):
    """Connections that the server ended are noticed before they are used; to get others takes the pool some seconds."""
    with psycopg.connect(Path(stack.env["DATABASE_URL_FILE"]).read_text(), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app' AND pid <> pg_backend_pid()"
        )
    headers = {
        "Authorization": "Bearer of-nobody"
    }  # the database knows; readiness would ask by a connection of its own
    statuses = [requests.get(f"{stack.url}/api/v1/renders/", headers=headers, timeout=40).status_code for _ in range(8)]
    assert statuses == [401] * 8
    person.writes("你好")
    assert "你好" in person.reads_text()
