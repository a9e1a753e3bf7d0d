"""Callback XML becomes values: every type, nested elements, odd values, and refusals."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wecom.support.callback_xml import event, refused, xml
from wecom import messages
from wecom.messages import (
    ImageMessage,
    LinkMessage,
    LocationMessage,
    Message,
    TextMessage,
    UnknownMessage,
    VideoMessage,
    VoiceMessage,
)


def text(content: str) -> Message:
    message = messages.inbound(xml("text", f"<Content><![CDATA[{content}]]></Content>"))
    assert isinstance(message, Message)
    return message


# The kinds


def test_a_text_is_read():
    message = messages.inbound(xml("text", "<Content><![CDATA[你好 OpenUser]]></Content>"))
    assert message == TextMessage(
        to_user_name="ww01",
        from_user_id="zhangsan",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        agent_id=1000002,
        kind="text",
        message_id="7234567890123456789",
        content="你好 OpenUser",
        tree=messages.Node("another"),
    )


def test_an_image_is_read():
    inside = "<PicUrl><![CDATA[http://p.qpic.cn/a/0?b=1&c=2]]></PicUrl><MediaId><![CDATA[1G6nr]]></MediaId>"
    message = messages.inbound(xml("image", inside))
    assert isinstance(message, ImageMessage)
    assert (message.pic_url, message.media_id, message.content) == ("http://p.qpic.cn/a/0?b=1&c=2", "1G6nr", "")


def test_a_voice_is_read():
    message = messages.inbound(xml("voice", "<MediaId>v1</MediaId><Format>AMR</Format>"))
    assert isinstance(message, VoiceMessage)
    assert (message.media_id, message.format) == ("v1", "amr")


def test_a_video_is_read():
    message = messages.inbound(xml("video", "<MediaId>v1</MediaId><ThumbMediaId>t1</ThumbMediaId>"))
    assert isinstance(message, VideoMessage)
    assert (message.media_id, message.thumb_media_id) == ("v1", "t1")


def test_a_location_is_read():
    inside = "<Location_X>23.134</Location_X><Location_Y>113.358</Location_Y><Scale>20</Scale><Label>广州市</Label>"
    message = messages.inbound(xml("location", inside))
    assert isinstance(message, LocationMessage)
    assert (message.latitude, message.longitude, message.scale, message.label) == (23.134, 113.358, 20, "广州市")


def test_a_link_is_read():
    inside = "<Title>T &amp; t</Title><Description>D</Description><Url>https://a/?b=1</Url><PicUrl>https://p</PicUrl>"
    message = messages.inbound(xml("link", inside.replace("b=1", "b=1&amp;c")))
    assert isinstance(message, LinkMessage)
    assert (message.title, message.description) == ("T & t", "D")
    assert (message.url, message.pic_url) == ("https://a/?b=1&c", "https://p")


@pytest.mark.parametrize("kind", ["file", "shortvideo", "miniprogram", "汉", "x" * 300])
def test_an_unknown_kind_is_a_message_all_the_same(kind):
    message = messages.inbound(xml(kind, "<Odd><Deep>1</Deep></Odd>"))
    assert isinstance(message, UnknownMessage)
    assert (message.kind, message.content, message.get_command()) == (kind, "", "")
    assert message.tree.find("Odd/Deep") == "1"


def test_every_message_has_the_faces_of_the_guide():
    for kind in ("text", "image", "voice", "video", "location", "link", "other"):
        message = messages.inbound(xml(kind))
        assert isinstance(message, Message)
        assert (message.content, message.pic_url) == ("", "")
        assert (message.get_command(), message.get_command_args()) == ("", "")


def test_an_event_is_read():
    inside = (
        "<Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[yes]]></EventKey>"
        "<TaskId><![CDATA[task1]]></TaskId><ResponseCode><![CDATA[code1]]></ResponseCode>"
    )
    happened = event(inside)
    assert (happened.event, happened.event_key) == ("template_card_event", "yes")
    assert (happened.task_id, happened.response_code) == ("task1", "code1")


def test_an_event_without_a_key_has_an_empty_one():
    happened = event("<Event>enter_agent</Event><EventKey></EventKey>")
    assert (happened.event, happened.event_key, happened.task_id) == ("enter_agent", "", "")


@pytest.mark.parametrize(("name", "read"), [("LOCATION", "location"), ("CLICK", "click"), ("View", "view")])
def test_event_names_are_compared_without_case(name, read):
    assert event(f"<Event>{name}</Event>").event == read


def test_repeated_and_nested_elements_stay_in_the_tree():
    happened = event(
        "<Event>template_card_event</Event><SelectedItems>"
        "<SelectedItem><QuestionKey>q1</QuestionKey><OptionIds><OptionId>a</OptionId><OptionId>b</OptionId></OptionIds>"
        "</SelectedItem><SelectedItem><QuestionKey>q2</QuestionKey></SelectedItem></SelectedItems>"
    )
    (selected,) = happened.tree.all("SelectedItems")
    items = selected.all("SelectedItem")
    assert [item.find("QuestionKey") for item in items] == ["q1", "q2"]
    assert [option.text for option in items[0].children[1].all("OptionId")] == ["a", "b"]
    assert happened.tree.find("SelectedItems/SelectedItem/QuestionKey") == "q1"
    assert happened.tree.find("SelectedItems/None/QuestionKey") == ""


def test_values_cannot_be_changed_and_do_not_show_their_tree():
    message = text("你好")
    with pytest.raises(FrozenInstanceError):
        message.content = "other"
    assert "Node" not in repr(message)


# People and numbers


def test_user_ids_are_lower_case():
    assert messages.inbound(xml("text", sender=" ZhangSan ")).from_user_id == "zhangsan"
    assert messages.inbound(xml("event", "<Event>share_agent_change</Event>", sender="sys")).from_user_id == "sys"


def test_a_message_type_is_read_without_case():
    assert isinstance(messages.inbound(xml("TEXT", "<Content>x</Content>")), TextMessage)


@pytest.mark.parametrize("odd", ["", "abc", "-1", "1e9", "9" * 400, "１７６７", "1_000", "0x10", "99999999999", "1.5"])
def test_odd_numbers_become_sensible_ones(odd):
    body = xml(
        "location",
        f"<Location_X>{odd}</Location_X><Location_Y>nan</Location_Y><Scale>{odd}</Scale>",
        time=f"<CreateTime>{odd}</CreateTime>",
        tail=f"<MsgId>{odd}</MsgId><AgentID>{odd}</AgentID>",
    )
    message = messages.inbound(body)
    assert isinstance(message, LocationMessage)
    assert (message.created_at, message.agent_id, message.scale) == (datetime(1970, 1, 1, tzinfo=UTC), 0, 0)
    assert -90 <= message.latitude <= 90
    assert message.longitude == 0
    assert message.message_id == odd


def test_a_callback_without_an_application_has_the_number_0():
    assert messages.inbound(xml("event", "<Event>change_contact</Event>", tail="")).agent_id == 0


def test_text_is_kept_exactly():
    assert text("  two  blanks\n\n and lines \t").content == "  two  blanks\n\n and lines \t"
    assert text("<b>&amp;</b>").content == "<b>&amp;</b>"


def test_control_characters_do_not_lose_a_message():
    assert text("a\x00b\x08c\x1bd\x7fe\ufffef\uffffg").content == "abcd\x7fefg"
    assert text("\U0001f469\u200d\U0001f4bb\u200b").content == "\U0001f469\u200d\U0001f4bb\u200b"


def test_a_control_character_does_not_hide_a_dtd():
    refused(b'<!\x00DOC\x00TYPE xml [<!ENTITY a "b">]>' + xml("text", "<Content>&a;</Content>"))


# Commands


@pytest.mark.parametrize(
    ("said", "command", "rest"),
    [
        ("/video", "/video", ""),
        ("/VIDEO hello", "/video", "hello"),
        ("/video   two  words \n", "/video", "two  words"),
        ("  /help", "/help", ""),
        ("／video 你好", "/video", "你好"),
        ("／ＶＩＤＥＯ　你好", "/video", "你好"),
        ("/video你好", "/video", "你好"),
        ("/video\n第一行\n第二行", "/video", "第一行\n第二行"),
        ("/视频 你好", "/视频", "你好"),
        ("/", "", ""),
        ("/ video", "", ""),
        ("//", "", ""),
        ("", "", ""),
        ("hello /video", "", ""),
        ("1/2", "", ""),
    ],
)
def test_a_command_is_told_from_what_follows(said, command, rest):
    message = text(said)
    assert (message.get_command(), message.get_command_args()) == (command, rest)


# What is refused


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b'{"MsgType": "text"}',
        b"<xml>",
        b"<xml></xml>",
        b"<xml/><xml/>",
        b"<xml><MsgType>text</MsgType></xml>",
        b"<xml><FromUserName>a</FromUserName></xml>",
        b"<xml><MsgType> </MsgType><FromUserName>a</FromUserName></xml>",
        b"<xml><MsgType>text</MsgType><FromUserName>\xff</FromUserName></xml>",
        b"<xml><MsgType>text</MsgType><FromUserName>&unknown;</FromUserName></xml>",
        "<xml><MsgType>text</MsgType><FromUserName>a</FromUserName></xml>".encode("utf-16"),
    ],
)
def test_what_is_no_callback_is_refused(body):
    refused(body)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60).filter(lambda said: "]]>" not in said))
def test_any_text_survives(said):
    kept = text(said).content
    dropped = {*map(chr, range(32)), "\ufffe", "\uffff"} - {"\t", "\n", "\r"}
    lines = said.replace("\r\n", "\n").replace("\r", "\n")  # as XML reads them
    assert kept == "".join(character for character in lines if character not in dropped)
