"""Values of facts, as HR files and people write them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from wecom.exceptions import FactRefused
from wecom.facts import fact_values
from wecom.facts.definitions import FactType, language_type
from wecom.models import FactKind

TODAY = date(2026, 11, 28)


def fact(kind: FactKind, key: str = "x", **fields: Any) -> FactType:
    return FactType(key=key, name=key, kind=kind, **fields)


DAY, NUMBER, TEXT = fact(FactKind.DATE), fact(FactKind.NUMBER), fact(FactKind.TEXT)
SIZE = fact(FactKind.CHOICE, choices=("S", "大号 L", "XL"))


def refusal(kind: FactType, raw: object) -> FactRefused:
    with pytest.raises(FactRefused) as error:
        fact_values.parse(kind, raw, today=TODAY)
    assert error.value.field == kind.key
    assert error.value.remedy
    return error.value


@pytest.mark.parametrize(
    "raw",
    [
        *("2026-09-01", "2026/9/1", "2026.9.1", "2026年9月1日", "2026 年 9 月 1 号", "２０２６-０９-０１", "20260901"),
        *("1 September 2026", "1 Sept 2026", "Sep 1, 2026", "1st sep 2026", "2026-09-01 00:00:00", "2026-09-01T08:30"),
        *("46266", 46266, 46266.0, date(2026, 9, 1), datetime(2026, 9, 1, 8, 30)),
    ],
)
def test_a_date_is_read_in_its_usual_forms(raw):
    assert fact_values.parse(DAY, raw, today=TODAY) == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("01/09/2026", "can be read"),
        ("9月1日", "can be read"),
        ("soon", "can be read"),
        (True, "can be read"),
        ("2026-02-30", "no day"),
        ("2026年13月1日", "no day"),
        ("1026-09-01", "year 1026"),
        ("9026-09-01", "year 9026"),
    ],
)
def test_a_date_that_is_none_or_has_two_readings_is_refused(raw, words):
    with translation.override("en"):
        assert words in refusal(DAY, raw).message


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_a_date_reads_back_as_it_is_written(day):
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert fact_values.parse(DAY, fact_values.written(DAY, day), today=TODAY) == day
    assert fact_values.parse(DAY, fact_values.plain(day), today=TODAY) == day


@pytest.mark.parametrize("raw", ["Europe/London", "europe/london", " Europe/London "])
def test_a_time_zone_is_known_by_its_name(raw):
    assert fact_values.parse(fact(FactKind.TEXT, "time_zone"), raw, today=TODAY) == "Europe/London"


def test_a_time_zone_that_does_not_exist_is_refused():
    with translation.override("en"):
        error = refusal(fact(FactKind.TEXT, "time_zone"), "Peking")
    assert (error.message, "Asia/Shanghai" in error.remedy) == ("There is no time zone “Peking”.", True)


def test_a_birthday_lies_in_the_past_and_a_contract_may_end_later():
    birthday = fact(FactKind.DATE, "birthday", personal=True)
    assert fact_values.parse(birthday, TODAY, today=TODAY) == TODAY
    refusal(birthday, "2026-11-29")
    assert fact_values.parse(fact(FactKind.DATE, "contract_end"), "2030-01-01", today=TODAY) == date(2030, 1, 1)


@pytest.mark.parametrize(
    ("raw", "value"),
    [("1,234.5", "1234.5"), ("１２３", "123"), ("-0.25", "-0.25"), (7, "7"), (0.1, "0.1"), ("+5", "5"), ("0", "0")],
)
def test_a_number_is_read_with_and_without_separators(raw, value):
    assert fact_values.parse(NUMBER, raw, today=TODAY) == Decimal(value)


@pytest.mark.parametrize(
    "raw", ["1,23", "12 kg", "nan", "1e5", "", "一", True, date(2026, 1, 1), "1.1234567", "9" * 15, float("inf"), 1e300]
)
def test_a_number_that_is_none_or_does_not_fit_is_refused(raw):
    refusal(NUMBER, raw)


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=6))
def test_a_number_reads_back_as_it_is_written(number):
    assert fact_values.parse(NUMBER, fact_values.written(NUMBER, number), today=TODAY) == number
    assert fact_values.parse(NUMBER, fact_values.plain(number), today=TODAY) == number


def test_a_number_is_written_without_zeros_at_its_end():
    assert fact_values.plain(Decimal("1500.000000")) == "1500"
    assert fact_values.written(NUMBER, Decimal("1500.500000")) == "1,500.5"


@pytest.mark.parametrize(("raw", "value"), [("xl", "XL"), (" 大号l ", "大号 L"), ("ｓ", "S")])
def test_a_choice_is_known_by_its_word_in_any_case_and_width(raw, value):
    assert fact_values.parse(SIZE, raw, today=TODAY) == value


def test_a_wrong_choice_is_told_what_there_is_to_choose():
    assert "S, 大号 L, XL" in refusal(SIZE, "M").remedy


@pytest.mark.parametrize(
    ("raw", "value"), [("中文", "zh-hans"), ("ZH-CN", "zh-hans"), ("English", "en"), ("英文", "en")]
)
def test_a_language_is_known_by_its_names(raw, value):
    assert fact_values.parse(language_type(), raw, today=TODAY) == value


def test_a_text_keeps_its_words_and_loses_its_margin():
    assert fact_values.parse(TEXT, "  上海 浦东 ", today=TODAY) == "上海 浦东"
    assert fact_values.parse(TEXT, 1001.0, today=TODAY) == "1001"


@pytest.mark.parametrize("raw", ["  ", "长" * 201, "a\0b", "\ud800"])
def test_a_text_that_cannot_be_kept_is_refused(raw):
    refusal(TEXT, raw)


def test_a_manager_is_a_user_id_in_lower_case():
    manager = fact(FactKind.TEXT, "manager")
    assert fact_values.parse(manager, "ZhangSan", today=TODAY) == "zhangsan"
    refusal(manager, "two words")


def test_a_personal_value_is_masked_and_another_is_not():
    born = fact(FactKind.DATE, personal=True)
    assert fact_values.masked(born, date(1988, 3, 7)) == "19**-**-07"
    assert fact_values.masked(fact(FactKind.TEXT, personal=True), "病假") == "***"
    assert fact_values.masked(fact(FactKind.NUMBER, personal=True), Decimal(12)) == "***"
    assert fact_values.masked(TEXT, "上海") == "上海"


def test_a_long_value_is_quoted_in_part():
    assert len(refusal(NUMBER, "很" * 500).message) < 100
