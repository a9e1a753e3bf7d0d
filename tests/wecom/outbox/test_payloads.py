"""The bytes of a call: built one way, and equal only on purpose."""

import json
from datetime import timedelta

import pytest

from tests.wecom.support.contents import call, frozen, problem
from tests.wecom.support.message_samples import article, notice
from wecom.contents import Article, Image, MpNews, News, Page
from wecom.outbox import payloads

# The bytes of a call


def test_the_bytes_of_a_call_are_these():
    assert frozen(recipients=["a", "b"]).decode() == (
        '{"touser":"a|b","msgtype":"text","agentid":1000002,"text":{"content":"你好"},"safe":0,'
        '"enable_duplicate_check":1,"duplicate_check_interval":14400}'
    )


def test_equal_messages_have_equal_bytes_whatever_the_order_of_their_fields():
    one = frozen(msgtype="video", payload={"title": "t", "media_id": "m", "description": "d"})
    assert one == frozen(msgtype="video", payload={"description": "d", "media_id": "m", "title": "t"})
    assert one == frozen(msgtype="video", payload={"description": "d", "title": "t", "media_id": ""}, media_id="m")


def test_a_media_id_comes_in_when_it_is_known():
    assert call(msgtype="image", payload=Image().payload(), media_id="m1")["image"] == {"media_id": "m1"}
    assert call(msgtype="image", payload=Image(media_id="m0").payload())["image"] == {"media_id": "m0"}
    error = problem(frozen, msgtype="image", payload=Image().payload())
    assert (error.code, error.field) == ("media", "media_id")


@pytest.mark.parametrize("recipients", [[], [""], ["a", ""], ["a|b"], [f"user{number}" for number in range(1001)]])
def test_a_call_goes_to_1_to_1000_members(recipients):
    assert problem(frozen, recipients=recipients).code == "recipients"
    assert str(call(recipients=[f"user{number}" for number in range(1000)])["touser"]).count("|") == 999


def test_control_characters_and_quotes_are_escaped():
    assert call(payload={"content": 'a"\n\x00\\'})["text"] == {"content": 'a"\n\x00\\'}


def test_what_stands_beside_a_message_is_in_the_call():
    options = {"safe": 2, "enable_id_trans": 1}
    found = call(msgtype="mpnews", payload={"articles": []}, options=options)
    assert (found["safe"], found["enable_id_trans"]) == (2, 1)
    assert "safe" not in call(msgtype="markdown", payload={"content": "x"})
    assert "enable_id_trans" not in call()


def test_files_of_ours_are_named_by_their_upload_until_they_go_out():
    pages = MpNews(pages=tuple(Page(title="t", thumb_media_id=f"upload:{n}", content="upload:1") for n in (1, 2, 3)))
    found = call(msgtype="mpnews", payload=pages.payload(), carried={"upload:1": "m1", "upload:2": "m2"})
    articles = found["mpnews"]["articles"]
    assert [one["thumb_media_id"] for one in articles] == ["m1", "m2", "upload:3"]
    assert articles[0]["content"] == "upload:1"


# Repeats


REPEATED = [
    ("text", {"content": "你好"}),
    ("text", {"content": "x" * 2048}),
    ("text", {"content": "密码：Zebra-42\u200b"}),
    ("video", {"media_id": "m", "title": "", "description": ""}),
    ("video", {"media_id": "m", "title": "t", "description": "x" * 512}),
    ("textcard", {"title": "t", "description": "d", "url": "https://a"}),
    ("textcard", {"title": "t", "description": "x" * 512, "url": "https://a"}),
    ("markdown", {"content": "# x"}),
    ("news", News(articles=(article(), article())).payload()),
    ("news", News(articles=(Article(title="t", url="https://a"),)).payload()),
    ("mpnews", MpNews(pages=(Page(title="t", thumb_media_id="m", content="<p>x</p>"),)).payload()),
    ("mpnews", MpNews(pages=(Page(title="t" * 128, thumb_media_id="m", content="<p>x</p>"),)).payload()),
    ("miniprogram_notice", notice().payload()),
    ("miniprogram_notice", {"appid": "wx1", "title": "四个汉字"}),
    ("image", {"media_id": "m"}),
    ("voice", {"media_id": "m"}),
    ("file", {"media_id": "m"}),
]


@pytest.mark.parametrize(("msgtype", "payload"), REPEATED)
def test_an_equal_message_is_told_from_the_one_before(msgtype, payload):
    calls = [call(msgtype=msgtype, payload=payload, repeat=number) for number in range(50)]
    assert len({json.dumps(found, sort_keys=True) for found in calls}) == 50  # whichever way the platform compares
    assert frozen(msgtype=msgtype, payload=payload, repeat=7) == frozen(msgtype=msgtype, payload=payload, repeat=7)


@pytest.mark.parametrize(("msgtype", "payload"), REPEATED)
def test_a_repeat_has_every_word_as_it_was_written(msgtype, payload):
    first = call(msgtype=msgtype, payload=payload)
    assert first[msgtype] == payload
    for number in (1, 40, 600, payloads.REPEATS - 1):
        again = call(msgtype=msgtype, payload=payload, repeat=number)
        assert {name for name in first if first[name] != again[name]} == {"duplicate_check_interval"}


def test_a_repeated_card_has_another_name_and_the_same_words():
    card = {"card_type": "text_notice", "task_id": "leave-7", "main_title": {"title": "请假"}}
    again = call(msgtype="template_card", payload=card, repeat=3)
    assert again["template_card"] == card | {"task_id": "leave-7@3"}


def test_the_same_bytes_go_again_only_while_the_platform_remembers():
    for number in (0, 1, 600, payloads.REPEATS - 1):
        asked = call(repeat=number)["duplicate_check_interval"]
        assert isinstance(asked, int)
        assert timedelta(0) < payloads.same_bytes_for(number) < timedelta(seconds=asked)
        assert asked <= 14_400
    assert payloads.same_bytes_for(0) == timedelta(minutes=230)
