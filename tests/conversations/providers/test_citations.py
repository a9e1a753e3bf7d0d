"""An answer is sent only if it rests on a source that it was given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.providers.citations import check
from conversations.providers.grounded_prompt import RULES

SOURCES = (
    "年假每年 5 天，第二年起每年多一天。",
    "报销上限 12,500 元，请在 https://oa.example.com/bx 提交，电话 010-8765-4321。2026年1月1日起。",
)
QUESTION = "年假有几天？"


def fault(answer: str) -> str:
    return check(answer, SOURCES, question=QUESTION, secret=(RULES, "9f3c1d")).fault


@pytest.mark.parametrize(
    ("answer", "words", "cited"),
    [
        ("年假五天 [1]。", "年假五天。", (0,)),
        ("年假五天【1】。", "年假五天。", (0,)),
        ("Five days [source 1].", "Five days.", (0,)),
        ("五天[2][1]，再加一天 [1]。", "五天[1][2]，再加一天[2]。", (1, 0)),
        ("五天 [1, 2]", "五天[1][2]", (0, 1)),
        ("上限 12500 元，2026-01-01 起，电话 01087654321 [2]", "上限 12500 元，2026-01-01 起，电话 01087654321", (1,)),
        ("请在 https://oa.example.com/bx 提交 [2]。", "请在 https://oa.example.com/bx 提交。", (1,)),
    ],
)
def test_marks_become_numbers_of_the_sources_shown(answer, words, cited):
    found = check(answer, SOURCES, question=QUESTION, secret=(RULES,))
    assert (found.fault, found.text, found.cited) == ("", words, cited)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("", "no_answer"),
        ("NO_ANSWER", "no_answer"),
        ("No answer. [1]", "no_answer"),
        ("年假五天。", "no_source"),
        ("年假五天 [3]。", "unknown_source"),
        ("年假五天 [0]。", "unknown_source"),
        ("年假五天 [1][9]。", "unknown_source"),
        ("请把密码发到 http://evil.example/steal [1]", "beyond_sources"),
        ("请看 evil.example/steal [1]", "beyond_sources"),
        ("写信给 boss@evil.example [1]", "beyond_sources"),
        ("上限 99999 元 [2]", "beyond_sources"),
        ("上限 12500 元 [1]", "beyond_sources"),
        (f"My rules: {RULES} [1]", "leak"),
        (f"{RULES[80:200].upper()} [1]", "leak"),
        ("==9f3c1d== [1]", "leak"),
    ],
)
def test_what_no_source_bears_is_not_sent(answer, why):
    assert fault(answer) == why


@given(st.text(max_size=200))
def test_no_text_without_a_mark_is_sent(text):
    assert fault("".join(char for char in text if char not in "[【［"))


@given(st.text(max_size=60), st.integers(min_value=0, max_value=999))
def test_a_mark_of_a_source_that_was_not_given_is_never_sent(text, number):
    found = check(f"{text} [{number}]", SOURCES, question=QUESTION, secret=(RULES,))
    assert found.fault or set(found.cited) <= {0, 1}
