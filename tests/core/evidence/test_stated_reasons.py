"""A reason is in words: a full stop, an invisible character or a row of one letter is none."""

import pytest
from django.core.exceptions import ValidationError

from core.evidence.stated_reasons import check_reason, has_words, plain_reason, stated_reason
from core.exceptions import OpenUserError


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


def test_a_form_and_a_service_refuse_what_says_nothing():
    refusal = OpenUserError("The reason is missing.", remedy="Give it in words.")
    for text in ("", ".", "\u200b"):
        with pytest.raises(OpenUserError) as caught:
            stated_reason(text, refusal)
        assert caught.value is refusal
        with pytest.raises(ValidationError):
            check_reason(text)
    assert stated_reason(" 写错了\u200b", refusal) == "写错了"
    check_reason("写错了")


def test_what_is_invisible_is_not_kept():
    assert plain_reason("\u200bDrawn\u2060 by\n\tus.\ufeff ") == "Drawn by us."
