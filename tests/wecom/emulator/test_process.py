"""The emulator's process, and the hosts that it answers."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests.support.paths import ROOT
from tests.wecom.emulator.support.clients import Emulator


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EMULATOR_")}
    emulator = {"DJANGO_SETTINGS_MODULE": "openuser.settings.emulator", "EMULATOR_DATABASE": str(folder / "e.sqlite3")}
    return {**kept, **emulator}


def test_the_command_starts_it_and_a_signal_ends_it(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "emulator", "--port", "0", "--callback", "http://127.0.0.1:9/mine"]
    with subprocess.Popen(command, cwd=ROOT, env=environment(tmp_path), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        word, address = process.stdout.readline().split()
        assert (word, requests.get(address, timeout=60).status_code) == ("READY", 200)
        (app,) = requests.get(f"{address}api/apps", timeout=60).json()["apps"]
        assert app["callback"] == "http://127.0.0.1:9/mine"
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def test_what_was_answered_outlives_the_process(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "wecom.emulator", "--port", "0"]
    for start in ("first", "second"):
        with subprocess.Popen(line, cwd=ROOT, env=environment(tmp_path), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            emulator = Emulator(url=process.stdout.readline().split()[1].removesuffix("/emulator/"))
            if start == "first":
                (app,) = emulator.control("GET", "apps")["apps"]
                token = emulator.get("gettoken", corpid=app["corpid"], corpsecret=app["secret"])["access_token"]
                body = {"touser": "lisi", "agentid": app["agentid"], "msgtype": "text", "text": {"content": "x"}}
                url = f"{emulator.url}/cgi-bin/message/send?access_token={token}"
                msgid = requests.post(url, json=body, timeout=60).json()["msgid"]
            else:
                (entry,) = emulator.control("GET", "ledger")["entries"]
                assert entry["msgid"] == msgid
                assert emulator.control("GET", "calls")["counts"] == {"gettoken": 1, "message/send": 1}
            process.kill()


def test_a_database_of_an_earlier_version_is_kept_beside_a_new_one(tmp_path: Path) -> None:
    line, path = [sys.executable, "-m", "wecom.emulator", "--port", "0"], tmp_path / "e.sqlite3"
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text, applied datetime)")
        old.execute("INSERT INTO django_migrations VALUES (1, 'emulator', '0001_initial', '2026-01-01')")
        old.execute("CREATE TABLE emulator_company (id integer PRIMARY KEY, made_up text)")
    pipe = subprocess.PIPE
    with subprocess.Popen(line, cwd=ROOT, env=environment(tmp_path), stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        emulator = Emulator(url=process.stdout.readline().split()[1].removesuffix("/emulator/"))
        assert len(emulator.control("GET", "apps")["apps"]) == 1
        process.kill()
        assert "earlier version" in process.stderr.read()
    with closing(sqlite3.connect(f"{path}.earlier")) as kept:
        assert ("emulator_company",) in kept.execute("SELECT name FROM sqlite_master").fetchall()


def test_the_log_names_a_call_that_is_not_emulated(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "wecom.emulator", "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(line, cwd=ROOT, env=environment(tmp_path), stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[1].removesuffix("/emulator/")
        requests.get(f"{url}/cgi-bin/batch/syncuser", timeout=60)
        process.send_signal(signal.SIGTERM)
        _out, log = process.communicate(timeout=60)
    assert "WARNING wecom.emulator.gateway.call_log" in log
    assert "not emulated was answered with errcode 40066: 'batch/syncuser'." in log


def test_a_port_in_use_is_said_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "wecom.emulator", "--port", str(port)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr


def test_the_migrations_are_complete(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run", "emulator"]
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


def test_other_hosts_and_other_sites_are_refused(emulator: Emulator) -> None:
    url = f"{emulator.url}/emulator/api/members"
    assert requests.get(url, headers={"Host": "evil.example"}, timeout=60).status_code == 400
    assert requests.get(url, headers={"Sec-Fetch-Site": "cross-site"}, timeout=60).status_code == 403
    assert requests.get(url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "send", {"member": "nobody", "text": "x"}, 404, "no member 'nobody'"),
        ("POST", "send", {"member": "lisi"}, 400, "text must be a string"),
        ("POST", "send", {"member": "lisi", "type": "opera"}, 400, "type must be"),
        ("POST", "send", {"member": "lisi", "text": "x", "tamper": "all"}, 400, "tamper must be"),
        ("POST", "event", {"member": "lisi", "event": "x"}, 400, "event must be one of"),
        ("POST", "faults", {"path": "message/send"}, 400, "give a name, or a kind"),
        ("POST", "members", {"userid": "lisi"}, 409, "already a member"),
        ("POST", "reset", {"what": ["everything"]}, 400, "what must be a list"),
        ("POST", "send", {"member": "lisi", "text": "x", "agentid": 404}, 404, "no such application"),
        ("PUT", "send", {}, 405, "use POST"),
    ],
)
def test_a_wrong_request_is_answered_with_words(
    emulator: Emulator, method: str, path: str, body: dict, status: int, words: str
) -> None:
    answer = requests.request(method, f"{emulator.url}/emulator/api/{path}", json=body, timeout=60)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_one_members_messages_can_be_forgotten(emulator: Emulator, member: str) -> None:
    emulator.control("POST", "send", member=member, text="x")
    assert len(emulator.control("GET", "chat", member=member)["entries"]) == 1
    emulator.control("POST", "reset", member=member)
    assert emulator.control("GET", "chat", member=member)["entries"] == []
