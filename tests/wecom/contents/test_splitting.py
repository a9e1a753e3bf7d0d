"""Long texts are split at pauses, or truncated with an ellipsis."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wecom.support.contents import size
from wecom.contents import split_numbered, split_text, truncate

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
FLAG = "\U0001f1e8\U0001f1f3"
ANY_TEXT = st.text(max_size=300)
PROSE = st.lists(
    st.sampled_from(
        ["你好", "，", "。", "？", "a word", " ", ". ", "\n", "\n\n", "\r\n", FAMILY, FLAG, "e\u0301", "3.14"]
    ),
    max_size=200,
).map("".join)


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


@settings(max_examples=100, deadline=None)
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


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT | PROSE, st.integers(0, 200))
def test_a_truncated_text_fits_and_begins_as_before(text, limit):
    short = truncate(text, limit)
    assert size(short) <= limit
    assert short == text or text.startswith(short.removesuffix("…"))
