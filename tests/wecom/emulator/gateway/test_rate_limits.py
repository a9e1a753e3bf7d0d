"""Rate limits: 45009 per company and per address until the window ends."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.wecom.emulator.support.clients import Application, Emulator

NUMBERS = itertools.count(1)


@pytest.fixture
def company(emulator: Emulator) -> Iterator[Application]:
    """An application of a company of its own, whose limits are the platform's again afterwards."""
    number = next(NUMBERS)
    of: dict[str, Any] = {"corpid": f"wwrate{number:012}", "agentid": 700_000 + number}
    row = emulator.control("POST", "apps", **of, name="频率", secret=f"rate-secret-{number}")
    for userid in ("one", "two"):
        emulator.control("POST", "members", **of, userid=userid)
    keys = {name: row[name] for name in ("secret", "token", "aes_key")}
    yield Application(emulator=emulator, corp_id=row["corpid"], agent_id=row["agentid"], **keys)
    emulator.control("POST", "reset", what=["limits", "clock"])


def limit(company: Application, **values: int) -> dict[str, int]:
    found = company.control("POST", "limits", **values)["limits"]
    return dict(found)


def ask(company: Application, token: str, userid: str = "one") -> int:
    return int(company.emulator.get("user/get", access_token=token, userid=userid)["errcode"])


def test_the_limits_are_those_of_the_platforms_page(company: Application) -> None:
    found = company.control("GET", "limits")["limits"]
    assert (found["calls_per_minute"], found["calls_per_hour"]) == (10_000, 150_000)
    assert (found["address_per_minute"], found["address_per_hour"]) == (20_000, 600_000)
    assert (found["chat_changes_per_hour"], found["chat_people_per_minute"]) == (1000, 20_000)


def test_an_interface_is_closed_for_a_minute_and_the_others_are_not(company: Application) -> None:
    limit(company, calls_per_minute=3)
    token = company.access_token()
    assert [ask(company, token) for _ in range(5)] == [0, 0, 0, 45009, 45009]
    assert company.emulator.get("department/list", access_token=token)["errcode"] == 0
    company.emulator.control("POST", "clock", advance=61)
    assert ask(company, token) == 0


def test_the_hour_is_counted_beside_the_minute(company: Application) -> None:
    limit(company, calls_per_hour=3)
    token = company.access_token()
    assert [ask(company, token) for _ in range(4)] == [0, 0, 0, 45009]
    company.emulator.control("POST", "clock", advance=600)
    assert ask(company, token) == 45009
    company.emulator.control("POST", "clock", advance=3100)
    assert ask(company, token) == 0


def test_sending_does_not_count(company: Application) -> None:
    limit(company, calls_per_minute=1, calls_per_hour=1)
    assert {company.say("one")["errcode"] for _ in range(4)} == {0}


def test_a_chat_is_changed_so_often_an_hour(company: Application) -> None:
    limit(company, chat_changes_per_hour=2)
    chat = company.post("appchat/create", {"userlist": ["one", "two"]})["chatid"]
    changes = [company.post("appchat/update", {"chatid": chat, "name": str(n)})["errcode"] for n in range(3)]
    assert changes == [0, 0, 45009]
    assert company.emulator.get("appchat/get", access_token=company.access_token(), chatid=chat)["errcode"] == 0
    company.emulator.control("POST", "clock", advance=3601)
    assert company.post("appchat/update", {"chatid": chat, "name": "x"})["errcode"] == 0


def test_so_many_people_are_written_to_in_chats(company: Application) -> None:
    limit(company, chat_people_per_minute=5)
    chat = company.post("appchat/create", {"userlist": ["one", "two"]})["chatid"]
    body = {"chatid": chat, "msgtype": "text", "text": {"content": "x"}}
    assert [company.post("appchat/send", body)["errcode"] for _ in range(3)] == [0, 0, 45009]
    assert len(company.received("one")) == 2


def test_a_limit_that_there_is_not_is_named(company: Application) -> None:
    words = company.control("POST", "limits", expect=400, speed=1)["error"]
    assert "calls_per_minute" in words
