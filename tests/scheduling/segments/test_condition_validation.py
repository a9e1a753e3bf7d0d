"""Values of conditions: read as people write them, kept in one form, refused with a remedy."""

from typing import Any

import pytest

from scheduling.exceptions import SchedulingError
from scheduling.segments.condition_validation import checked
from scheduling.segments.rule_subjects import subjects_of
from scheduling.segments.rules import Condition, Group
from tests.scheduling.segments.support.company import make_facts

pytestmark = pytest.mark.django_db


def read(application: Any, subject: str, test: str, value: Any) -> Any:
    group = checked(
        Group(rules=(Condition(subject=subject, test=test, value=value),)), subjects_of(application.corporation)
    )
    (condition,) = group.conditions()
    return condition.value


@pytest.fixture
def company(application):
    make_facts(application)
    return application


@pytest.mark.parametrize(
    ("subject", "test", "value", "kept"),
    [
        ("fact:start_date", "before", "2026/9/1", "2026-09-01"),
        ("fact:start_date", "is", "2026年9月1日", "2026-09-01"),
        ("fact:start_date", "between", ("2026-09-01", "2026.12.31"), ("2026-09-01", "2026-12-31")),
        ("fact:start_date", "within_days", ("-30", "+0"), (-30, 0)),
        ("fact:start_date", "days_ago", "3", 3),
        ("fact:level", "is", "1,200.50", "1200.5"),
        ("fact:level", "greater", 3, "3"),
        ("fact:level", "is", "-0", "0"),
        ("fact:level", "less", "1e3", "1000"),
        ("fact:team", "is", "RED", "red"),
        ("gender", "is", "Female", "female"),
        ("user_id", "one_of", ("LiSi", "anna", "lisi"), ("anna", "lisi")),
        ("department", "one_of", ("9", 7), (7, 9)),
        ("department", "one_of", 7, (7,)),
        ("is_leader", "is", "是", True),
        ("is_leader", "is", "no", False),
        ("name", "is_known", "whatever", None),
    ],
)
def test_a_value_is_read_as_people_write_it(company, subject, test, value, kept):
    assert read(company, subject, test, value) == kept


@pytest.mark.parametrize(
    ("subject", "test", "value", "place", "words"),
    [
        ("fact:start_date", "before", "2026-02-30", "value", "2026-02-30"),
        ("fact:start_date", "before", "soon", "value", "soon"),
        ("fact:start_date", "between", ("2026-09-02", "2026-09-01"), "value", "before it begins"),
        ("fact:start_date", "between", ("2026-09-02",), "value", "two values"),
        ("fact:start_date", "within_days", (5, 1), "value", "before it begins"),
        ("fact:start_date", "within_days", 5, "value", "two numbers"),
        ("fact:start_date", "days_ago", "3.5", "value", "3.5"),
        ("fact:start_date", "days_ago", 99999, "value", "99999"),
        ("fact:start_date", "anniversary_in", 367, "value", "367"),
        ("fact:start_date", "contains", "2026", "test", "start date"),
        ("fact:level", "between", (10, 9), "value", "before it begins"),
        ("fact:level", "is", "many", "value", "many"),
        ("fact:level", "is", "NaN", "value", "NaN"),
        ("fact:level", "is", True, "value", "True"),
        ("fact:team", "is", "green", "value", "green"),
        ("department", "one_of", "研发", "value", "研发"),
        ("department", "one_of", (), "value", "nothing"),
        ("is_leader", "is", "maybe", "value", "maybe"),
        ("name", "is", "", "value", "nothing"),
        ("name", "is", ("a", "b"), "value", "one value"),
        ("phone", "is", "1", "subject", "phone"),
        ("fact:gone", "is", "1", "subject", "gone"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(company, subject, test, value, place, words):
    with pytest.raises(SchedulingError, match=words) as caught:
        read(company, subject, test, value)
    assert (caught.value.field, bool(caught.value.remedy)) == (f"rule.0.{place}", True)
