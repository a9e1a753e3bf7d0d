"""Questions that sound like a wording: pinyin, homophones of voice input; others stay far."""

import pytest

from conversations.knowledge import sound


@pytest.mark.parametrize(
    ("asked", "wording"),
    [
        ("nianjia", "年假有几天"),
        ("zenme qing jia", "怎么请假"),
        ("yinhangka", "怎么更换银行卡"),
        ("NianJia zenme suan", "年假怎么算"),
        ("年家怎么算", "年假怎么算"),
        ("暴销流程", "报销流程是什么"),
        ("報銷流成", "报销流程是什么"),
    ],
)
def test_the_same_sound_is_near(asked, wording):
    assert sound.likeness(asked, wording) >= 0.5


@pytest.mark.parametrize(
    ("asked", "wording"),
    [
        ("量子力学是啥", "怎么请假"),
        ("where is the canteen", "年假有几天"),
        ("食堂几点开门", "年假有几天"),
        ("", "怎么请假"),
        ("nianjia", "How do I take leave"),
        ("nianjia", "报销流程是什么"),
    ],
)
def test_another_sound_is_not(asked, wording):
    assert sound.likeness(asked, wording) == 0
