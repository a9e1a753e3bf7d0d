"""Traditional characters, compared as simplified ones."""

import pytest

from core.text.traditional import simplified


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("轉人工", "转人工"),
        ("下週一請假，沒問題", "下周一请假，没问题"),
        ("Wi-Fi 密碼 123 😀", "Wi-Fi 密码 123 😀"),
        ("转人工", "转人工"),
        ("𠀀", "𠀀"),
        ("", ""),
    ],
)
def test_each_character_has_its_simplified_one_in_its_place(text, simple):
    assert simplified(text) == simple
