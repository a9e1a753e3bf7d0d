"""Callback XML as the platform writes it, and what of it is refused."""

import pytest

from wecom import messages
from wecom.crypto import CryptoError
from wecom.messages import Event

HEAD = "<ToUserName><![CDATA[ww01]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
TIME = "<CreateTime>1767225600</CreateTime>"
TAIL = "<MsgId>7234567890123456789</MsgId><AgentID>1000002</AgentID>"


def xml(kind: str, inside: str = "", *, sender: str = "zhangsan", time: str = TIME, tail: str = TAIL) -> bytes:
    head = HEAD.format(sender=sender)
    return f"<xml>{head}{time}<MsgType><![CDATA[{kind}]]></MsgType>{inside}{tail}</xml>".encode()


def event(inside: str, **parts: str) -> Event:
    happened = messages.inbound(xml("event", inside, tail="<AgentID>1000002</AgentID>", **parts))
    assert isinstance(happened, Event)
    return happened


def refused(body: bytes) -> None:
    with pytest.raises(CryptoError) as caught:
        messages.inbound(body)
    assert caught.value.code == -40002
