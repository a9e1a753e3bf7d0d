"""Passages are facts: sentences, clauses and short lists, which cross neither a page nor a heading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.knowledge.documents.extraction import Block
from conversations.knowledge.documents.passages import cut, text_of_meaning


def texts(*blocks: Block) -> list[tuple[int | None, str]]:
    return [(one.page, one.text) for one in cut(blocks)]


def test_each_sentence_is_a_passage_but_the_shortest():
    found = texts(Block(page=1, heading="", text="年假有五天。" * 120))
    assert {text for _page, text in found} == {"年假有五天。" * 2}
    assert "".join(text for _page, text in found) == "年假有五天。" * 120


def test_a_page_and_a_heading_end_a_passage():
    found = texts(
        Block(page=1, heading="a", text="One."),
        Block(page=1, heading="b", text="Two."),
        Block(page=2, heading="b", text="Three."),
    )
    assert found == [(1, "One."), (1, "Two."), (2, "Three.")]


def test_lines_that_a_pdf_has_broken_go_on():
    assert texts(Block(page=1, heading="", text="Bring a\nnote.\n病历要\n盖章。")) == [(1, "Bring a note.病历要盖章。")]


CHAPTER = """第三章 休假
第一节 年假
第十二条 员工入职满一年的，享有五天带薪年假。满十年的，年假为十天，另加一天。
第十三条 申请年假需要准备以下材料：
（一）休假申请表；
（二）直属经理的书面同意。
第二节 病假
病假期间工资按基本工资的百分之八十发放，凭二级以上医院开
具的病假单请假。
附录一 联系方式
"""


def test_chapters_clauses_and_lists_of_plain_lines_are_kept():
    assert [(one.heading, one.text) for one in cut([Block(page=1, heading="手册", text=CHAPTER)])] == [
        ("手册 › 第三章 休假 › 第一节 年假", "第十二条 员工入职满一年的，享有五天带薪年假。"),
        ("手册 › 第三章 休假 › 第一节 年假", "满十年的，年假为十天，另加一天。"),
        (
            "手册 › 第三章 休假 › 第一节 年假",
            "第十三条 申请年假需要准备以下材料：\n（一）休假申请表；\n（二）直属经理的书面同意。",
        ),
        (
            "手册 › 第三章 休假 › 第二节 病假",
            "病假期间工资按基本工资的百分之八十发放，凭二级以上医院开具的病假单请假。",
        ),
        ("手册", "附录一 联系方式"),
    ]


def test_items_of_a_long_list_are_below_its_lead():
    items = [f"• 第{number}种材料，{'要' * 60}" for number in range(1, 6)]
    found = list(cut([Block(page=None, heading="报销", text="\n".join(["报销需要：", *items]))]))
    assert [one.heading for one in found] == ["报销", "报销 › 报销需要"]
    assert "\n".join(one.text for one in found) == "\n".join(["报销需要：", *items])


def test_blocks_of_a_list_stay_with_their_lead():
    blocks = [
        Block(page=None, heading="", text=text) for text in ("Bring these papers with you:", "• a note", "• a form")
    ]
    assert [
        one.text for one in cut([*blocks, Block(page=None, heading="", text="A different paragraph follows.")])
    ] == [
        "Bring these papers with you:\n• a note\n• a form",
        "A different paragraph follows.",
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Leave is granted for 2.5 days a month, e.g. in May. You ask your manager.", 2),
        ("年假是五天还是十天由工龄决定。请提前两周申请！来得及吗？可以的话请写明。", 3),
        ("A very long line that has no end at all", 1),
    ],
)
def test_a_passage_is_a_sentence(text, sentences):
    assert len(texts(Block(page=1, heading="", text=text))) == sentences


@pytest.mark.parametrize(("heading", "text", "meant"), [("a › b", "c", "b c"), ("a", "c", "a c"), ("", "c", "c")])
def test_a_vector_is_of_the_innermost_heading_and_the_words(heading, text, meant):
    assert text_of_meaning(heading, text) == meant


@given(st.text(max_size=2_000))
def test_no_words_are_lost(text):
    found = "".join(one.text for one in cut([Block(page=None, heading="", text=text)]))
    kept = [char for char in text if char.isalnum()]
    assert [char for char in found if char.isalnum()] == kept
