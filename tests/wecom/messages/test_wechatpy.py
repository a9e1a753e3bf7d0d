"""wechatpy reads the same XML, field by field, in its samples' shapes and the emulator's."""

import re

import pytest
from wechatpy.enterprise import parse_message
from wechatpy.enterprise.events import EVENT_TYPES

from tests.wecom.support.event_samples import EVENTS, event_body
from wecom import messages
from wecom.messages import Inbound, Message
from wecom.messages.events import Event, JobEvent, LocationEvent, PictureEvent, PlaceEvent, ScanEvent

HEAD = "<ToUserName><![CDATA[toUser]]></ToUserName><FromUserName><![CDATA[fromuser]]></FromUserName>"
MESSAGES = {
    "text": "<Content><![CDATA[this is a test\n第二行 [微笑] <b>&]]></Content>",
    "image": "<PicUrl><![CDATA[http://p.example/a?b=1&c=2]]></PicUrl><MediaId><![CDATA[media_id]]></MediaId>",
    "voice": "<MediaId><![CDATA[media_id]]></MediaId><Format><![CDATA[amr]]></Format><Recognition>你好</Recognition>",
    "video": "<MediaId><![CDATA[media_id]]></MediaId><ThumbMediaId><![CDATA[thumb]]></ThumbMediaId>",
    "location": "<Location_X>23.134521</Location_X><Location_Y>113.358803</Location_Y><Scale>20</Scale>"
    "<Label><![CDATA[位置信息]]></Label>",
    "link": "<Title><![CDATA[题]]></Title><Description><![CDATA[描述]]></Description><Url><![CDATA[url]]></Url>"
    "<PicUrl><![CDATA[picurl]]></PicUrl>",
    "notsure": "<Odd>1</Odd>",
}
# Our name and theirs; theirs are text where ours are numbers.
FIELDS = {
    "text": {"content": "content"},
    "image": {"media_id": "media_id", "pic_url": "image"},
    "voice": {"media_id": "media_id", "format": "format", "recognition": "recognition"},
    "video": {"media_id": "media_id", "thumb_media_id": "thumb_media_id"},
    "location": {"latitude": "location_x", "longitude": "location_y", "scale": "scale", "label": "label"},
    "link": {"title": "title", "description": "description", "url": "url", "pic_url": "pic_url"},
    "notsure": {},
}
KNOWN = sorted(name for name in EVENTS if name.lower() in EVENT_TYPES)


def indented(xml: str) -> str:
    """As its samples are printed: each element on a line of its own, blanks around."""
    return "\n    " + re.sub(r"(?<=>)(?=<(?!!|/))|(?<=>)(?=</xml>)", "\n        ", xml) + "\n"


def message_xml(kind: str) -> str:
    return (
        f"<xml>{HEAD}<CreateTime>1348831860</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{MESSAGES[kind]}"
        "<MsgId>1234567890123456</MsgId><AgentID>1</AgentID></xml>"
    )


def read_both(xml: str, *, pretty: bool) -> tuple[Inbound, object]:
    text = indented(xml).strip() if pretty else xml
    ours, theirs = messages.inbound(text.encode()), parse_message(text)
    assert (ours.from_user_id, ours.to_user_name) == (theirs.source, theirs.target)
    assert int(ours.created_at.timestamp()) == theirs.time
    assert ours.created_at == theirs.create_time
    return ours, theirs


def same(ours: object, theirs: object) -> bool:
    return str(ours) == str(theirs) or float(str(ours)) == float(str(theirs))


@pytest.mark.parametrize("pretty", [False, True])
@pytest.mark.parametrize("kind", MESSAGES)
def test_wechatpy_reads_the_same_of_a_message(kind, pretty):
    ours, theirs = read_both(message_xml(kind), pretty=pretty)
    assert isinstance(ours, Message)
    assert int(ours.message_id) == theirs.id
    for name, peer in FIELDS[kind].items():
        assert same(getattr(ours, name), getattr(theirs, peer)), name
    if kind != "notsure":
        assert (ours.kind, ours.agent_id) == (theirs.type, theirs.agent)


def check_event(ours: Inbound, theirs) -> None:
    assert isinstance(ours, Event)
    assert ours.event == theirs.event.lower()
    if hasattr(theirs, "key"):
        assert ours.event_key == (theirs.key or "")
    if ours.event == "view":
        assert ours.event_key == (theirs.url or "")
    if isinstance(ours, LocationEvent):
        assert (ours.latitude, ours.longitude, ours.precision) == (theirs.latitude, theirs.longitude, theirs.precision)
    if isinstance(ours, ScanEvent):
        # Its parser strips what was scanned.
        assert (ours.scan_type, ours.scan_result.strip()) == (theirs.scan_type, theirs.scan_result)
    if isinstance(ours, PictureEvent):
        assert ours.count == int(theirs.count)
        assert list(ours.md5_sums) == [picture["PicMd5Sum"] for picture in theirs.pictures]
    if isinstance(ours, PlaceEvent):
        assert same(ours.latitude, theirs.location_x)
        assert same(ours.longitude, theirs.location_y)
        assert same(ours.scale, theirs.scale)
        assert (ours.label, ours.name or None) == (theirs.label, theirs.poiname)
    if isinstance(ours, JobEvent):
        assert (ours.job_id, ours.job_type) == (theirs.job_id, theirs.job_type)
        assert (str(ours.error_code), ours.error_message) == (theirs.err_code, theirs.err_msg)


@pytest.mark.parametrize("pretty", [False, True])
@pytest.mark.parametrize("name", KNOWN)
def test_wechatpy_reads_the_same_of_an_event(name, pretty):
    check_event(*read_both(event_body(name, EVENTS[name][0]).decode(), pretty=pretty))


@pytest.mark.parametrize("name", KNOWN)
def test_wechatpy_reads_what_the_emulator_sends_as_we_do(emulator, person, name):
    pictures = {"Count": 2, "PicList": {"item": [{"PicMd5Sum": "a"}, {"PicMd5Sum": "b"}]}}
    fields = {"SendPicsInfo": pictures} if "pic" in name else {}
    ask = {"event": name, "member": person.user_id, "fields": fields}
    check_event(*read_both(emulator.api("POST", "event", json=ask)["callback"]["xml"], pretty=False))


def test_wechatpy_knows_thirteen_of_our_events():
    assert len(KNOWN) == 13
    assert len(EVENTS) > 2 * len(KNOWN)
