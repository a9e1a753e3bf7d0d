"""The emulator by itself: built from this checkout, installed where nothing else is, and used."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from openuser.version import VERSION
from tests.support.optional_packages import pip
from tests.support.paths import ROOT

FOLDER = ROOT / "distributions" / "wecom-emulator"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment that has the emulator and what it requires."""
    folder = tmp_path_factory.mktemp("alone")
    pip("wheel", "--no-deps", "-w", folder / "wheels", FOLDER)
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    (wheel,) = (folder / "wheels").iterdir()
    python = folder / "env" / "bin" / "python"
    pip("install", "-c", ROOT / "requirements" / "constraints.txt", wheel, python=python)
    return folder / "env" / "bin"


@pytest.fixture
def url(installed, tmp_path) -> Iterator[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    line = [installed / "wecom-emulator", "--port", "0"]
    with subprocess.Popen(line, env=env, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        assert ready[:1] == ["READY"], ready
        yield ready[1].removesuffix("/emulator/")
        process.terminate()


@pytest.mark.slow
def test_it_works_in_an_environment_of_its_own(url, tmp_path):
    page = requests.get(f"{url}/emulator/", timeout=30)
    assert page.ok
    script = page.text.partition('src="')[2].partition('"')[0]
    assert requests.get(f"{url}{script}", timeout=30).ok
    app, *_ = requests.get(f"{url}/emulator/api/apps", timeout=30).json()["apps"]
    member, *_ = requests.get(f"{url}/emulator/api/members", timeout=30).json()["members"]
    query = {"corpid": app["corpid"], "corpsecret": app["secret"]}
    token = requests.get(f"{url}/cgi-bin/gettoken", params=query, timeout=30).json()["access_token"]
    text = {"msgtype": "text", "text": {"content": "早"}, "touser": member["userid"], "agentid": app["agentid"]}
    sent = requests.post(f"{url}/cgi-bin/message/send", params={"access_token": token}, json=text, timeout=30)
    assert sent.json()["errcode"] == 0
    assert (tmp_path / ".local/share/wecom-emulator/emulator.sqlite3").exists()


@pytest.mark.slow
def test_nothing_of_the_rest_comes_with_it(installed):
    (packages,) = installed.parent.glob("lib/python*/site-packages")
    names = {path.name for path in packages.iterdir()}
    assert not names & {"openuser", "core", "avatars", "conversations", "scheduling", "celery", "numpy"}
    assert {path.name for path in (packages / "wecom").glob("*.py")} == {"__init__.py", "crypto.py"}


def test_it_has_the_version_of_the_project():
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
