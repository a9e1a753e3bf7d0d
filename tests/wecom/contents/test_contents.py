"""Contents: byte limits, long texts split at pauses, and bytes that are equal only on purpose."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wecom.support.message_samples import article, notice
from wecom.contents import (
    Article,
    Button,
    ButtonCard,
    Content,
    File,
    Image,
    Markdown,
    MpNews,
    News,
    Page,
    Text,
    TextCard,
    Video,
    Voice,
    split_numbered,
    split_text,
    truncate,
    validation,
)
from wecom.contents.splitting import columns
from wecom.exceptions import ContentError
from wecom.outbox import payloads
from wecom.outbox.payloads import add_invisible_suffix

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
FLAG = "\U0001f1e8\U0001f1f3"
ANY_TEXT = st.text(max_size=300)
PROSE = st.lists(
    st.sampled_from(
        ["你好", "，", "。", "？", "a word", " ", ". ", "\n", "\n\n", "\r\n", FAMILY, FLAG, "e\u0301", "3.14"]
    ),
    max_size=200,
).map("".join)


def size(text: str) -> int:
    return len(text.encode())


def call(**changes: object) -> dict[str, object]:
    found: dict[str, object] = json.loads(frozen(**changes))
    return found


def frozen(**changes: object) -> bytes:
    arguments = {"recipients": ["zhangsan"], "agent_id": 1000002, "msgtype": "text", "payload": {"content": "你好"}}
    return payloads.build_body(**(arguments | changes))  # type: ignore[arg-type]


def problem(build: object, **fields: object) -> ContentError:
    assert callable(build)
    with pytest.raises(ContentError) as caught:
        build(**fields)
    assert caught.value.remedy
    return caught.value


# Values and their limits


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
    content = kind(content="a\0b\ud83dc\u200b")
    assert (content.payload()["content"], content.words()) == ("ab\ufffdc", "ab\ufffdc")


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


# Cards with buttons


def card(**changes: object) -> ButtonCard:
    fields = {"title": "要什么画质？", "text": "越清晰越慢。", "task_id": "s7-2", "buttons": buttons(("hd", "高清"))}
    return ButtonCard(**(fields | changes))  # type: ignore[arg-type]


def buttons(*pairs: tuple[str, str]) -> tuple[Button, ...]:
    return tuple(Button(key=key, text=text) for key, text in pairs)


def test_a_card_with_buttons_has_the_platforms_names():
    several = (Button(key="sd", text="标清"), Button(key="hd", text="高清", style=2))
    assert card(buttons=several).payload() == {
        "card_type": "button_interaction",
        "main_title": {"title": "要什么画质？"},
        "sub_title_text": "越清晰越慢。",
        "task_id": "s7-2",
        "button_list": [{"text": "标清", "style": 1, "key": "sd"}, {"text": "高清", "style": 2, "key": "hd"}],
    }
    assert "sub_title_text" not in card(text=" ").payload()


def test_a_card_may_be_full():
    full = buttons(*((f"{number}" + "k" * 1023, "十个汉字的按钮就这么") for number in range(6)))
    assert len(card(title="汉" * 36, text="x" * 320, task_id="a_-Z9" * 24, buttons=full).payload()) == 5


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"title": " "}, "empty", "main_title.title"),
        ({"title": "汉" * 36 + "x"}, "too_long", "main_title.title"),
        ({"text": "x" * 321}, "too_long", "sub_title_text"),
        ({"buttons": ()}, "count", "button_list"),
        ({"buttons": tuple(Button(key=str(number), text="b") for number in range(7))}, "count", "button_list"),
        ({"buttons": (Button(key="k", text="a"), Button(key="k", text="b"))}, "repeated", "button_list[1].key"),
        ({"task_id": ""}, "invalid", "task_id"),
        ({"task_id": "a" * 121}, "invalid", "task_id"),
        ({"task_id": "card 1"}, "invalid", "task_id"),
        ({"task_id": "card@1"}, "invalid", "task_id"),
        ({"task_id": "卡片"}, "invalid", "task_id"),
        ({"task_id": "1\n"}, "invalid", "task_id"),
    ],
)
def test_a_card_with_buttons_names_the_field_that_is_wrong(change, code, field):
    error = problem(card, **change)
    assert (error.code, error.field) == (code, field)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"text": ""}, "empty", "button_list[0].text"),
        ({"text": "十个汉字的按钮就这么长"}, "too_long", "button_list[0].text"),
        ({"text": "More than twenty lett"}, "too_long", "button_list[0].text"),
        ({"key": "  "}, "empty", "button_list[0].key"),
        ({"key": "汉" * 342}, "too_long", "button_list[0].key"),
        ({"style": 0}, "invalid", "button_list[0].style"),
        ({"style": 5}, "invalid", "button_list[0].style"),
    ],
)
def test_a_button_names_the_field_that_is_wrong(change, code, field):
    error = problem(card, buttons=(Button(**({"key": "k", "text": "b"} | change)),))
    assert (error.code, error.field) == (code, field)


def test_cards_that_read_the_same_have_bytes_of_their_own():
    one, other = (frozen(msgtype="template_card", payload=card(task_id=name).payload()) for name in ("s7-2", "s7-3"))
    assert one != other


def test_a_card_sent_again_has_a_new_task_id():
    payload = card(task_id="a" * 120).payload()
    names = [task_id(payload, repeat) for repeat in range(3)]
    assert names == ["a" * 120, "a" * 120 + "@1", "a" * 120 + "@2"]
    assert len(task_id(payload, 9_999_999)) == 128


def task_id(payload: dict[str, object], repeat: int) -> str:
    part = call(msgtype="template_card", payload=payload, repeat=repeat)["template_card"]
    assert isinstance(part, dict)
    return str(part["task_id"])


# Markdown and news


def test_news_has_the_platforms_names():
    article = Article(title="标题", url="https://a", description="d", picture_url="https://a/b.png")
    assert News(articles=(article,)).payload() == {
        "articles": [{"title": "标题", "description": "d", "url": "https://a", "picurl": "https://a/b.png"}]
    }


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"title": ""}, "empty", "articles[0].title"),
        ({"title": "汉" * 43}, "too_long", "articles[0].title"),
        ({"description": "x" * 513}, "too_long", "articles[0].description"),
        ({"url": ""}, "empty", "articles[0].url"),
        ({"url": "a.example"}, "invalid", "articles[0].url"),
        ({"picture_url": "b.png"}, "invalid", "articles[0].picurl"),
    ],
)
def test_an_article_names_the_field_that_is_wrong(change, code, field):
    error = problem(News, articles=(Article(**({"title": "t", "url": "https://a"} | change)),))
    assert (error.code, error.field) == (code, field)


@pytest.mark.parametrize("count", [0, 9])
def test_news_has_1_to_8_articles(count):
    error = problem(News, articles=(Article(title="t", url="https://a"),) * count)
    assert (error.code, error.field) == ("count", "articles")


@pytest.mark.parametrize(("content", "code"), [("", "empty"), ("汉" * 683, "too_long")])
def test_markdown_has_1_to_2048_bytes(content, code):
    assert problem(Markdown, content=content).code == code


# Splitting


def test_a_short_text_stays_whole():
    assert split_text("你好。再见。") == ["你好。再见。"]
    assert split_text("x" * 2048) == ["x" * 2048]
    assert split_text("") == []


def test_a_long_text_is_cut_at_paragraphs_before_lines_before_sentences():
    paragraph, line, sentence = "甲" * 400 + "。\n\n", "乙" * 60 + "。\n", "丙" * 20 + "。"
    assert split_text(paragraph + line * 10 + "丁" * 200)[0] == paragraph
    assert split_text(line * 10 + sentence * 20) == [line * 10, sentence * 20]
    parts = split_text(sentence * 100)
    assert all(part.endswith("。") for part in parts)
    assert len(parts) == 4


def test_a_text_without_sentences_is_cut_at_clauses_then_words():
    assert all(part.endswith("，") for part in split_text("我们今天去，" * 300)[:-1])
    assert all(part.endswith(" ") for part in split_text("word " * 1000)[:-1])


def test_a_number_or_a_closing_quote_is_not_torn_off():
    assert all(not part.endswith("3.") for part in split_text("约3.14个，" * 300))
    assert all(not part.startswith("”") for part in split_text("他说：“好。”" * 300))


def test_an_early_pause_does_not_make_a_tiny_part():
    parts = split_text("一。" + "二三四五，" * 200)
    assert size(parts[0]) > 1024


@pytest.mark.parametrize(
    "text", ["echo " + "字" * 1500, "字" * 682 + " echo", "字" * 1360 + "。echo", ("word " * 409) + "\n\necho"]
)
def test_no_part_is_tiny(text):
    parts = split_numbered(text)
    assert len(parts) > 1
    assert min(size(part) for part in parts) > 400


def test_a_text_without_any_pause_is_cut_between_characters():
    parts = split_text("汉" * 1000)
    assert [size(part) for part in parts] == [2046, 954]


@pytest.mark.parametrize("cluster", [FAMILY, FLAG, "e\u0301\u0323", "\U0001f44d\U0001f3fd", "\u2764\ufe0f", "\r\n"])
@pytest.mark.parametrize("offset", range(0, 26, 5))
def test_what_a_reader_sees_as_one_is_not_cut(cluster, offset):
    parts = split_text("a" * offset + cluster * 600, 100)
    assert len(parts) > 1
    assert all(part.endswith(cluster) for part in parts)
    assert all(part.startswith(cluster) for part in parts[1:])


def test_a_cluster_longer_than_a_part_is_cut_between_characters():
    assert all(0 < size(part) <= 50 for part in split_text("e" + "\u0301" * 500, 50))
    assert all(0 < size(part) <= 50 for part in split_text("\u200d".join("\U0001f468" * 100), 50))


def test_a_part_must_have_room_for_a_character():
    with pytest.raises(ValueError, match="room"):
        split_text("x", 3)


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT | PROSE, st.integers(4, 200))
def test_parts_join_to_the_text_and_fit(text, limit):
    parts = split_text(text, limit)
    assert "".join(parts) == text
    assert all(part and size(part) <= limit for part in parts)


@settings(max_examples=100, deadline=None)
@given(PROSE)
def test_parts_are_not_wasteful(text):
    parts = split_text(text, 100)
    assert len(parts) <= 2 * size(text) / 50 + 1


# Truncating


def test_a_text_is_cut_on_a_character_with_an_ellipsis():
    assert truncate("你好世界", 12) == "你好世界"
    assert truncate("你好世界", 11) == "你好…"
    assert truncate("你好世界", 5) == "…"
    assert truncate("abcdef", 2) == "ab"
    assert truncate("hello world", 9) == "hello…"
    assert truncate("", 0) == ""


def test_a_cut_leaves_no_half_of_an_emoji():
    assert truncate("a" + FAMILY * 2, 30) == "a" + FAMILY + "…"
    assert truncate("a" + FAMILY * 2, 20) == "a…"


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT | PROSE, st.integers(0, 200))
def test_a_truncated_text_fits_and_begins_as_before(text, limit):
    short = truncate(text, limit)
    assert size(short) <= limit
    assert short == text or text.startswith(short.removesuffix("…"))


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


def test_a_suffix_is_invisible_and_different_every_time():
    texts = [add_invisible_suffix("你好", n) for n in range(500)]
    assert texts[0] == "你好"
    assert len(set(texts)) == 500
    assert all(text.rstrip(validation.INVISIBLE) == "你好" for text in texts)
    assert max(size(text) for text in texts) <= size("你好") + 18


def test_a_text_that_ends_invisibly_is_not_taken_for_a_repeat():
    copied = Text(content=add_invisible_suffix("你好", 1))
    assert copied.payload() == Text(content="你好").payload()
    assert add_invisible_suffix(add_invisible_suffix("你好", 5), 0) == "你好"


REPEATED = [
    ("text", {"content": "你好"}),
    ("text", {"content": "x" * 2048}),
    ("text", {"content": "x" * 2044}),
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
    bodies = [frozen(msgtype=msgtype, payload=payload, repeat=number) for number in range(50)]
    assert len(set(bodies)) == 50
    assert bodies[7] == frozen(msgtype=msgtype, payload=payload, repeat=7)


def without_suffix(value: object) -> object:
    if isinstance(value, dict):
        return {key: without_suffix(one) for key, one in value.items()}
    if isinstance(value, list):
        return [without_suffix(one) for one in value]
    return value.rstrip(validation.INVISIBLE) if isinstance(value, str) else value


@pytest.mark.parametrize(("msgtype", "payload"), REPEATED)
def test_a_repeat_reads_the_same_and_stays_within_the_limits(msgtype, payload):
    for number in (1, 40, 599, 600, 5000):
        found = call(msgtype=msgtype, payload=payload, repeat=number)
        part = found[msgtype]
        assert isinstance(part, dict)
        assert without_suffix(part) == payload
        assert size(str(part.get("content", ""))) <= 2048
        assert size(str(part.get("description", ""))) <= 512
        for one in part.get("articles", []):
            assert size(one["title"]) <= 128
            assert size(one.get("description", "")) <= 512
        for one in part.get("content_item", []):
            assert columns(one["value"]) <= 60
        interval = found["duplicate_check_interval"]
        assert isinstance(interval, int)
        assert 14400 - 600 <= interval <= 14400
