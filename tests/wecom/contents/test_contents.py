"""Contents: what each type says, and its limits in bytes."""

import json

import pytest

from tests.wecom.support.contents import frozen, problem
from tests.wecom.support.message_samples import notice, text_notice
from wecom.contents import (
    Article,
    Button,
    ButtonCard,
    Content,
    File,
    Image,
    Markdown,
    News,
    Text,
    TextCard,
    Video,
    Voice,
)


def test_a_text_may_have_2048_bytes_and_not_one_more():
    assert Text(content="汉" * 682 + "ab").payload() == {"content": "汉" * 682 + "ab"}
    error = problem(Text, content="汉" * 683)
    assert (error.code, error.field) == ("too_long", "content")
    assert "2049 bytes" in str(error)
    assert "2048 bytes" in str(error)


@pytest.mark.parametrize("empty", ["", "\u200b", "\u200c\u2060"])
def test_an_empty_text_is_refused(empty):
    assert problem(Text, content=empty).code == "empty"


@pytest.mark.parametrize("kind", [Text, Markdown])
def test_nul_and_half_surrogates_are_cleaned_in_what_is_sent_and_shown(kind):
    content = kind(content="a\0b\ud83dc")
    assert (content.payload()["content"], content.words()) == ("ab\ufffdc", "ab\ufffdc")


@pytest.mark.parametrize("kind", [Text, Markdown])
def test_invisible_characters_go_out_as_they_were_written(kind):
    assert kind(content="\u200bNL91ABNA\u200b\u2060").payload()["content"] == "\u200bNL91ABNA\u200b\u2060"


def test_half_a_surrogate_pair_does_not_break_a_message():
    text = Text(content="a\ud800b\ud83d\ude00")
    assert text.payload() == {"content": "a\ufffdb\U0001f600"}
    assert json.loads(frozen(payload=text.payload()))["text"] == {"content": "a\ufffdb\U0001f600"}


def test_a_video_is_checked_in_bytes():
    Video(title="x" * 128, description="汉" * 170 + "ab")
    assert problem(Video, title="汉" * 43).field == "title"
    assert problem(Video, description="汉" * 171).field == "description"


def test_a_video_needs_no_words():
    assert Video().payload("m1") == {"media_id": "m1", "title": "", "description": ""}


@pytest.mark.parametrize("media", [Image, Voice, File, Video])
def test_media_may_be_named_later(media):
    assert media().payload()["media_id"] == ""
    assert media().payload("m1")["media_id"] == "m1"
    assert media(media_id="m0").payload()["media_id"] == "m0"
    assert media(media_id="m0").payload("m1")["media_id"] == "m1"


def test_a_card_has_the_platforms_names():
    card = TextCard(title="标题", description="<b>d</b>", url="https://a.example/x?y=1", btn_text="查看详情")
    assert card.payload() == {
        "title": "标题",
        "description": "<b>d</b>",
        "url": "https://a.example/x?y=1",
        "btntxt": "查看详情",
    }
    assert "btntxt" not in TextCard(title="t", description="d", url="https://a").payload()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"title": ""}, "empty", "title"),
        ({"title": "汉" * 43}, "too_long", "title"),
        ({"description": " "}, "empty", "description"),
        ({"description": "x" * 513}, "too_long", "description"),
        ({"url": ""}, "empty", "url"),
        ({"url": "a.example"}, "invalid", "url"),
        ({"url": "javascript:alert(1)"}, "invalid", "url"),
        ({"url": "https://" + "a" * 2041}, "too_long", "url"),
        ({"btn_text": "看看这里吧"}, "too_long", "btn_text"),
    ],
)
def test_a_card_names_the_field_that_is_wrong(change, code, field):
    fields = {"title": "t", "description": "d", "url": "https://a", "btn_text": ""} | change
    error = problem(TextCard, **fields)
    assert (error.code, error.field) == (code, field)


@pytest.mark.parametrize(
    ("content", "msgtype"),
    [
        (Text(content="x"), "text"),
        (Image(), "image"),
        (Voice(), "voice"),
        (Video(), "video"),
        (File(), "file"),
        (TextCard(title="t", description="d", url="https://a"), "textcard"),
        (Markdown(content="# x"), "markdown"),
        (News(articles=(Article(title="t", url="https://a"),)), "news"),
        (ButtonCard(title="t", task_id="1", buttons=(Button(key="k", text="b"),)), "template_card"),
    ],
)
def test_every_content_names_its_type(content: Content, msgtype):
    assert content.msgtype == msgtype
    assert json.dumps(content.payload())


@pytest.mark.parametrize(("content", "code"), [("", "empty"), ("汉" * 683, "too_long")])
def test_markdown_has_1_to_2048_bytes(content, code):
    assert problem(Markdown, content=content).code == code


def test_what_stands_beside_a_message_is_said_only_where_it_is_wanted():
    assert Text(content="x").options() == {}
    assert Text(content="x", safe=True, translate_ids=True).options() == {"safe": 1, "enable_id_trans": 1}
    assert notice(translate_ids=True).options() == {"enable_id_trans": 1}
    assert text_notice(translate_ids=True).options() == {"enable_id_trans": 1}
