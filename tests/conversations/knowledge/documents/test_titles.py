"""Numbered lines of plain text are titles if they look like one, and a path is left where a higher one begins."""

import pytest

from conversations.knowledge.documents.titles import Titles, level_of


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("第三章 休假", 1),
        ("第12章 休假", 1),
        ("附录一 联系方式", 1),
        ("Chapter 2 Leave", 1),
        ("第一节 年假", 2),
        ("一、总则", 2),
        ("3 Leave", 2),
        ("3.1 Annual leave", 3),
        ("3.1.2 年假", 4),
        ("第三章规定了休假。", None),
        ("一、员工应当提前申请；", None),
        ("3.5 天", None),
        ("3 天。", None),
        ("2024年", None),
        ("第十二条 员工入职满一年的", None),
        ("第三章 " + "很长" * 20, None),
        ("", None),
    ],
)
def test_a_line_is_a_title_of_a_level_or_none(line, level):
    assert level_of(line) == level


def test_a_title_without_words_below_it_is_told():
    titles = Titles()
    assert titles.enter(1, "a") == []
    assert titles.enter(2, "b") == []  # below a
    assert titles.enter(2, "c") == ["b"]
    titles.are_told()
    assert list(titles.path()) == ["a", "c"]
    assert titles.enter(1, "d") == []
    assert list(titles.path()) == ["d"]
    assert titles.clear() == ["d"]
    assert list(titles.path()) == []
