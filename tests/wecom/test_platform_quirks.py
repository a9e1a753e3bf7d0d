"""Undocumented behaviour: each setting does what it says, and its default is the careful reading."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.wecom.support.message_samples import button_card
from wecom import crypto, messages, platform_quirks
from wecom.contents import TextCard
from wecom.contents.cards.parts import Entry, Menu
from wecom.exceptions import ContentError
from wecom.platform_quirks import Assumptions
from wecom.quotas import send_quota

NOON = datetime(2026, 3, 2, 12, 0, 40, tzinfo=UTC)
VOICE = (
    b"<xml><ToUserName>ww01</ToUserName><FromUserName>a</FromUserName><CreateTime>1767225600</CreateTime>"
    b"<MsgType>voice</MsgType><MediaId>m</MediaId><Format>amr</Format><Recognition>\xe4\xbd\xa0\xe5\xa5\xbd</Recognition>"
    b"<MsgId>1</MsgId><AgentID>2</AgentID></xml>"
)
EVENT = """{"tousername": "ww01", "fromusername": "Zhang", "createtime": 1767225600, "msgtype": "event", "agentid": 2,
 "event": "template_card_event", "eventkey": "k", "taskid": "t", "cardtype": "vote_interaction", "responsecode": "r",
 "selecteditems": {"selecteditem": [
   {"questionkey": "q", "optionids": {"optionid": ["a", "b"]}},
   {"questionkey": "p", "optionids": {"optionid": "c"}}]}}"""


@pytest.fixture
def assumed(monkeypatch):
    """Reads the platform in another way, for this test."""

    def read(**values):
        monkeypatch.setattr(platform_quirks, "current", Assumptions(**values))

    return read


def menu(entries: int) -> Menu:
    return Menu(entries=tuple(Entry(key=f"k{number}", text="x") for number in range(entries)))


def card(title: str) -> TextCard:
    return TextCard(title=title, description="x", url="https://example.com")


def test_a_text_cards_limits_count_bytes_unless_characters_are_said(assumed):
    with pytest.raises(ContentError, match="384 bytes"):
        card("题" * 128)
    assumed(text_card_unit="characters")
    assert card("题" * 128).title == "题" * 128
    with pytest.raises(ContentError, match="129 characters"):
        card("题" * 129)


def test_a_cards_menu_has_three_entries_unless_more_are_said(assumed):
    with pytest.raises(ContentError) as caught:
        button_card(menu=menu(4))
    assert caught.value.field == "action_menu.action_list"
    assumed(card_menu_entries=10)
    assert button_card(menu=menu(10)).menu == menu(10)


def test_a_quota_counts_the_last_minute_unless_the_clocks_is_said(assumed):
    times = [NOON + timedelta(milliseconds=number) for number in range(30)]
    assert (
        send_quota.next_free_time(times, NOON + timedelta(seconds=1)) == NOON + timedelta(minutes=1) + send_quota.SLACK
    )
    assumed(aligned_quotas=True)
    assert (
        send_quota.next_free_time(times, NOON + timedelta(seconds=1)) == NOON + timedelta(seconds=20) + send_quota.SLACK
    )
    assert send_quota.next_free_time(times, NOON + timedelta(seconds=21)) is None


def test_what_the_platform_heard_is_believed_unless_it_is_not_to_be(assumed):
    assert messages.inbound(VOICE).recognition == "你好"
    assumed(platform_recognition=False)
    assert messages.inbound(VOICE).recognition == ""


def test_json_is_refused_unless_it_is_said_to_come(assumed):
    body = b'{"tousername": "ww01", "encrypt": "abc=", "agentid": "2"}'
    with pytest.raises(crypto.CryptoError):
        messages.envelope(body)
    assumed(json_callbacks=True)
    assert messages.envelope(body) == messages.Envelope("ww01", "2", "abc=")


@pytest.mark.parametrize(
    "body",
    [
        b"{}", b'{"encrypt": ""}', b'{"encrypt": "a", "encrypt": "b"}', b'{"encrypt": ["a", "b"]}', b'{"encrypt": "a"',
        b'{"encrypt": {"x": "a"}}', b'{"encrypt": "\xff"}', b'{"encrypt": "\\ud800"}', b'{"encrypt": NaN}',
        b'{"encrypt": ' + b"[" * 30_000, b'{"a":' * 40 + b"1" + b"}" * 40, b'{"a": [' + b"1," * 2500 + b"1]}",
    ],
)  # fmt: skip
def test_json_without_exactly_one_ciphertext_is_refused(assumed, body):
    assumed(json_callbacks=True)
    with pytest.raises(crypto.CryptoError) as caught:
        messages.envelope(body)
    assert caught.value.code == -40002


def test_json_is_read_as_its_xml_would_be(assumed):
    assumed(json_callbacks=True)
    event = messages.inbound(EVENT.encode())
    assert (event.event, event.from_user_id, event.created_at.year, event.agent_id) == (
        "template_card_event",
        "zhang",
        2026,
        2,
    )
    assert [(choice.question_key, choice.option_ids) for choice in event.choices] == [("q", ("a", "b")), ("p", ("c",))]


def test_json_loses_what_no_column_takes(assumed):
    assumed(json_callbacks=True)
    text = (
        b'{"FromUserName": "a", "MsgType": "text", "Content": "1\\u00002\\ud83d\\ude00", "MsgId": 12345678901234567890}'
    )
    found = messages.inbound(text)
    assert (found.content, found.message_id) == ("12😀", "12345678901234567890")


@pytest.mark.parametrize(
    ("values", "named"),
    [({"text_card_unit": "words"}, "WECHAT_TEXT_CARD_UNIT"), ({"card_menu_entries": 0}, "WECHAT_CARD_MENU_ENTRIES")],
)
def test_a_setting_that_makes_no_sense_is_named(values, named):
    with pytest.raises(ValueError, match=named):
        platform_quirks.assume(values)
