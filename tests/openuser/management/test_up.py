"""`up` before it starts anything: refusals, plan, messages."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from openuser.launcher import programs
from openuser.launcher.installation import Login
from openuser.launcher.instance_lock import InstanceLock
from openuser.management import suite
from openuser.management.commands.up import apply_plan, welcome
from tests.support.emulator import free_port
from tests.support.paths import ROOT


def make_plan(**changes: object) -> programs.Plan:
    values = {"host": "127.0.0.1", "port": 8000, "emulator_port": 9001, "with_emulator": True, "with_broker": True}
    return programs.Plan(**(values | changes))  # type: ignore[arg-type]


def up(var: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run `up` with settings of its own, past the bootstrap."""
    env = {**os.environ, "OPENUSER_VAR_DIR": str(var), "OPENUSER_LOG_DIR": str(var / "logs")} | environment
    env |= {"OPENUSER_BOOTSTRAP": "off", "DJANGO_SETTINGS_MODULE": "openuser.settings.embedded"}
    command = [sys.executable, "manage.py", "up", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_a_taken_port_is_refused_before_anything_starts(tmp_path):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        result = up(tmp_path, "--port", str(port), "--no-emulator")
    assert result.returncode == 1
    assert f"port {port} is taken by" in result.stderr
    assert f"(process {os.getpid()})" in result.stderr or not Path("/proc/net/tcp").exists()
    assert "choose another: --port" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "valkey").exists()
    assert not (tmp_path / "openuser.sqlite3").exists()


def test_a_second_up_on_the_same_data_is_refused(tmp_path):
    with InstanceLock(tmp_path):
        result = up(tmp_path, "--no-emulator")
    assert result.returncode == 1
    assert f"already runs from {tmp_path} (process {os.getpid()})" in result.stderr
    assert "Traceback" not in result.stderr


def test_children_learn_where_everything_is(monkeypatch):
    monkeypatch.delenv("SITE_URL", raising=False)
    environment = make_plan(port=8123, emulator_port=9123).environment()
    assert environment["SITE_URL"] == "http://127.0.0.1:8123"
    assert environment["OPENUSER_EMULATOR_URL"] == "http://127.0.0.1:9123"
    assert environment["EMULATOR_CALLBACK"] == "http://127.0.0.1:8123/api/v1/integrations/wechat/webhook"
    assert environment["BROKER_URL"].startswith("redis")


def test_up_tells_the_application_where_its_emulator_is(settings):
    settings.WECOM = {**settings.WECOM, "ADDRESS_IS_KNOWN": False}
    settings.EMULATED, settings.SITE_URL = True, ""
    apply_plan(make_plan(emulator_port=9123))
    assert settings.WECOM["API_BASE_URL"] == "http://127.0.0.1:9123"
    assert settings.WECOM["ADDRESS_IS_KNOWN"]


def test_a_site_on_every_address_is_still_reached_by_one():
    assert make_plan(host="0.0.0.0").site == "http://127.0.0.1:8000"
    assert make_plan(host="::1").site == "http://[::1]:8000"


def test_everything_ends_before_what_it_needs():
    order = [programs.WORKERS, programs.WEB, programs.EMULATOR, programs.BROKER, programs.DATABASE]
    assert order == sorted(order)
    plan = make_plan()
    assert programs.workers(plan).stage == programs.WORKERS
    with socket.socket() as listening:
        assert programs.web(plan, listening).stage == programs.WEB


def test_the_welcome_names_every_address_and_the_password():
    words = welcome(make_plan(), Login(name="admin", password="secret-word"), 3.2)
    assert "READY after 3.2 s" in words
    assert "http://127.0.0.1:8000/admin/   admin / secret-word" in words
    assert "http://127.0.0.1:8000/api/v1/docs/   after you log in\n" in words
    assert "http://127.0.0.1:9001/emulator/" in words


def test_the_welcome_says_how_to_reset_a_password_it_does_not_know():
    words = welcome(make_plan(with_emulator=False), Login(name="admin", password=""), 3.2)
    assert "python3 manage.py changepassword admin" in words
    assert "Phone" not in words


def test_the_environments_database_and_a_private_one_exclude_each_other(tmp_path):
    result = up(tmp_path, "--db", "postgres", DATABASE_URL=f"sqlite:///{tmp_path}/theirs.sqlite3")
    assert result.returncode == 1
    assert "--db postgres cannot be followed: DATABASE_URL names a database already" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "postgres").exists()


def test_data_of_another_postgres_end_up_with_words(tmp_path):
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "postgres" / "data" / "PG_VERSION").write_text("9\n")
    result = up(tmp_path, "--db", "postgres", "--port", str(free_port()), "--no-emulator")
    assert result.returncode == 1
    assert "was written by PostgreSQL 9" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "database").exists()


def test_going_to_another_database_is_said_and_how_to_return(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    words = welcome(make_plan(database="postgres"), Login(name="admin", password="x"), 3.2, before="sqlite")
    assert "PostgreSQL instead of SQLite: these are two databases, and nothing is moved" in words
    assert f"{tmp_path}/openuser.sqlite3 holds stays there: python3 manage.py up --db sqlite" in words
    for before in ("", "postgres"):
        assert "Note" not in welcome(make_plan(database="postgres"), Login(name="", password=""), 1, before=before)


def test_the_suite_leaves_out_what_was_asked_and_what_needs_a_gpu():
    plan, thorough = suite.Plan(), suite.Plan(thorough=True)
    assert suite.marks(plan, "slow", "browser").startswith("not slow and not browser and not thorough")
    assert suite.marks(thorough, "slow", "browser").startswith("not slow and not browser")
    assert "thorough" not in suite.marks(thorough)


def test_arguments_of_the_suite_that_are_not_ours_reach_pytest(tmp_path):
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "openuser.settings.test"}
    code = (
        "from openuser.management.commands.test import Command\n"
        "Command.handle = lambda self, **options: print(options['fast'], options['pytest'])\n"
        "Command().run_from_argv(['manage.py', 'test', '--fast', 'tests/wecom', '-k', 'a or b', '-x'])\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "True ['tests/wecom', '-k', 'a or b', '-x']"
