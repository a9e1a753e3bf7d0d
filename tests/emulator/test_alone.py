"""The emulator stands alone: nothing of the project refers to it, and other software can be developed against it."""

import re

import pytest

from tests.emulator.conftest import ROOT

pytestmark = pytest.mark.once
NAME = re.compile(r"wecom[./]emulator")
# The command that starts it, the check that refuses it, the watch that restarts it.
MAY_NAME_IT = {
    "openuser/management/commands/emulator.py",
    "wecom/checks.py",
    "openuser/management/commands/up.py",
}


def test_nothing_but_tests_and_settings_refers_to_it() -> None:
    named = set()
    for folder in ("openuser", "wecom", "avatars", "conversations", "scheduling"):
        for file in (ROOT / folder).rglob("*.py"):
            path = file.relative_to(ROOT).as_posix()
            if not path.startswith(("wecom/emulator/", "openuser/settings/")) and NAME.search(file.read_text()):
                named.add(path)
    assert named == MAY_NAME_IT


@pytest.mark.parametrize("name", ["base", "embedded", "production", "test"])
def test_no_settings_but_its_own_install_it(name: str) -> None:
    text = (ROOT / "openuser" / "settings" / f"{name}.py").read_text()
    assert not NAME.search(text)
