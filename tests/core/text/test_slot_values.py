"""Members' answers as slot values."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.slot_values import Choice, Slot, SlotType, parse_choices

TODAY = date(2026, 11, 25)
QUALITY = parse_choices("lipsync = 基础, 普通\nenhanced = 增强\nhigh = 高清, HD")


def read(slot_type: SlotType, text: str, **fields: object) -> str | None:
    return Slot(name="slot", type=slot_type, **fields).parse(text, today=TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "lipsync"),
        ("２", "enhanced"),
        ("3.", "high"),
        (" (2) ", "enhanced"),
        ("二", "enhanced"),
        ("第三个", "high"),
        ("选1", "lipsync"),
        ("我选第2个", "enhanced"),
        ("no. 3", "high"),
        ("基础", "lipsync"),
        ("普通", "lipsync"),
        ("hd", "high"),
        ("ENHANCED", "enhanced"),
        ("高清。", "high"),
        ("增強", "enhanced"),
        ("選擇2", "enhanced"),
        ("4", None),
        ("0", None),
        ("12", None),
        ("最好的", None),
        ("", None),
    ],
)
def test_a_choice_is_made_by_number_label_value_or_another_word(text, value):
    assert read(SlotType.CHOICE, text, choices=QUALITY) == value


def test_a_choice_of_numbers_means_the_label_before_the_place():
    years = parse_choices("2\n1")
    assert read(SlotType.CHOICE, "2", choices=years) == "2"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-25", "2026-11-25"),
        ("2026年1月5日", "2026-01-05"),
        ("2026/3/9", "2026-03-09"),
        ("２０２６．３．９", "2026-03-09"),
        ("11月25日", "2026-11-25"),
        ("12-1", "2026-12-01"),
        ("明天", "2026-11-26"),
        ("today", "2026-11-25"),
        ("2026-02-30", None),
        ("2026-13-01", None),
        ("下周", None),
        ("下周一", "2026-11-30"),
        ("周五", "2026-11-27"),
        ("上周五", "2026-11-20"),
        ("last monday", "2026-11-16"),
        ("this friday", "2026-11-27"),
        ("next monday", "2026-11-30"),
        ("本周三", "2026-11-25"),
        ("周三", "2026-11-25"),
        ("星期天。", "2026-11-29"),
        ("下个礼拜二", "2026-12-01"),
        ("大后天", "2026-11-28"),
        ("三天后", "2026-11-28"),
        ("2周后", "2026-12-09"),
        ("28号", "2026-11-28"),
        ("3号", "2026-12-03"),
        ("下个月1号", "2026-12-01"),
        ("十二月一日", "2026-12-01"),
        ("next Monday", "2026-11-30"),
        ("friday", "2026-11-27"),
        ("in 3 days", "2026-11-28"),
        ("December 1st", "2026-12-01"),
        ("1 Dec 2027", "2027-12-01"),
        ("12.1", "2026-12-01"),
        ("20261201", "2026-12-01"),
        ("12月1日（周二）", "2026-12-01"),
        ("12月1日（下週二）", "2026-12-01"),
        ("就明天吧", "2026-11-26"),
        ("下週一", "2026-11-30"),
        ("月底", "2026-11-30"),
        ("下月底", "2026-12-31"),
        ("明年3月2日", "2027-03-02"),
        ("31号", None),
        ("五十号", None),
    ],
)
def test_dates_are_read_as_people_write_them(text, value):
    assert read(SlotType.DATE, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("19号", "2027-01-19"), ("20号", "2026-12-20"), ("下个月5号", "2027-01-05"), ("后天", "2026-12-22")],
)
def test_days_after_december_are_of_the_next_year(text, value):
    assert Slot(name="slot", type=SlotType.DATE).parse(text, today=date(2026, 12, 20)) == value


@pytest.mark.parametrize(
    ("text", "today", "value"),
    [
        ("1月5日", date(2026, 11, 29), "2027-01-05"),
        ("Jan 5", date(2026, 11, 29), "2027-01-05"),
        ("一月五号", date(2026, 11, 29), "2027-01-05"),
        ("11月2日", date(2026, 11, 29), "2026-11-02"),
        ("6月1日", date(2026, 11, 29), "2026-06-01"),
        ("2月29日", date(2027, 11, 29), "2028-02-29"),
        ("12-28", date(2027, 1, 3), "2027-12-28"),
    ],
)
def test_a_day_without_a_year_that_is_long_ago_is_to_come(text, today, value):
    assert Slot(name="slot", type=SlotType.DATE).parse(text, today=today) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", "7"),
        ("-3", "-3"),
        ("１２", "12"),
        ("1,200", "1200"),
        ("007", "7"),
        ("12.5", "12.5"),
        ("3.50", "3.5"),
        ("七", "7"),
        ("一百二十", "120"),
        ("一百二", "120"),
        ("两千零五", "2005"),
        ("一万二", "12000"),
        ("三点五", "3.5"),
        ("十五天", "15"),
        ("3 days", "3"),
        ("120元", "120"),
        ("三个半", "3.5"),
        ("三天半", "3.5"),
        ("负三天半", "-3.5"),
        ("两个半小时", "2.5"),
        ("半天", "0.5"),
        ("大概3天吧", "3"),
        ("two days", "2"),
        ("2 weeks", None),
        ("-0", "0"),
        ("1.2.3", None),
        ("很多", None),
        ("百百", None),
        ("万", None),
    ],
)
def test_numbers_are_kept_in_plain_digits(text, value):
    assert read(SlotType.NUMBER, text) == value


def test_numbers_and_texts_keep_their_bounds():
    assert read(SlotType.NUMBER, "5", minimum=1, maximum=5) == "5"
    assert read(SlotType.NUMBER, "6", minimum=1, maximum=5) is None
    assert read(SlotType.TEXT, "  你好  ", minimum=2, maximum=2) == "你好"
    assert read(SlotType.TEXT, "你好！", maximum=2) is None
    assert read(SlotType.TEXT, "   ") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("是的", "yes"),
        ("OK", "yes"),
        ("1", "yes"),
        ("不用", "no"),
        ("No.", "no"),
        ("2", "no"),
        ("也许", None),
        ("是啊", "yes"),
        ("不了", "no"),
        ("2.", "no"),
        ("嗯嗯", "yes"),
        ("好的呀～", "yes"),
        ("好吧", "yes"),
        ("没问题！", "yes"),
        ("👍", "yes"),
        ("Yes please", "yes"),
        ("不用啦", "no"),
        ("算了", "no"),
        ("No, thanks", "no"),
        ("對的", "yes"),
        ("確認", "yes"),
        ("没错", "yes"),
        ("👍🏻", "yes"),
        ("沒有", "no"),
        ("是吗", None),
        ("好了！", "yes"),
        ("试过了", "yes"),
        ("It works now.", "yes"),
        ("还是不行", "no"),
        ("没好。", "no"),
        ("Not yet", "no"),
        ("It doesn’t work", "no"),
    ],
)
def test_yes_and_no_are_understood_in_both_languages(text, value):
    assert read(SlotType.YES_NO, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86-138-0013-8000", "13800138000"),
        ("12345", None),
        ("23800138000", None),
        ("0086 13800138000", "13800138000"),
    ],
)
def test_a_mobile_number_is_kept_without_prefix_and_blanks(text, value):
    assert read(SlotType.PHONE, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" li@example.com ", "li@example.com"),
        ("li@example.com。", "li@example.com"),
        ("li@example", None),
        ("li example.com", None),
    ],
)
def test_an_email_address_has_a_name_and_a_domain(text, value):
    assert read(SlotType.EMAIL, text) == value


@pytest.mark.parametrize("text", ["\u200b", " \u2060\u3000", "a\0b", "a\ud800"])
def test_what_nobody_sees_or_no_column_holds_is_no_answer(text):
    assert read(SlotType.TEXT, text) is None


def test_a_text_loses_the_marks_that_nobody_sees_at_its_ends():
    assert read(SlotType.TEXT, "\u200b 你好\u200b\u200b吗 \u2060") == "你好\u200b吗"


def test_a_choice_may_be_written_without_a_value():
    assert parse_choices("北京\nshanghai = 上海，沪\n\n") == (
        Choice(value="北京", label="北京"),
        Choice(value="shanghai", label="上海", words=("沪",)),
    )
    assert parse_choices("= 上海") == (Choice(value="上海", label="上海"),)


@given(st.sampled_from(SlotType), st.text(max_size=60))
def test_nothing_that_people_write_makes_a_slot_raise(slot_type, text):
    value = Slot(name="slot", type=slot_type, choices=QUALITY).parse(text, today=TODAY)
    assert value is None or value.strip()


@given(st.sampled_from([kind for kind in SlotType if kind != SlotType.CHOICE]), st.text(max_size=40))
def test_a_value_reads_as_itself(slot_type, text):
    slot = Slot(name="slot", type=slot_type)
    value = slot.parse(text, today=TODAY)
    assert value is None or slot.parse(value, today=TODAY) == value
