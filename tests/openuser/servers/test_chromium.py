"""The browser of the tests is found, or its absence told."""

import pytest

from openuser.servers import chromium
from openuser.servers.server_processes import ServiceError


def test_the_browser_is_found_or_asked_for_by_name():
    assert chromium.find() is None or chromium.find_or_install() == chromium.find()
    assert "apt-get install chromium-headless-shell fonts-noto-cjk" in chromium.MISSING


def test_the_browser_without_windows_is_taken_where_there_is_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))  # on which there is no apt-get either
    with pytest.raises(ServiceError, match="Chromium is missing"):
        chromium.install()
    for name in ("chromium", "chromium-headless-shell"):
        program = tmp_path / name
        program.touch(mode=0o755)
        assert chromium.install() == chromium.find_or_install() == program
