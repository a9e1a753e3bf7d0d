"""Language models' Markdown: what WeChat Work shows of it, and where long texts are split."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wecom.contents import plain_text, split_numbered, split_text, to_markdown
from wecom.contents.markdown import CONSTRUCTS

# What is written; what a Markdown message shows; what a text message shows.
WRITTEN = {
    "heading": ("## 请假 ##", "## 请假", "请假"),
    "heading with bold in it": ("# **请假**", "# 请假", "请假"),
    "seven marks are no heading": ("####### x", "####### x", "####### x"),
    "a number sign in a text": ("#1 和 C#", "#1 和 C#", "#1 和 C#"),
    "heading above a line": ("标题\n=====\n正文", "# 标题\n正文", "标题\n正文"),
    "bold": ("a **粗体** b", "a **粗体** b", "a 粗体 b"),
    "bold in underscores": ("__很 重要__", "**很 重要**", "很 重要"),
    "a name with underscores": ("__init__ 和 a_b_c", "__init__ 和 a_b_c", "__init__ 和 a_b_c"),
    "italics": ("*斜体* 和 _也是_", "斜体 和 也是", "斜体 和 也是"),
    "bold and italics": ("***都是***", "**都是**", "都是"),
    "italics within bold": ("**a *b* c**", "**a b c**", "a b c"),
    "bold within italics": ("*a **b** c*", "a **b** c", "a b c"),
    "stars that count": ("2 * 3 * 4 = 24", "2 * 3 * 4 = 24", "2 * 3 * 4 = 24"),
    "struck out": ("~~旧~~ 新", "旧 新", "旧 新"),
    "list": ("- 一\n* 二\n  + 三", "· 一\n· 二\n  · 三", "· 一\n· 二\n  · 三"),
    "numbered list": ("1. 一\n2. 二", "1. 一\n2. 二", "1. 一\n2. 二"),
    "list of tasks": ("- [ ] 一\n- [x] 二", "☐ 一\n☑ 二", "☐ 一\n☑ 二"),
    "table": ("| 名 | 数 |\n|---|:-:|\n| 甲 | 1 |", "**名** | **数**\n甲 | 1", "名 | 数\n甲 | 1"),
    "block of code": (
        "```py\na = `1`\n  b *c*\n\nd\n```\n完",
        "a = `1`\n`  b *c*`\n\n`d`\n完",
        "a = `1`\n  b *c*\n\nd\n完",
    ),
    "block without an end": ("~~~\na\n", "`a`", "a"),
    "code": ("用 `a*b*c` 和 ``x`y``", "用 `a*b*c` 和 x`y", "用 a*b*c 和 x`y"),
    "link": ('[手册](https://a/b(c) "t")', "[手册](https://a/b(c))", "手册 (https://a/b(c))"),
    "link with bold words": ("[**手册**](https://a)", "[手册](https://a)", "手册 (https://a)"),
    "link that names itself": ("[https://a](https://a)", "[https://a](https://a)", "https://a"),
    "link by reference": ("[手册][1]\n\n[1]: https://a 'x'\n", "[手册](https://a)", "手册 (https://a)"),
    "bare address": ("<https://a/b_c_d>", "https://a/b_c_d", "https://a/b_c_d"),
    "picture": ("![图](https://a.png)", "[图](https://a.png)", "图 (https://a.png)"),
    "picture without words": ("![](https://a.png)", "[https://a.png](https://a.png)", "https://a.png"),
    "picture in a link": ("[![图](https://a.png)](https://b)", "[图](https://b)", "图 (https://b)"),
    "quote": ("> 引\n>> 再引", "> 引\n> 再引", "引\n再引"),
    "list in a quote": ("> - 一", "> · 一", "· 一"),
    "rule": ("上\n\n---\n\n下", "上\n\n下", "上\n\n下"),
    "colours": ('<font color="info">绿</font>', '<font color="info">绿</font>', "绿"),
    "another colour": ('<font color="red">红</font>', "红", "红"),
    "bold within a colour": (
        "<font color='warning'>**急**</font>",
        '<font color="warning">**急**</font>',
        "急",
    ),
    "html": ("<p><b>粗</b><br/>行 <i>斜</i></p>", "**粗**\n行 斜", "粗\n行 斜"),
    "html link": ('<a href="https://a">手册</a>', "[手册](https://a)", "手册 (https://a)"),
    "html picture": ('<img src="https://a.png" alt="x">', "[https://a.png](https://a.png)", "https://a.png"),
    "what only looks like html": ("a < b, List<int>", "a < b, List<int>", "a < b, List<int>"),
    "entities": ("A &amp; B &lt;c&gt;", "A & B <c>", "A & B <c>"),
    "escapes": (r"\*不是\* \# 标题", "*不是* # 标题", "*不是* # 标题"),
    "many empty lines": ("一\n\n\n\n二", "一\n\n二", "一\n\n二"),
    "what nobody sees": ("a\x00\x01b\r\nc", "ab\nc", "ab\nc"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_markdown_becomes_what_is_shown(name):
    written, shown, plain = WRITTEN[name]
    assert to_markdown(written) == shown
    assert plain_text(written) == plain


@pytest.mark.parametrize("name", sorted(set(WRITTEN) - {"escapes", "block of code", "code", "entities"}))
def test_what_was_converted_stays_as_it_is(name):
    shown = to_markdown(WRITTEN[name][0])
    assert to_markdown(shown) == shown


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="a你*_`~#>-|[]()!<>/\\\n \x01\x03&;1.", max_size=80))
def test_nothing_that_is_written_breaks_it(text):
    for written in (to_markdown(text), plain_text(text)):
        assert not set(written) & set("\x01\x02\x03\x04")


# Long texts


def test_a_short_text_has_no_number():
    assert split_numbered("你好") == ["你好"]
    assert split_numbered("") == []


@pytest.mark.parametrize("sentences", [100, 700, 3000])
def test_parts_are_numbered_and_join_to_the_text(sentences):
    text = "".join(f"第{number}句话，说得不长。" for number in range(sentences))
    parts = split_numbered(text)
    assert all(len(part.encode()) <= 2048 for part in parts)
    assert [part.split("\n")[0] for part in parts] == [f"({n}/{len(parts)})" for n in range(1, len(parts) + 1)]
    assert "".join(part.split("\n", 1)[1] for part in parts) == text
    assert all(part.endswith("。") for part in parts)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400), st.integers(24, 80))
def test_whatever_is_split_joins_again(text, limit):
    parts = split_numbered(text, limit)
    assert all(len(part.encode()) <= limit for part in parts)
    assert "".join(parts if len(parts) == 1 else (part.split("\n", 1)[1] for part in parts)) == text


@pytest.mark.parametrize(
    "construct",
    [
        "[去看 公司 手册](https://example.com/manual)",
        "`a b c d e f`",
        "**很 重要 的 话**",
        '<font color="info">绿 色</font>',
    ],
)
@pytest.mark.parametrize("offset", range(0, 40, 7))
def test_a_construct_is_not_cut_in_two(construct, offset):
    text = "字" * offset + f" {construct}" * 30
    parts = split_text(text, 120, whole=CONSTRUCTS)
    assert "".join(parts) == text
    assert sum(part.count(construct) for part in parts) == 30


def test_a_construct_longer_than_a_part_is_cut_after_all():
    parts = split_text(f"a `{'x' * 300}` b", 100, whole=CONSTRUCTS)
    assert all(len(part) <= 100 for part in parts)
    assert "".join(parts) == f"a `{'x' * 300}` b"
