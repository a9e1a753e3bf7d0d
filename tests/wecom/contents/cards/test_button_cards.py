"""Cards with buttons: the platform's names, limits, and task IDs that differ."""

import pytest

from tests.wecom.support.contents import call, frozen, problem
from wecom.contents import Button, ButtonCard


def card(**changes: object) -> ButtonCard:
    fields = {"title": "要什么画质？", "text": "越清晰越慢。", "task_id": "s7-2", "buttons": buttons(("hd", "高清"))}
    return ButtonCard(**(fields | changes))  # type: ignore[arg-type]


def buttons(*pairs: tuple[str, str]) -> tuple[Button, ...]:
    return tuple(Button(key=key, text=text) for key, text in pairs)


def test_a_card_with_buttons_has_the_platforms_names():
    several = (Button(key="sd", text="标清"), Button(key="hd", text="高清", style=2))
    assert card(buttons=several).payload() == {
        "card_type": "button_interaction",
        "main_title": {"title": "要什么画质？"},
        "sub_title_text": "越清晰越慢。",
        "task_id": "s7-2",
        "button_list": [{"text": "标清", "style": 1, "key": "sd"}, {"text": "高清", "style": 2, "key": "hd"}],
    }
    assert "sub_title_text" not in card(text=" ").payload()


def test_a_card_may_be_full():
    full = buttons(*((f"{number}" + "k" * 1023, "十个汉字的按钮就这么") for number in range(6)))
    assert len(card(title="汉" * 36, text="x" * 320, task_id="a_-Z9" * 24, buttons=full).payload()) == 5


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"title": " "}, "empty", "main_title.title"),
        ({"title": "汉" * 36 + "x"}, "too_long", "main_title.title"),
        ({"text": "x" * 321}, "too_long", "sub_title_text"),
        ({"buttons": ()}, "count", "button_list"),
        ({"buttons": tuple(Button(key=str(number), text="b") for number in range(7))}, "count", "button_list"),
        ({"buttons": (Button(key="k", text="a"), Button(key="k", text="b"))}, "repeated", "button_list[1].key"),
        ({"task_id": ""}, "invalid", "task_id"),
        ({"task_id": "a" * 121}, "invalid", "task_id"),
        ({"task_id": "card 1"}, "invalid", "task_id"),
        ({"task_id": "card@1"}, "invalid", "task_id"),
        ({"task_id": "卡片"}, "invalid", "task_id"),
        ({"task_id": "1\n"}, "invalid", "task_id"),
    ],
)
def test_a_card_with_buttons_names_the_field_that_is_wrong(change, code, field):
    error = problem(card, **change)
    assert (error.code, error.field) == (code, field)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"text": ""}, "empty", "button_list[0].text"),
        ({"text": "十个汉字的按钮就这么长"}, "too_long", "button_list[0].text"),
        ({"text": "More than twenty lett"}, "too_long", "button_list[0].text"),
        ({"key": "  "}, "empty", "button_list[0].key"),
        ({"key": "汉" * 342}, "too_long", "button_list[0].key"),
        ({"style": 0}, "invalid", "button_list[0].style"),
        ({"style": 5}, "invalid", "button_list[0].style"),
    ],
)
def test_a_button_names_the_field_that_is_wrong(change, code, field):
    error = problem(card, buttons=(Button(**({"key": "k", "text": "b"} | change)),))
    assert (error.code, error.field) == (code, field)


def test_cards_that_read_the_same_have_bytes_of_their_own():
    one, other = (frozen(msgtype="template_card", payload=card(task_id=name).payload()) for name in ("s7-2", "s7-3"))
    assert one != other


def test_a_card_sent_again_has_a_new_task_id():
    payload = card(task_id="a" * 120).payload()
    names = [task_id(payload, repeat) for repeat in range(3)]
    assert names == ["a" * 120, "a" * 120 + "@1", "a" * 120 + "@2"]
    assert len(task_id(payload, 9_999_999)) == 128


def task_id(payload: dict[str, object], repeat: int) -> str:
    part = call(msgtype="template_card", payload=payload, repeat=repeat)["template_card"]
    assert isinstance(part, dict)
    return str(part["task_id"])
