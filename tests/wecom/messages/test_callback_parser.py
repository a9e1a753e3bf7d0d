"""Callback XML becomes values: every type, nested elements, odd values, refusals, and identities."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wecom import messages
from wecom.crypto import CryptoError
from wecom.messages import (
    Event,
    ImageMessage,
    LinkMessage,
    LocationMessage,
    Message,
    TextMessage,
    UnknownMessage,
    VideoMessage,
    VoiceMessage,
    callback_parser,
    xml_tree,
)

HEAD = "<ToUserName><![CDATA[ww01]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
TIME = "<CreateTime>1767225600</CreateTime>"
TAIL = "<MsgId>7234567890123456789</MsgId><AgentID>1000002</AgentID>"


def xml(kind: str, inside: str = "", *, sender: str = "zhangsan", time: str = TIME, tail: str = TAIL) -> bytes:
    head = HEAD.format(sender=sender)
    return f"<xml>{head}{time}<MsgType><![CDATA[{kind}]]></MsgType>{inside}{tail}</xml>".encode()


def text(content: str) -> Message:
    message = messages.inbound(xml("text", f"<Content><![CDATA[{content}]]></Content>"))
    assert isinstance(message, Message)
    return message


def event(inside: str, **parts: str) -> Event:
    happened = messages.inbound(xml("event", inside, tail="<AgentID>1000002</AgentID>", **parts))
    assert isinstance(happened, Event)
    return happened


def refused(body: bytes) -> None:
    with pytest.raises(CryptoError) as caught:
        messages.inbound(body)
    assert caught.value.code == -40002


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


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;&b;</x>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "declared",
    [
        "<!DOCTYPE xml>",
        BOMB,
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///x">]>',
    ],
)
@pytest.mark.parametrize(
    "prologue", ["", '<?xml version="1.0" encoding="UTF-16"?>', '<?xml version="1.0"?><!-- c -->\n']
)
def test_a_document_type_is_refused_in_every_encoding(prologue, declared, encoding):
    body = (prologue + declared + "<xml><Encrypt>a</Encrypt></xml>").encode(encoding)
    with pytest.raises(CryptoError) as caught:
        messages.envelope(body)
    assert caught.value.code == -40002


@pytest.mark.parametrize("name", ["gbk", "utf-7", "rot13", "nonsense", "UTF-8"])
def test_the_declared_encoding_is_not_believed(name):
    body = f'<?xml version="1.0" encoding="{name}"?><xml><Encrypt>汉</Encrypt></xml>'.encode()
    assert messages.envelope(body).encrypted == "汉"


def test_too_many_elements_are_refused():
    assert xml_tree.parse(b"<x>" + b"<a/>" * 1999 + b"</x>").children[-1].tag == "a"
    refused(b"<x>" + b"<a/>" * 2000 + b"</x>")


def test_too_deep_a_tree_is_refused():
    assert len(list(xml_tree.parse(b"<a>" * 32 + b"</a>" * 32).walk())) == 32
    refused(b"<a>" * 33 + b"</a>" * 33)
    refused(b"<a>" * 20000)


# The envelope


def test_an_envelope_is_read():
    body = (
        b"<xml><ToUserName><![CDATA[ww01]]></ToUserName><Encrypt><![CDATA[abc=]]></Encrypt><AgentID>218</AgentID></xml>"
    )
    found = messages.envelope(body)
    assert (found.to_user_name, found.agent_id, found.encrypted) == ("ww01", "218", "abc=")


def test_an_envelope_need_not_name_an_application():
    assert messages.envelope(b"<xml>\n <Encrypt>\n abc= </Encrypt></xml>") == messages.Envelope(
        to_user_name="", agent_id="", encrypted="abc="
    )


@pytest.mark.parametrize(
    "body",
    [
        b"<xml></xml>",
        b"<xml><Encrypt></Encrypt></xml>",
        b"<xml><Encrypt> </Encrypt></xml>",
        b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
        b"<xml><Encrypt>a<b/></Encrypt></xml>",
        b"<xml><Deep><Encrypt>a</Encrypt></Deep></xml>",
        b"<xml><encrypt>a</encrypt></xml>",
        b"<xml><Encrypt>a</Encrypt>",
        b"<Encrypt>a</Encrypt>",
        b'{"encrypt": "a"}',
        b"<xml><Encrypt>a\x00</Encrypt></xml>",
    ],
)
def test_an_envelope_without_exactly_one_ciphertext_is_refused(body):
    with pytest.raises(CryptoError) as caught:
        messages.envelope(body)
    assert caught.value.code == -40002


OUTER = (
    "<xml>", "</xml>", "<ToUserName><![CDATA[ww01]]></ToUserName>", "<ToUserName><![CDATA[w&<]]></ToUserName>",
    "<Encrypt><![CDATA[abc=]]></Encrypt>", "<Encrypt><![CDATA[a\r\nb]]></Encrypt>",
    "<Encrypt><![CDATA[ a ]]></Encrypt>", "<Encrypt><![CDATA[汉]]></Encrypt>",
    "<AgentID><![CDATA[218]]></AgentID>", "<AgentID><![CDATA[]]></AgentID>",
    "<agentid><![CDATA[9]]></agentid>", " ", "\x00", "<!DOCTYPE xml>",
)  # fmt: skip


@given(st.lists(st.sampled_from(OUTER), max_size=6).map(lambda pieces: ["<xml>", *pieces, "</xml>"]))
@example(["<xml>", OUTER[2], OUTER[4], OUTER[8], "</xml>"])
@example(["<xml>", OUTER[2], OUTER[8], OUTER[4], "</xml>"])
@example(["<xml>", OUTER[2], OUTER[8], OUTER[4], OUTER[9], "</xml>"])
def test_the_quick_way_to_read_an_envelope_says_what_the_parser_says(pieces):
    body = "".join(pieces).encode()
    found = callback_parser._usual_envelope(body)
    assert found is None or found == callback_parser._any_envelope(body)


def test_what_the_platform_writes_goes_the_quick_way():
    for pieces in ((2, 4, 8), (2, 8, 4), (2, 4)):
        body = "".join(["<xml>", *(OUTER[number] for number in pieces), "</xml>"]).encode()
        assert callback_parser._usual_envelope(body) == callback_parser._any_envelope(body)


# Identities


def identity(body: bytes) -> str:
    return messages.identity(messages.inbound(body))


def test_a_repeat_has_the_same_identity_however_it_is_written():
    first = xml("text", "<Content>a</Content>")
    plain = first.replace(b"<![CDATA[", b"").replace(b"]]>", b"")
    assert identity(first) == identity(first) == identity(plain)
    assert len(identity(first)) == 64


def test_the_same_message_id_of_two_people_is_two_messages():
    assert identity(xml("text", sender="a")) != identity(xml("text", sender="b"))
    assert identity(xml("text", sender="A")) == identity(xml("text", sender="a"))


EVENTS = [
    "<Event>enter_agent</Event>",
    "<Event>subscribe</Event>",
    "<Event>click</Event>",
    "<Event>click</Event><EventKey>a</EventKey>",
    "<Event>click</Event><EventKey>b</EventKey>",
    "<Event>clicka</Event>",
    "<Event>template_card_event</Event><EventKey>a</EventKey><TaskId>t1</TaskId>",
    "<Event>template_card_event</Event><EventKey>a</EventKey><TaskId>t2</TaskId>",
    "<Event>template_card_event</Event><EventKey>a</EventKey><TaskId>t1</TaskId><ResponseCode>r1</ResponseCode>",
    "<Event>template_card_event</Event><EventKey>a</EventKey><TaskId>t1</TaskId><ResponseCode>r2</ResponseCode>",
    "<Event>change_contact</Event><ChangeType>create_user</ChangeType><UserID>a</UserID>",
    "<Event>change_contact</Event><ChangeType>create_user</ChangeType><UserID>b</UserID>",
    "<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>a</UserID>",
    "<Event>change_contact</Event><ChangeType>create_party</ChangeType><Id>1</Id>",
    "<Event>change_contact</Event><ChangeType>create_party</ChangeType><Id>2</Id>",
    "<Event>change_contact</Event><ChangeType>update_tag</ChangeType><TagId>1</TagId>",
    "<Event>change_contact</Event><ChangeType>update_tag</ChangeType><TagId>2</TagId>",
    "<Event>batch_job_result</Event><BatchJob><JobId>j1</JobId></BatchJob>",
    "<Event>batch_job_result</Event><BatchJob><JobId>j2</JobId></BatchJob>",
    "<Event>open_approval_change</Event><ApprovalInfo><ThirdNo>1</ThirdNo></ApprovalInfo>",
    "<Event>open_approval_change</Event><ApprovalInfo><ThirdNo>2</ThirdNo></ApprovalInfo>",
    "<Event>open_approval_change</Event><ApprovalInfo><ThirdNo>2</ThirdNo><OpenSpStatus>2</OpenSpStatus></ApprovalInfo>",
    "<Event>change_contact</Event><ChangeType>update_tag</ChangeType><TagId>2</TagId><AddUserItems>a</AddUserItems>",
    "<Event>change_contact</Event><ChangeType>update_tag</ChangeType><TagId>2</TagId><DelUserItems>a</DelUserItems>",
    "<Event>scancode_push</Event><EventKey>a</EventKey><ScanCodeInfo><ScanResult>1</ScanResult></ScanCodeInfo>",
    "<Event>scancode_push</Event><EventKey>a</EventKey><ScanCodeInfo><ScanResult>2</ScanResult></ScanCodeInfo>",
]


def test_different_events_of_one_person_in_one_second_differ():
    assert len({messages.identity(event(inside)) for inside in EVENTS}) == len(EVENTS)


def test_the_same_event_in_another_second_differs():
    later = "<CreateTime>1767225601</CreateTime>"
    assert len({messages.identity(event(EVENTS[0], time=time)) for time in (TIME, later)}) == 2


def test_a_flat_job_result_is_the_nested_one():
    flat = messages.identity(event("<Event>batch_job_result</Event><JobId>j1</JobId>"))
    assert flat == messages.identity(event("<Event>batch_job_result</Event><BatchJob><JobId>j1</JobId></BatchJob>"))


PIECES = st.text(alphabet=st.sampled_from("ab|,\"' \\:[]0"), max_size=6).map(str.strip)


@settings(max_examples=300, deadline=None)
@given(st.tuples(PIECES, PIECES, PIECES), st.tuples(PIECES, PIECES, PIECES))
def test_no_separator_joins_two_identities(one, other):
    def of(parts: tuple[str, str, str]) -> str:
        return messages.identity(
            event(
                "<Event>e</Event><EventKey><![CDATA[{}]]></EventKey><TaskId>{}</TaskId><JobId>{}</JobId>".format(*parts)
            )
        )

    assert (of(one) == of(other)) == (one == other)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60).filter(lambda said: "]]>" not in said))
def test_any_text_survives(said):
    kept = text(said).content
    dropped = {*map(chr, range(32)), "\ufffe", "\uffff"} - {"\t", "\n", "\r"}
    lines = said.replace("\r\n", "\n").replace("\r", "\n")  # as XML reads them
    assert kept == "".join(character for character in lines if character not in dropped)
