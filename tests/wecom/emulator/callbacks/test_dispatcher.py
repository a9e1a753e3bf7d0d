"""Callbacks: encrypted, signed, repeated, in order; read with an independent library."""

import os
import subprocess
import sys
import threading
import time
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import ParseError

import pytest
import requests
from defusedxml.ElementTree import fromstring
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.enterprise.exceptions import InvalidCorpIdException
from wechatpy.exceptions import InvalidSignatureException

from tests.support.paths import ROOT
from tests.wecom.emulator.support.callbacks import decrypt, plain
from tests.wecom.emulator.support.clients import Application, Emulator, Listener
from tests.wecom.emulator.support.media_samples import AMR, MP4, PNG


def test_what_a_member_writes_arrives_encrypted(application: Application, listener: Listener, member: str) -> None:
    text = "你好 <b>&]]> 😀\nzwei"
    answer = application.control("POST", "send", member=member, text=text, wait=10)
    assert answer["callback"]["status"] == "delivered"
    message = decrypt(application, listener.next())
    assert message["Content"] == text
    assert (message["FromUserName"], message["ToUserName"], message["MsgType"]) == (member, application.corp_id, "text")
    assert message["AgentID"] == str(application.agent_id)
    assert int(message["MsgId"]) > 2**62
    assert abs(int(message["CreateTime"]) - time.time()) < 10


@pytest.mark.parametrize(
    ("kind", "data", "fields"),
    [
        ("image", PNG, {"PicUrl", "MediaId"}),
        ("voice", AMR, {"MediaId", "Format"}),
        ("video", MP4, {"MediaId", "ThumbMediaId"}),
    ],
)
def test_members_send_media(
    application: Application, listener: Listener, member: str, kind: str, data: bytes, fields: set[str]
) -> None:
    form = {"member": member, "type": kind, "agentid": str(application.agent_id)}
    url = f"{application.emulator.url}/emulator/api/send"
    answer = requests.post(url, data=form, files={"media": ("x", data)}, timeout=60)
    assert answer.status_code == 200, answer.text
    message = decrypt(application, listener.next())
    assert fields <= set(message)
    query = {"access_token": application.access_token(), "media_id": message["MediaId"]}
    assert requests.get(f"{application.emulator.url}/cgi-bin/media/get", params=query, timeout=60).content == data
    if kind == "image":
        assert requests.get(message["PicUrl"], timeout=60).content == data


def test_members_send_places_and_links(application: Application, listener: Listener, member: str) -> None:
    application.control("POST", "send", member=member, type="location", latitude=23.1, longitude=113.3, label="广州")
    place = decrypt(application, listener.next())
    assert (place["Location_X"], place["Label"], place["AppType"]) == ("23.1", "广州", "wxwork")
    application.control("POST", "send", member=member, type="link", title="题", url="https://example.com")
    assert decrypt(application, listener.next())["Title"] == "题"


def test_a_refused_callback_is_sent_again_as_it_was(application: Application, listener: Listener, member: str) -> None:
    for _ in range(2):
        listener.will_answer(500)
    answer = application.control("POST", "send", member=member, text="x", wait=10)
    arrivals = [listener.next() for _ in range(3)]
    assert len({(arrival.path, arrival.body) for arrival in arrivals}) == 1
    assert [attempt["status"] for attempt in answer["callback"]["attempts"]] == [500, 500, 200]
    assert answer["callback"]["status"] == "delivered"


def test_a_late_answer_counts_as_none(application: Application, listener: Listener, member: str) -> None:
    listener.will_answer(200, after=1.5)
    answer = application.control("POST", "send", member=member, text="x", wait=10)
    first, second = answer["callback"]["attempts"]
    assert (first["status"], first["error"]) == (None, "ReadTimeout")
    assert second["status"] == 200


def test_after_three_retries_a_callback_is_given_up(application: Application, listener: Listener, member: str) -> None:
    for _ in range(5):
        listener.will_answer(503, b"busy")
    answer = application.control("POST", "send", member=member, text="x", wait=10)
    assert answer["callback"]["status"] == "failed"
    assert [attempt["answer"] for attempt in answer["callback"]["attempts"]] == ["busy"] * 4


def test_one_persons_messages_keep_their_order_while_others_pass(
    application: Application, listener: Listener, member: str
) -> None:
    listener.will_answer(500)
    for text in ("one", "two", "three"):
        application.control("POST", "send", member=member, text=text)
    application.control("GET", "callbacks", member=member)
    texts = [decrypt(application, listener.next())["Content"] for _ in range(4)]
    assert texts == ["one", "one", "two", "three"]


def test_a_callback_can_be_delivered_several_times_at_once(
    application: Application, listener: Listener, member: str
) -> None:
    together = threading.Barrier(4, timeout=5)
    for _ in range(4):
        listener.answers.put(lambda: (together.wait(), (200, b""))[1])
    answer = application.control("POST", "send", member=member, text="x", copies=4, wait=10)
    assert [attempt["status"] for attempt in answer["callback"]["attempts"]] == [200] * 4
    assert len({listener.next().body for _ in range(4)}) == 1


def test_a_delayed_callback_is_overtaken(application: Application, listener: Listener, member: str) -> None:
    application.control("POST", "send", member=member, text="late", delay=0.4)
    application.control("POST", "send", member=member, text="early")
    assert [decrypt(application, listener.next())["Content"] for _ in range(2)] == ["early", "late"]


