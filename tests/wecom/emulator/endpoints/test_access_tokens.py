"""gettoken, and the scope of tokens."""

import pytest

from tests.wecom.emulator.support.clients import Application, Emulator


def test_a_token_stays_the_same_while_it_is_valid(application: Application) -> None:
    assert application.access_token() == application.access_token()


@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("invented", 40014)])
def test_a_call_without_a_valid_token_is_refused(emulator: Emulator, token: str, errcode: int) -> None:
    assert emulator.get("user/get", userid="zhangsan", access_token=token)["errcode"] == errcode


def test_a_token_expires_after_two_hours(application: Application, emulator: Emulator, clean_clock: None) -> None:
    token = application.access_token()
    emulator.control("POST", "clock", offset=7201)
    assert emulator.get("getcallbackip", access_token=token)["errcode"] == 42001
    assert emulator.get("getcallbackip", access_token=application.access_token())["errcode"] == 0


def test_a_token_can_be_revoked_and_expired_early(application: Application, emulator: Emulator) -> None:
    token = application.access_token()
    application.control("DELETE", "tokens", expired=True)
    assert emulator.get("getcallbackip", access_token=token)["errcode"] == 42001
    token = application.access_token()
    application.control("DELETE", "tokens")
    assert emulator.get("getcallbackip", access_token=token)["errcode"] == 40014


@pytest.mark.parametrize(
    ("query", "errcode"),
    [
        ({}, 41002),
        ({"corpid": "ww0123456789abcdef"}, 41004),
        ({"corpid": "wwunknown", "corpsecret": "x"}, 40013),
    ],
)
def test_gettoken_names_what_is_missing(emulator: Emulator, query: dict, errcode: int) -> None:
    assert emulator.get("gettoken", **query)["errcode"] == errcode


def test_repeated_wrong_secrets_block_the_caller_for_an_hour(emulator: Emulator, clean_clock: None) -> None:
    app = emulator.control("POST", "apps", corpid="wwblocked", agentid=5)
    wrong = {"corpid": "wwblocked", "corpsecret": "wrong"}
    assert [emulator.get("gettoken", **wrong)["errcode"] for _ in range(6)] == [40001] * 5 + [45009]
    right = {"corpid": "wwblocked", "corpsecret": app["secret"]}
    assert emulator.get("gettoken", **right)["errcode"] == 45009
    emulator.control("POST", "clock", offset=3601)
    assert emulator.get("gettoken", **right)["errcode"] == 0


def test_calls_are_listed_and_counted(application: Application, emulator: Emulator) -> None:
    before = emulator.control("GET", "calls")["counts"].get("gettoken", 0)
    application.access_token()
    answer = emulator.control("GET", "calls")
    assert answer["counts"]["gettoken"] == before + 1
    last = answer["calls"][-1]
    assert (last["path"], last["errcode"], last["status"]) == ("gettoken", 0, 200)
    assert len(last["digest"]) == 64


def test_an_unknown_path_is_answered_with_an_errcode(application: Application, emulator: Emulator) -> None:
    assert emulator.get("no/such/thing", access_token=application.access_token())["errcode"] == 40066


def test_a_call_that_is_not_emulated_is_named(application: Application, emulator: Emulator) -> None:
    answer = emulator.get("batch/syncuser", access_token=application.access_token())
    assert "the emulator does not have batch/syncuser" in answer["errmsg"]
    last = emulator.control("GET", "calls", path="batch/syncuser")["calls"][-1]
    assert (last["errcode"], "does not have batch/syncuser" in last["answer"]) == (40066, True)


def test_the_wrong_method_is_named(application: Application, emulator: Emulator) -> None:
    assert emulator.get("message/send", access_token=application.access_token())["errcode"] == 43002
