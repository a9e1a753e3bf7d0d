"""Moments as people say them, from Wednesday, 25 November 2026, 16:10 in Shanghai."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.slot_values import Slot, SlotType

NOW = datetime(2026, 11, 25, 16, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
SLOT = Slot(name="slot", type=SlotType.DATETIME)


def read(text: str, now: datetime = NOW) -> str | None:
    return SLOT.parse(text, today=now.date(), now=now)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("下周一下午三点", "11-30T15:00"), ("明早9点半", "11-26T09:30"), ("今晚八点", "11-25T20:00")],
        *[("大后天15:30", "11-28T15:30"), ("12月1日下午两点一刻", "12-01T14:15"), ("周五晚上12点", "11-28T00:00")],
        *[("tomorrow at 3", "11-26T15:00"), ("next Monday 15:00", "11-30T15:00"), ("3pm tomorrow", "11-26T15:00")],
        *[("Monday at half past three", "11-30T15:30"), ("tonight at 8", "11-25T20:00"), ("8 tonight", "11-25T20:00")],
        *[
            ("tomorrow morning at 9", "11-26T09:00"),
            ("9:30am on Tuesday", "12-01T09:30"),
            ("12-1 15:00", "12-01T15:00"),
        ],
        *[("半小时后", "11-25T16:40"), ("两个半小时后", "11-25T18:40"), ("in 2 hours", "11-25T18:10")],
        *[("5点", "11-25T17:00"), ("3点", "11-26T15:00"), ("2026-12-07 15:00", "12-07T15:00"), ("现在", "11-25T16:10")],
    ],
)
def test_moments_are_read_as_people_say_them(text, value):
    assert read(text) == f"2026-{value}+08:00"


@pytest.mark.parametrize(
    "text", ["下周一", "tomorrow", "晚上3点", "明天25点", "11月12点", "hello", "", "9" * 50, "9999-12-31 24:00"]
)
def test_a_day_without_a_time_and_other_texts_are_no_moment(text):
    assert read(text) is None


def test_a_moment_is_in_the_zone_of_its_member():
    london = NOW.astimezone(ZoneInfo("Europe/London"))
    assert (read("今天下午3点", london), read("明早9点", london)) == (
        "2026-11-25T15:00+00:00",
        "2026-11-26T09:00+00:00",
    )


def test_hours_from_now_pass_over_a_change_of_clocks():
    before = datetime(2026, 3, 29, 0, 30, tzinfo=ZoneInfo("Europe/London"))
    assert read("in 2 hours", before) == "2026-03-29T03:30+01:00"


def test_a_moment_is_written_out_in_the_language_of_the_flow():
    kept = read("下周一下午三点") or ""
    assert SLOT.label(kept, language="zh-hans") == "2026年11月30日（周一）15:00"
    assert SLOT.label(kept, language="en") == "Monday, 30 November 2026, 15:00"
    assert SLOT.label("soon", language="en") == "soon"


@given(st.text(alphabet="今明后天下周一三上午晚早点半刻:0123456789 tomrwapn", max_size=20))
def test_what_was_read_is_read_again_as_the_same(text):
    kept = read(text)
    assert kept is None or read(kept) == kept
