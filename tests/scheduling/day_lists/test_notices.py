"""The State Council's notices, in the words of each year; the days are those that the package has."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from scheduling.day_lists.day_list import read_day_list
from tests.scheduling.day_lists.notices import CHANGES, DAYS, EXTENDED, EXTENSION, NOTICES, TITLE


def codes(text: str) -> list[str]:
    return [flaw.code for flaw in read_day_list(text).flaws]


def works(text: str) -> dict[date, bool]:
    return {day.date: day.works for day in read_day_list(text).days}


@pytest.fixture(scope="module")
def read() -> dict[date, bool]:
    """Every notice and every change, in their order."""
    days: dict[date, bool] = {}
    for text in (*NOTICES.values(), *CHANGES, EXTENDED):
        days |= works(text)
    return days


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_a_notice_is_read_without_a_doubt_and_holds_its_year(year):
    found = read_day_list(NOTICES[year])
    assert (found.flaws, found.years) == ((), {year})
    assert found.title == f"国务院办公厅关于{year}年部分节假日安排的通知"


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_the_days_of_a_notice_are_those_of_the_package(year, read):
    day = date(year, 1, 1)
    while day.year == year:
        assert read.get(day, day.weekday() < 5) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_holidays_have_the_names_that_the_package_gives_them(year):
    days = {day.date: day.name for day in read_day_list(NOTICES[year]).days if day.date.year == year and not day.works}
    for day, name in days.items():
        known = chinese_calendar.holidays.get(day)
        assert known is None or chinese_calendar.Holiday(known).chinese.removesuffix("节") in name


def test_a_sentence_that_is_not_understood_is_named():
    (flaw,) = read_day_list(f"{EXTENSION}\n{NOTICES[2020]}").flaws
    assert (flaw.code, flaw.is_doubt) == ("not_understood", True)
    assert "2月2日" in flaw.words


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (("1月1日（周四）", "1月1日（周五）"), "weekday"),
        (("1月4日（周日）上班", "1月4日（星期一）上班"), "weekday"),
        (("至23日（农历正月初七、周一）", "至23日（农历正月初七、星期二）"), "weekday"),
        (("共9天", "共8天"), "count"),
        (("至6日（周一）放假，共3天", "至7日（周二）放假，共3天"), "count"),
        (("5月9日（周六）上班", "5月8日（周五）上班"), "made_up_weekday"),
        (("五、端午节", "五、某某节"), "not_whole"),
        (("9月20日（周日）", "9月31日（周日）"), "no_such_date"),
        (("1月4日（周日）上班", "1月3日（周六）上班"), "both"),
    ],
)
def test_what_contradicts_itself_is_named(wrong, code):
    assert wrong[0] in NOTICES[2026]
    assert codes(NOTICES[2026].replace(*wrong)) == [code]


def test_half_a_notice_does_not_make_its_year_known():
    half = NOTICES[2026].split("四、")[0]
    assert codes(half) == ["not_whole"]
    assert read_day_list(half).years == set()
    assert "劳动、端午、中秋、国庆" in read_day_list(half).doubts[0]


def lines(text: str) -> str:
    """As some PDFs have it: a line ends wherever it is full."""
    first, *others = text.split("一、元旦")
    body = "一、元旦" + "".join(others)
    return first + "\n".join(body[at : at + 19] for at in range(0, len(body), 19))


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: "".join(f"<p>&emsp;&emsp;<strong>{line}</strong></p>" for line in text.splitlines()),
        lambda text: text.replace("元旦：", "元旦</b>：<span>").replace("\n", "<br/>\r\n　　"),
        lambda text: text.replace("（", "(").replace("）", ")").replace("：", ":").replace("，", ","),
        lambda text: text.replace("1月", "1 月 ").replace("日", " 日"),
        lambda text: text.replace("至", "—"),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        lines,
    ],
)
@pytest.mark.parametrize("year", [2019, 2024, 2026])
def test_a_notice_is_the_same_however_it_was_copied(year, changed):
    assert works(changed(NOTICES[year])) == works(NOTICES[year])
    assert codes(changed(NOTICES[year])) == []


@pytest.mark.parametrize(
    ("days", "off", "made_up"),
    [
        ("①元旦：1月1日放假，共1天。", ["01-01"], []),
        ("元旦：12月31日至1月2日放假调休，共3天。", ["12-31", "01-01", "01-02"], []),
        ("元旦：1月1日至3日放假，1月9日、16日（星期六）上班。", ["01-01", "01-02", "01-03"], ["01-09", "01-16"]),
        ("七、国庆节：10月1日~3日和10月6日至7日放假。", ["10-01", "10-02", "10-03", "10-06", "10-07"], []),
        ("端午节：6月19日（周六）至21日（周一）放假。", ["06-19", "06-20", "06-21"], []),
        ("春节：2月5日照常上班，2月20日、2月21日正常上班。", [], ["02-05", "02-20", "02-21"]),
    ],
)
def test_other_wordings_are_understood(days, off, made_up):
    found = works(TITLE.format(year=2027, before=2026, days=days))
    assert [f"{day:%m-%d}" for day, works in found.items() if not works] == off
    assert [f"{day:%m-%d}" for day, works in found.items() if works] == made_up


def test_words_about_no_day_are_no_notice():
    assert codes("今天开会，明天不开会。") == ["no_date"]
    assert sorted(DAYS) == list(range(2013, 2027))
