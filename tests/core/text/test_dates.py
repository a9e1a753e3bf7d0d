"""Dates as files and forms hold them."""

from datetime import date

import pytest

from core.text.dates import written_date


@pytest.mark.parametrize(
    "text",
    [
        *("2026-12-01", "2026/12/1", "2026.12.1", "2026年12月1日", "2026 年 12 月 1 号", "２０２６年１２月１日"),
        *("20261201", "2026-12-01 00:00:00", "1 December 2026", "1st Dec, 2026", "Dec. 1, 2026", "46357"),
    ],
)
def test_a_date_is_read_in_each_usual_form(text):
    assert written_date(text) == date(2026, 12, 1)


@pytest.mark.parametrize("text", ["", "01/12/2026", "明天", "1 Foo 2026", "2026年12月"])
def test_what_is_no_date_or_could_be_two_is_none(text):
    assert written_date(text) is None


@pytest.mark.parametrize("text", ["2026-13-01", "2026年2月30日", "31 June 2026"])
def test_a_day_that_does_not_exist_is_an_error(text):
    with pytest.raises(ValueError, match=r"range|must be"):
        written_date(text)