def test_clocks_can_be_wrong(application: Application, listener: Listener, member: str) -> None:
    application.control("POST", "send", member=member, text="x", skew=3600, age=7 * 3600)
    arrival = listener.next()
    outer = int(parse_qs(urlsplit(arrival.path).query)["timestamp"][0])
    assert abs(outer - time.time() - 3600) < 10
    assert abs(int(decrypt(application, arrival)["CreateTime"]) - time.time() + 7 * 3600) < 10


def test_keys_and_signatures_can_be_wrong(application: Application, listener: Listener, member: str) -> None:
    wrong = {"signature": InvalidSignatureException, "corp": InvalidCorpIdException}
    for tamper, error in wrong.items():
        application.control("POST", "send", member=member, text="x", tamper=tamper)
        with pytest.raises(error):
            decrypt(application, listener.next())
    application.control("POST", "send", member=member, text="x", tamper="key")
    with pytest.raises(Exception, match=r".+"):
        decrypt(application, listener.next())


def test_a_callback_can_be_replayed(application: Application, listener: Listener, member: str) -> None:
    number = application.control("POST", "send", member=member, text="x", wait=10)["callback"]["id"]
    first = listener.next()
    application.control("POST", f"callbacks/{number}/replay", wait=10)
    again = listener.next()
    assert (again.path, again.body) == (first.path, first.body)


def sealed(application: Application, member: str) -> bytes:
    """An encrypted answer that says 收到."""
    reply = (
        f"<xml><ToUserName><![CDATA[{member}]]></ToUserName><FromUserName><![CDATA[{application.corp_id}]]></FromUserName>"
        "<CreateTime>1</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>"
    )
    crypto = WeChatCrypto(application.token, application.aes_key, application.corp_id)
    return bytes(crypto.encrypt_message(reply, "nonce", "1700000000").encode())


def test_an_encrypted_answer_is_a_message(application: Application, listener: Listener, member: str) -> None:
    listener.will_answer(200, sealed(application, member))
    application.control("POST", "send", member=member, text="x", wait=10)
    (entry,) = application.received(member)
    assert entry["content"] == {"content": "收到"}


def test_only_the_first_answer_is_a_message(application: Application, listener: Listener, member: str) -> None:
    for _ in range(3):
        listener.will_answer(200, sealed(application, member))
    application.control("POST", "send", member=member, text="x", copies=3, wait=10)
    assert len(application.received(member)) == 1


def test_other_answers_are_no_messages(application: Application, listener: Listener, member: str) -> None:
    for body in (b"success", b"<html></html>", b"<xml><Encrypt>x</Encrypt></xml>", b"<xml"):
        listener.will_answer(200, body)
        answer = application.control("POST", "send", member=member, text="x", wait=10)
        assert answer["callback"]["status"] == "delivered"
    assert application.received(member) == []


def test_leaving_and_joining_are_events(
    application: Application, listener: Listener, emulator: Emulator, member: str
) -> None:
    emulator.control("PATCH", f"members/{member}", left=True)
    assert decrypt(application, listener.next())["Event"] == "unsubscribe"
    emulator.control("PATCH", f"members/{member}", left=False)
    assert decrypt(application, listener.next())["Event"] == "subscribe"


def test_half_a_body_can_be_sent(application: Application, listener: Listener, member: str) -> None:
    application.control("POST", "send", member=member, text="x", tamper="body")
    with pytest.raises(ParseError):
        fromstring(listener.next().body)


def test_every_delivery_is_logged_with_request_response_and_duration(
    application: Application, listener: Listener, member: str
) -> None:
    listener.will_answer(500, b"sorry", after=0.1)
    application.control("POST", "send", member=member, text="x", wait=10)
    arrival = listener.next()
    (row,) = application.control("GET", "callbacks", member=member)["callbacks"]
    assert (arrival.path.partition("?")[2], arrival.body.decode()) == (row["query"], row["body"])
    assert row["xml"] == plain(application, arrival)
    first, second = row["attempts"]
    assert (first["number"], first["status"], first["answer"]) == (1, 500, "sorry")
    assert first["ms"] >= 100
    assert (second["number"], second["status"], second["answer"]) == (2, 200, "")
    assert second["at"] >= first["at"] + 0.1


def test_each_application_has_its_own_deliveries(
    emulator: Emulator, application: Application, listener: Listener, member: str
) -> None:
    other = emulator.control("POST", "apps", agentid=application.agent_id + 500_000, callback="http://127.0.0.1:9/")
    to_other = emulator.control("POST", "send", agentid=other["agentid"], member=member, text="x")
    answer = application.control("POST", "send", member=member, text="y", wait=10)
    assert answer["callback"]["status"] == "delivered"  # while the other's is still tried again
    given_up = emulator.control("POST", "send", agentid=other["agentid"], member=member, text="z", wait=20)["callback"]
    assert (given_up["status"], len(given_up["attempts"])) == ("failed", 4)
    assert {attempt["status"] for attempt in given_up["attempts"]} == {None}
    rows = application.control("GET", "callbacks", member=member)["callbacks"]
    assert to_other["callback"]["id"] not in {row["id"] for row in rows}


def test_the_deadline_and_the_retries_are_the_platforms_unless_they_are_changed() -> None:
    code = "from wecom.emulator.settings import EMULATOR as e; rules = e['RULES']; "
    code += "print(rules['callback_deadline'], rules['callback_retries'])"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EMULATOR_")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=kept, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["5.0", "3"]
