"""The verification of a callback URL, and its verdict on each fault."""

import json
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from tests.wecom.emulator.support.clients import Application, Listener

NAMES = ("msg_signature", "timestamp", "nonce", "echostr")
WRONG = {
    "token": "AnotherToken",
    "aes_key": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq",
    "corp_id": "ww-of-another-company",
}


def decrypted(application: Application, path: str, **wrong: str) -> bytes:
    """What an application reads in the question, with a key of its form that may be wrong."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    own = {"token": application.token, "aes_key": application.aes_key, "corp_id": application.corp_id, **wrong}
    crypto = WeChatCrypto(own["token"], own["aes_key"], own["corp_id"])
    return bytes(crypto.check_signature(*(query[name] for name in NAMES)).encode())


def test_the_decrypted_text_is_what_is_wanted(application: Application, listener: Listener) -> None:
    listener.on_get = lambda path: (200, decrypted(application, path))
    verdict = application.control("POST", "verify")
    assert (verdict["ok"], verdict["status"], verdict["verdict"]) == (True, 200, "The URL answers as it should.")
    assert 0 < verdict["ms"] < 1000


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_of_the_form_is_told(application: Application, listener: Listener, name: str) -> None:
    wrong: list[type] = []

    def answer(path: str) -> tuple[int, bytes]:
        try:
            return 200, decrypted(application, path, **{name: WRONG[name]})
        except Exception as error:  # noqa: BLE001 (whatever wechatpy makes of such bytes)
            wrong.append(type(error))
            return 403, b""

    listener.on_get = answer
    verdict = application.control("POST", "verify")
    assert (verdict["ok"], len(wrong)) == (False, 1)
    assert "compare Token, EncodingAESKey and the company ID" in verdict["verdict"]


@pytest.mark.parametrize(
    ("around", "words"),
    [
        (lambda text: b'"%b"' % text, "quotes"),
        (lambda text: b"\xef\xbb\xbf" + text, "a byte order mark"),
        (lambda text: text + b"\n", "a newline"),
        (lambda text: json.dumps({"echostr": text.decode()}).encode(), "JSON"),
        (lambda text: b"<html>%b</html>" % text, "a web page"),
        (lambda text: b"echo=%b" % text, "something"),
        (lambda text: text[:-1], "is not the decrypted text"),
        (lambda _: b"", "is empty"),
        (lambda _: b"<!doctype html><title>Login</title>", "another server may stand before"),
    ],
)
def test_what_is_around_the_text_is_named(application: Application, listener: Listener, around, words: str) -> None:
    listener.on_get = lambda path: (200, around(decrypted(application, path)))
    verdict = application.control("POST", "verify")
    assert (verdict["ok"], words in verdict["verdict"]) == (False, True), verdict


@pytest.mark.parametrize(
    ("status", "words"), [(301, "redirects (301)"), (403, "refuses"), (404, "404 instead of 200"), (500, "500 instead")]
)
def test_another_status_is_named(application: Application, listener: Listener, status: int, words: str) -> None:
    def answer(status: int, path: str) -> tuple[int, bytes]:
        return status, decrypted(application, path)

    listener.on_get = partial(answer, status)
    verdict = application.control("POST", "verify")
    assert (verdict["ok"], words in verdict["verdict"]) == (False, True), verdict


def test_an_answer_after_a_second_is_too_late(application: Application, listener: Listener) -> None:
    def late(path: str) -> tuple[int, bytes]:
        listener.pause(1.3)
        return 200, decrypted(application, path)

    listener.on_get = late
    assert "within 1 second" in application.control("POST", "verify")["verdict"]


def test_nobody_who_listens_and_no_address_are_told(application: Application) -> None:
    refused = application.control("POST", "verify", url="http://127.0.0.1:9/")
    assert (refused["ok"], refused["status"]) == (False, None)
    assert "connect" in refused["verdict"]
    application.control("POST", "apps", callback="")
    assert "no callback URL" in application.control("POST", "verify")["verdict"]
