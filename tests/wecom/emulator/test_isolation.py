"""The emulator stands alone: no import of the project reaches it, and other software can use it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.support.emulator import free_port, wait_for
from tests.support.paths import ROOT

NAME = re.compile(r"wecom[./]emulator")
# The command that starts it, the check that refuses it, the watch that restarts it, the page of its settings.
MAY_NAME_IT = {
    "openuser/management/commands/emulator.py",
    "wecom/checks.py",
    "openuser/management/commands/up.py",
    "openuser/management/settings_reference.py",
}


def test_nothing_but_tests_and_settings_refers_to_it() -> None:
    named = set()
    for folder in ("openuser", "wecom", "avatars", "conversations", "scheduling", "core"):
        for file in (ROOT / folder).rglob("*.py"):
            path = file.relative_to(ROOT).as_posix()
            if not path.startswith(("wecom/emulator/", "openuser/settings/")) and NAME.search(file.read_text()):
                named.add(path)
    assert named == MAY_NAME_IT


@pytest.mark.parametrize("name", ["base", "embedded", "production", "test"])
def test_no_settings_but_its_own_install_it(name: str) -> None:
    text = (ROOT / "openuser" / "settings" / f"{name}.py").read_text()
    assert not NAME.search(text)


def test_the_bot_of_the_readme_answers(tmp_path: Path) -> None:
    """From an empty folder, with nothing of this project but the emulator, which has made-up keys of its own."""
    readme = (ROOT / "wecom" / "emulator" / "README.md").read_text()
    program, port = readme.split("```python\n")[1].split("```")[0], free_port()
    (tmp_path / "bot.py").write_text(program.replace("8000", str(port)))
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("EMULATOR_", "DJANGO_", "PYTHON"))
    }
    env = {**kept, "EMULATOR_DATABASE": str(tmp_path / "emulator.sqlite3"), "OPENUSER_BOOTSTRAP": "off"}
    start = [sys.executable, str(ROOT / "manage.py"), "emulator", "--port", "0"]
    start += ["--callback", f"http://127.0.0.1:{port}/"]
    with (
        subprocess.Popen([sys.executable, "bot.py"], cwd=tmp_path, env=kept, stderr=subprocess.DEVNULL) as bot,
        subprocess.Popen(start, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as emulator,
    ):
        try:
            assert emulator.stdout is not None
            word, address = emulator.stdout.readline().split()
            assert word == "READY"
            wait_for(lambda: _status(f"http://127.0.0.1:{port}/") == 501, "the bot")  # it knows no GET
            said = {"member": "zhangsan", "text": "hi there", "wait": 20}
            assert (
                requests.post(f"{address}api/send", json=said, timeout=30).json()["callback"]["status"] == "delivered"
            )
            (entry,) = requests.get(f"{address}api/ledger", params={"member": "zhangsan"}, timeout=60).json()["entries"]
            assert entry["content"] == {"content": "You said: hi there"}
        finally:
            for process in (bot, emulator):
                process.send_signal(signal.SIGTERM)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix in {".py", ".sqlite3"}) == [
        "bot.py",
        "emulator.sqlite3",
    ]


def _status(url: str) -> int:
    try:
        return requests.get(url, timeout=5).status_code
    except requests.RequestException:
        return 0
