"""Names in what directories call people."""

import pytest

from core.text.member_names import chinese_name, full_name


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("曾丽", "曾丽"),
        ("曾丽（人事）", "曾丽"),
        ("曾丽(HR)", "曾丽"),
        ("曾丽-人事部", "曾丽"),
        ("曾丽 / 人事", "曾丽"),
        ("曾丽_总部_人事", "曾丽"),
        ("Zeng Li 曾丽", "曾丽"),
        ("曾丽 Lily", "曾丽"),
        ("【外包】令狐小冲", "令狐小冲"),
        ("古丽·买买提", "古丽·买买提"),
        ("人力资源共享中心", "人力资源共享中心"),
        ("Lily Zeng", "Lily Zeng"),
        ("（人事）", "（人事）"),
        ("", ""),
    ],
)
def test_the_name_is_what_comes_first_in_chinese(called, name):
    assert chinese_name(called) == name


@pytest.mark.parametrize(
    ("family", "given", "name"),
    [
        ("李", "小丽", "李小丽"),
        ("Chen", "Emma", "Emma Chen"),
        ("", "小丽", "小丽"),
        ("Chen", "", "Chen"),
        ("", " ", ""),
    ],
)
def test_family_names_come_first_in_chinese(family, given, name):
    assert full_name(family, given) == name
