"""Members who leave or come in, as they are written: user IDs with a day each."""

from datetime import date

import pytest

from scheduling.exceptions import SchedulingError
from scheduling.rehearsal.member_days import read_member_days

ZHANG, LI = {"zhangsan": date(2026, 12, 24)}, {"lisi": date(2026, 12, 31)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("ZhangSan 2026-12-24", ZHANG),
        ("zhangsan=2026-12-24, lisi: 2026-12-31", ZHANG | LI),
        ("zhangsan 2026-12-24，\nlisi 2026-12-31,", ZHANG | LI),
    ],
)
def test_members_and_their_days_are_read(text, found):
    assert read_member_days(text, field="leavers") == found


@pytest.mark.parametrize("text", ["zhangsan", "2026-12-24", "zhangsan 24.12.2026", "zhangsan 2026-13-01", "a b c"])
def test_what_is_no_member_with_a_day_says_how_to_write_one(text):
    with pytest.raises(SchedulingError) as caught:
        read_member_days(text, field="joiners")
    assert (caught.value.code, caught.value.field) == ("member_day_form", "joiners")
    assert "zhangsan 2026-12-24" in caught.value.remedy
