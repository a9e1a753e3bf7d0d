"""The coverage page, and the README that agrees with it."""

import re

import pytest
import requests

from tests.support.paths import ROOT
from tests.wecom.emulator.callbacks.test_documented_events import CHANGES, EVENTS, OF_SYSTEM
from tests.wecom.emulator.support.clients import Application, Emulator

README = (ROOT / "wecom" / "emulator" / "README.md").read_text()
TABLE = [line for line in README.splitlines() if line.startswith("| ")]


@pytest.fixture(scope="session")
def listed(emulator: Emulator) -> dict:
    return dict(requests.get(f"{emulator.url}/emulator/coverage", params={"format": "json"}, timeout=60).json())


def test_every_call_that_is_listed_is_answered_and_asks_for_a_token(emulator: Emulator, listed: dict) -> None:
    assert len(listed["calls"]) > 35
    for path, method in listed["calls"].items():
        answer = requests.request(method, f"{emulator.url}/cgi-bin/{path}", timeout=60).json()
        assert answer["errcode"] == (41002 if path == "gettoken" else 41001), path


def test_what_is_not_listed_is_answered_as_an_unknown_address(application: Application, emulator: Emulator) -> None:
    for path in ("batch/syncuser", "user/authsucc", "export/user", "moon/landing"):
        assert emulator.get(path, access_token=application.access_token())["errcode"] == 40066


def test_every_event_and_message_is_listed(listed: dict) -> None:
    assert set(listed["callbacks"]["events"]) == {*EVENTS, *OF_SYSTEM}
    assert set(listed["callbacks"]["change_contact"]) == set(CHANGES)
    assert {"text", "image", "voice", "video", "location", "link"} == set(listed["callbacks"]["messages"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_everything_that_is_listed(emulator: Emulator, listed: dict, language: str) -> None:
    page = requests.get(f"{emulator.url}/emulator/coverage", params={"lang": language}, timeout=60).text
    chips = set(re.findall("<code>(.*?)</code>", page))
    assert {f"{method} {path}" for path, method in listed["calls"].items()} <= chips
    names = (*listed["messages"]["message/send"], *listed["cards"], *listed["faults"], *listed["callbacks"]["events"])
    assert set(names) <= chips
    assert len(re.findall("<li>", page)) == len(listed["missing"])


def test_the_page_speaks_the_browsers_language(emulator: Emulator) -> None:
    for asked, words in (("en-GB,en;q=0.9", "Not emulated"), ("zh-CN,zh;q=0.9,en;q=0.8", "未模拟")):
        page = requests.get(f"{emulator.url}/emulator/coverage", headers={"Accept-Language": asked}, timeout=60).text
        assert words in page


def test_the_readme_names_every_call_every_fault_and_what_is_missing(listed: dict) -> None:
    for path in listed["calls"]:
        subject, _, word = path.rpartition("/")
        assert any(f"`{path}`" in line or (f"`{subject}/" in line and f"`{word}`" in line) for line in TABLE) or any(
            f"auth/{word}`" in line and f"under `{subject}/`" in line for line in TABLE
        ), path
    assert [name for name in listed["faults"] if f"`{name}`" not in README] == []
    assert [words for words in listed["missing"] if f"- {words}\n" not in README] == []
