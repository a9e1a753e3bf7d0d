"""Rules in SQL: they mean on both databases what they mean in plain Python."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.exceptions import SchedulingError
from scheduling.models import Segment
from scheduling.segments.condition_validation import checked
from scheduling.segments.query import Compiler
from scheduling.segments.rule_subjects import subjects_of
from scheduling.segments.rules import Condition, Group, parse_group
from tests.scheduling.segments.support.company import PEOPLE, TODAY, make_company
from tests.scheduling.segments.support.oracle import holds
from tests.support.factories import make_application
from wecom.models import Member

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

TEXTS = st.sampled_from(
    ["Engineer", "engineer", "e", "É", "é", "100%", "_", "工程", "SHANGHAI", "上海", "DORA", "陈晨", "ben"]
)
DATES = st.dates(date(1985, 1, 1), date(2027, 12, 31)) | st.sampled_from(
    [day for person in PEOPLE for day in person.facts.values() if isinstance(day, date)]
)
NUMBERS = st.sampled_from([-2, 0, 3, 3.5, "3.50", 4])
SPANS = st.tuples(st.integers(-60, 60), st.integers(-60, 60)).map(sorted)


def condition(subject: str, **tests: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        *(
            st.fixed_dictionaries({"subject": st.just(subject), "test": st.just(test), "value": value})
            for test, value in tests.items()
        )
    )


def known() -> dict[str, st.SearchStrategy[Any]]:
    return {"is_known": st.none(), "is_unknown": st.none()}


def texts(subject: str) -> st.SearchStrategy[dict[str, Any]]:
    many = st.lists(TEXTS, min_size=1, max_size=3)
    single = {"is": TEXTS, "is_not": TEXTS, "contains": TEXTS, "starts_with": TEXTS}
    return condition(subject, **single, one_of=many, none_of=many, **known())


def choices(subject: str, *values: str) -> st.SearchStrategy[dict[str, Any]]:
    one, many = st.sampled_from(values), st.lists(st.sampled_from(values), min_size=1)
    return condition(subject, **{"is": one, "is_not": one}, one_of=many, none_of=many, **known())


def dates(subject: str) -> st.SearchStrategy[dict[str, Any]]:
    day = DATES.map(date.isoformat)
    pair = st.tuples(DATES, DATES).map(lambda two: [one.isoformat() for one in sorted(two)])
    near = {"within_days": SPANS, "anniversary_within": SPANS}
    exact = {"days_ago": st.integers(-40, 40), "anniversary_in": st.integers(-40, 40)}
    plain = {"is": day, "is_not": day, "before": day, "after": day, "between": pair}
    return condition(subject, **plain, **near, **exact, **known())


def numbers(subject: str) -> st.SearchStrategy[dict[str, Any]]:
    pair = st.sampled_from([[-2, 3], [3, 3], ["3.1", "3.5"]])
    plain = {"is": NUMBERS, "is_not": NUMBERS, "less": NUMBERS, "greater": NUMBERS, "between": pair}
    return condition(subject, **plain, **known())


def places(subject: str, *keys: int) -> st.SearchStrategy[dict[str, Any]]:
    many = st.lists(st.sampled_from(keys), min_size=1)
    with_below = st.fixed_dictionaries(
        {
            "subject": st.just(subject),
            "test": st.sampled_from(["one_of", "none_of"]),
            "value": many,
            "below": st.booleans(),
        }
    )
    return with_below | condition(subject, **known())


CONDITIONS = st.one_of(
    *(texts(subject) for subject in ("name", "user_id", "position", "fact:city")),
    choices("gender", "male", "female"),
    choices("status", "active", "disabled", "not_activated"),
    choices("fact:team", "red", "blue"),
    *(dates(subject) for subject in ("fact:start_date", "fact:birthday")),
    numbers("fact:level"),
    places("department", 1, 7, 8, 9, 99),
    places("tag", 3, 4, 99),
    condition("is_leader", **{"is": st.booleans()}),
)
OPS = st.sampled_from(["all", "any", "none"])


def groups(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"op": OPS, "rules": st.lists(inner, max_size=3)})


RULES = groups(CONDITIONS | groups(CONDITIONS | groups(CONDITIONS)))


def found(group: Group, application: Any, today: date = TODAY) -> set[str]:
    members = Member.objects.filter(corporation=application.corporation)
    return set(
        members.filter(Compiler(application.corporation, today=today).compile(group)).values_list("user_id", flat=True)
    )


@pytest.fixture
def company(application):
    make_company(application)
    return application


@settings(max_examples=60)
@given(data=RULES, days=st.integers(-400, 400))
def check_rules(company: Any, data: dict[str, Any], days: int) -> None:
    today = TODAY + timedelta(days)
    group = checked(parse_group(data), subjects_of(company.corporation))
    assert parse_group(group.as_json()) == group
    assert found(group, company, today) == {person.user_id for person in PEOPLE if holds(group, person, today)}


def test_sql_finds_whom_plain_python_finds(company):
    check_rules(company)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 2, 28), {"ben", "chen"}),  # a common year: 29 February comes on the 28th
        (date(2028, 2, 28), {"chen"}),
        (date(2028, 2, 29), {"ben"}),
        (date(2027, 3, 1), {"dora"}),
        (date(2026, 12, 31), {"eva"}),
        (date(2027, 1, 1), {"finn"}),
    ],
)
def test_a_birthday_of_29_february_comes_every_year(company, today, expected):
    rule = Group(rules=(Condition(subject="fact:birthday", test="anniversary_in", value=0),))
    assert found(rule, company, today) == expected


def test_anniversaries_are_found_across_the_end_of_the_year(company):
    rule = Group(rules=(Condition(subject="fact:birthday", test="anniversary_within", value=(-2, 3)),))
    assert found(rule, company, date(2026, 12, 30)) == {"eva", "finn"}


def test_the_day_of_joining_is_no_anniversary(company):
    rule = Group(rules=(Condition(subject="fact:start_date", test="anniversary_in", value=0),))
    assert found(rule, company) == {"ben", "finn"}


def test_a_segment_means_the_members_of_its_own_rule(company):
    rule = {"op": "all", "rules": [{"subject": "department", "test": "one_of", "value": [7]}]}
    inner = Segment.objects.create(corporation=company.corporation, name="研发", rule=rule)
    named = Group(rules=(Condition(subject="segment", test="one_of", value=(inner.pk,)),))
    assert found(named, company) == {"anna", "ben", "finn"}
    others = Group(rules=(Condition(subject="segment", test="none_of", value=(inner.pk,)),))
    assert found(others, company) == {"chen", "dora", "eva"}


def test_segments_that_name_each_other_are_refused(company):
    first = Segment.objects.create(corporation=company.corporation, name="甲")
    second = Segment.objects.create(corporation=company.corporation, name="乙")
    for one, other in ((first, second), (second, first)):
        one.rule = {"op": "any", "rules": [{"subject": "segment", "test": "one_of", "value": [other.pk]}]}
        one.save()
    compiler = Compiler(company.corporation, today=TODAY)
    with pytest.raises(SchedulingError, match="甲") as caught:
        compiler.compile(parse_group(first.rule), open_segments=(first.pk,))
    assert caught.value.code == "segment_cycle"


@pytest.mark.parametrize(
    ("rule", "code", "words"),
    [
        ({"subject": "fact:probation", "test": "is", "value": "1"}, "fact_gone", "probation"),
        ({"subject": "segment", "test": "one_of", "value": [987654]}, "segment_gone", "987654"),
    ],
)
def test_a_rule_that_names_what_is_gone_says_so(company, rule, code, words):
    with pytest.raises(SchedulingError, match=words) as caught:
        found(parse_group({"rules": [rule]}), company)
    assert (caught.value.code, bool(caught.value.remedy)) == (code, True)


def test_segments_of_another_company_are_not_there(company):
    other = Segment.objects.create(corporation=make_application().corporation, name="别家")
    with pytest.raises(SchedulingError):
        found(Group(rules=(Condition(subject="segment", test="one_of", value=(other.pk,)),)), company)
