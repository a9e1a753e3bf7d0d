"""A reason is in words: a full stop, an invisible character or a row of one letter is none."""

import pytest

from core.evidence.stated_reasons import has_words, plain_reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "。",
        "…",
        "\u200b",
        "\u200b.\u2060",
        "-",
        "1234",
        "👍👍👍",
        "x",
        "ok",
        "aaaaaa",
        "的的的",
        "\ufeff好",
    ],
)
def test_what_says_nothing_is_no_reason(text):
    assert not has_words(text)


@pytest.mark.parametrize("text", ["设计师画的", "绘制", "Drawn.", "Bought.", "Generated; see ticket 7.", "ｄｒａｗｎ"])
def test_words_are_a_reason(text):
    assert has_words(text)


def test_what_is_invisible_is_not_kept():
    assert plain_reason("\u200bDrawn\u2060 by\n\tus.\ufeff ") == "Drawn by us."
