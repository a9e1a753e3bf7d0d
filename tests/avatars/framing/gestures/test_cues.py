"""Which words make a hand move."""

import pytest

from avatars.framing.gestures.cues import cues
from avatars.portraits.half_body.poses import Arm

REST = "，请大家准时到会议室参加今天下午的培训。"


def arms(text: str) -> list[tuple[str, Arm]]:
    return [(text[cue.offset : cue.offset + 2], cue.arm) for cue in cues(text)]


@pytest.mark.parametrize("words", ["你好", "大家好", "早上好", "欢迎", "Hello", "Good morning"])
def test_a_greeting_waves(words: str) -> None:
    assert arms(words + REST) == [(words[:2], Arm.OPEN)]


def test_a_greeting_in_the_middle_of_a_script_does_not_wave() -> None:
    assert arms(f"今天的安排已经发到邮箱里了{REST}见到客户要说你好{REST}") == []


def test_a_list_is_counted_in_order() -> None:
    text = f"第一，领取工牌；第二，参加培训；第三，认识同事{REST}"
    assert arms(text) == [("第一", Arm.ONE), ("第二", Arm.TWO), ("第三", Arm.THREE)]
    english = "First, get your badge. Second, join the training, which takes all of the afternoon today."
    assert [arm for _words, arm in arms(english)] == [Arm.ONE, Arm.TWO]


@pytest.mark.parametrize("text", [f"第一天{REST}", f"My first day{REST}", f"第三，第二，第一{REST}"])
def test_an_ordinal_alone_is_no_list(text: str) -> None:
    assert arms(text) == []


def test_a_question_opens_the_hand_near_its_end() -> None:
    text = f"如果在使用中遇到了任何问题，你知道应该去哪里寻求帮助吗？{REST}"
    (cue,) = cues(text)
    assert cue.arm is Arm.ASK
    assert 8 <= text.index("？") - cue.offset <= 12
    (cue,) = cues("Do you already know where to find all of our documents? Please follow me to the office.")
    assert cue.arm is Arm.ASK


def test_what_leaves_no_time_for_a_gesture_makes_none() -> None:
    assert cues("你好。") == []
    assert cues("好吗？") == []
    assert cues("") == []
