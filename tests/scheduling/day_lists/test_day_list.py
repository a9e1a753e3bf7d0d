"""Lists of holidays and make-up days, in every form in which they are published."""

from datetime import date

import pytest

from scheduling.day_lists.day_list import read_day_list

NOTICE = """国务院办公厅关于2026年部分节假日安排的通知
经国务院批准，现将2026年元旦、春节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
七、国庆节：9月30日（周三）至10月2日（周五）放假调休。9月20日（周日）、10月10日（周六）上班。
2025年11月4日"""
LINES = "date,kind,name\n2027-01-01,休,元旦\n# 备注\n2027/2/5..2027/2/7 off 春节\n2027年2月14日 补班\n"
CALENDAR = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270101
DTEND;VALUE=DATE:20270104
SUMMARY:元旦 假期
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270207
SUMMARY:春节 补
 班
END:VEVENT
END:VCALENDAR"""


def days_of(text: str) -> list[tuple[str, bool]]:
    found = read_day_list(text)
    assert found.errors == ()
    return [(f"{day.date:%m-%d}", day.works) for day in found.days]


def test_the_state_councils_notice_is_read_as_it_is_written():
    found = days_of(NOTICE)
    assert len(found) == 3 + 9 + 3 + 3 + 5
    assert [day for day, works in found if works] == ["01-04", "02-14", "02-28", "09-20", "10-10"]
    assert [day for day, works in found if not works][-3:] == ["09-30", "10-01", "10-02"]
    names = {day.date: day.name for day in read_day_list(NOTICE).days}
    assert (names[date(2026, 1, 3)], names[date(2026, 2, 28)]) == ("元旦", "春节")


def test_a_holiday_may_begin_in_the_year_before():
    text = "2024年部分节假日安排\n一、元旦：2023年12月30日至2024年1月1日放假。"
    assert [day for day, _works in days_of(text)] == ["12-30", "12-31", "01-01"]


def test_lines_and_csv_have_dates_spans_and_names():
    assert days_of(LINES) == [("01-01", False), ("02-05", False), ("02-06", False), ("02-07", False), ("02-14", True)]
    assert read_day_list(LINES).days[1].name == "春节"


def test_a_calendar_file_ends_before_its_last_date():
    assert days_of(CALENDAR) == [("01-01", False), ("01-02", False), ("01-03", False), ("02-07", True)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no date"),
        ("2027-01-01 休\nabc", "Line 2 has no date"),
        ("2027-01-01 休\n2027-01-02", "Line 2 does not say"),
        ("2027-02-30 休", "Line 1 has a date that does not exist"),
        ("2027-02-03..2027-02-01 休", "before the first"),
        ("2027-01-01..2028-01-01 休", "a month after"),
        ("2027-01-01 休\n2027-01-01 班", "both"),
        ("一、元旦：1月1日放假。", "year"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text, words):
    assert words in " ".join(read_day_list(text).errors)
