"""Times of day as people say them."""

import pytest

from core.text.slot_values import Slot, SlotType
from tests.core.text.test_slot_values import TODAY


def read(text: str) -> str | None:
    return Slot(name="slot", type=SlotType.TIME).parse(text, today=TODAY)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[
            ("下午三点半", "15:30"),
            ("15:00", "15:00"),
            ("３：３０", "15:30"),
            ("早上9点", "09:00"),
            ("三点一刻", "15:15"),
        ],
        *[
            ("三点零五分", "15:05"),
            ("零点", "00:00"),
            ("中午12点", "12:00"),
            ("上午12点", "12:00"),
            ("凌晨12点", "00:00"),
        ],
        *[("晚上11点", "23:00"), ("晚上12点", "00:00"), ("半夜1点", "01:00"), ("中午", "12:00"), ("24:00", "00:00")],
        *[("at 3", "15:00"), ("3pm", "15:00"), ("3 p.m.", "15:00"), ("9am", "09:00"), ("12am", "00:00")],
        *[("12 pm", "12:00"), ("half past three", "15:30"), ("quarter to 7", "06:45"), ("ten past 8", "08:10")],
        *[("seven o'clock", "07:00"), ("noon", "12:00"), ("3 in the afternoon", "15:00"), ("18", "18:00")],
        *[("8 in the evening", "20:00"), ("9, at night", "21:00"), ("12 at night", "00:00")],
        ("in the morning at 6", "06:00"),
    ],
)
def test_times_are_read_as_people_say_them(text, value):
    assert read(text) == value


@pytest.mark.parametrize(("text", "value"), [("6", "18:00"), ("7", "07:00"), ("06:00", "06:00"), ("早上6点", "06:00")])
def test_hours_from_1_to_6_are_in_the_afternoon(text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    "text", ["", "晚上3点", "3 at night", "25点", "24:30", "3:70", "下午", "morning", "soon", "99"]
)
def test_what_is_no_time_or_may_be_two_is_asked_again(text):
    assert read(text) is None
