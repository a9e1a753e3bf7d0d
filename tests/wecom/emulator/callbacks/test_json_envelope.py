"""Callbacks as JSON, as in the platform's sample libraries; encrypted and decrypted by wechatpy."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import fromstring

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from tests.wecom.emulator.support.cards import press, send, state
from tests.wecom.emulator.support.clients import Application, Arrival, Emulator, Listener


@pytest.fixture
def application(application: Application) -> Application:
    application.control("POST", "apps", callback_format="json")
    return application


def crypto(application: Application) -> WeChatCrypto:
    return WeChatCrypto(application.token, application.aes_key, application.corp_id)


def opened(application: Application, arrival: Arrival) -> dict[str, Any]:
    query = {name: values[0] for name, values in parse_qs(urlsplit(arrival.path).query).items()}
    outer = json.loads(arrival.body)
    assert (outer["tousername"], outer["agentid"]) == (application.corp_id, str(application.agent_id))
    keys = query["msg_signature"], query["timestamp"], query["nonce"]
    return dict(json.loads(crypto(application).check_signature(*keys, outer["encrypt"])))


def will_answer(application: Application, listener: Listener, member: str, **reply: Any) -> None:
    """The reply that the application gives to the next callback."""
    whole = {"ToUserName": member, "FromUserName": application.corp_id, "CreateTime": 1348831860, **reply}
    sealed = fromstring(crypto(application).encrypt_message(json.dumps(whole), "nonce", "1700000000"))
    outer = {child.tag.lower(): child.text for child in sealed}
    listener.will_answer(200, json.dumps({**outer, "timestamp": 1700000000}).encode())


def test_a_text_has_the_names_and_the_numbers_of_xml(application: Application, listener: Listener, member: str) -> None:
    application.control("POST", "send", member=member, text='你好 "{}" <b>', wait=10)
    message = opened(application, listener.next())
    assert (message["FromUserName"], message["MsgType"], message["Content"]) == (member, "text", '你好 "{}" <b>')
    assert message["AgentID"] == application.agent_id
    assert message["MsgId"] > 2**62


def test_nested_elements_are_objects_and_repeated_ones_lists(
    application: Application, listener: Listener, member: str
) -> None:
    items = [{"PicMd5Sum": "a"}, {"PicMd5Sum": "b"}]
    fields = {"SendPicsInfo": {"Count": 2, "PicList": {"item": items}}}
    application.control("POST", "event", member=member, event="pic_weixin", fields=fields)
    assert opened(application, listener.next())["SendPicsInfo"] == {"Count": 2, "PicList": {"item": items}}


def test_a_reply_in_json_is_delivered_and_one_in_xml_is_none(
    application: Application, listener: Listener, member: str
) -> None:
    articles = [{"Title": str(n), "Description": "", "PicUrl": "", "Url": "https://example.com"} for n in (1, 2)]
    for reply in (
        {"MsgType": "text", "Content": "答"},
        {"MsgType": "news", "ArticleCount": 2, "Articles": {"item": articles}},
    ):
        will_answer(application, listener, member, **reply)
        application.control("POST", "send", member=member, text="问", wait=10)
    text, news = application.received(member)
    assert text["content"]["content"] == "答"
    assert [article["title"] for article in news["content"]["articles"]] == ["1", "2"]
    plain = f"<xml><ToUserName>{member}</ToUserName><MsgType>text</MsgType><Content>x</Content></xml>"
    listener.will_answer(200, crypto(application).encrypt_message(plain, "nonce", "1700000000").encode())
    application.control("POST", "send", member=member, text="问", wait=10)
    assert len(application.received(member)) == 2


def test_a_card_is_changed_by_a_reply_in_json(application: Application, listener: Listener, member: str) -> None:
    send(application, member)
    will_answer(application, listener, member, MsgType="update_button", Button={"ReplaceName": "好"})
    press(application, member, wait=10)
    assert state(application, member)["replaced"] == "好"
    assert opened(application, listener.next())["EventKey"] == "hd"


def test_a_broken_reply_is_ignored(application: Application, listener: Listener, member: str) -> None:
    listener.will_answer(200, b'{"encrypt": ')
    done = application.control("POST", "send", member=member, text="x", wait=10)
    assert (done["callback"]["status"], application.received(member)) == ("delivered", [])


def test_another_format_is_refused(application: Application, emulator: Emulator) -> None:
    refused = emulator.control("POST", "apps", expect=400, agentid=application.agent_id, callback_format="yaml")
    assert "xml or json" in refused["error"]
