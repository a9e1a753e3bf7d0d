"""Audiences as values: one JSON form, and clear words for what is wrong."""

import pytest

from scheduling.audience.audience_rule import AudienceRule, DepartmentChoice, Selection, check_somebody, parse_audience
from scheduling.exceptions import SchedulingError

WHOLE = {
    "departments": [{"number": 7}, {"number": 9, "below": False}],
    "tags": [3],
    "members": ["anna"],
    "segments": [2],
    "sheet": 4,
    "exclude": {"everyone": True},
}


def test_an_audience_comes_back_from_its_json_as_it_was():
    assert parse_audience(WHOLE).as_json() == WHOLE


def test_equal_audiences_have_one_form_whatever_their_order():
    mixed = {
        "exclude": {},
        "tags": [5, 3, 5],
        "members": [" Anna", "anna"],
        "departments": [9, {"number": 7, "below": True}],
    }
    plain = {"departments": [{"number": 7}, {"number": 9}], "tags": [3, 5], "members": ["anna"]}
    assert parse_audience(mixed) == parse_audience(plain)
    assert list(parse_audience(mixed).as_json()) == list(plain)


def test_a_department_can_stand_without_those_below():
    include = Selection(departments=(DepartmentChoice(number=7, below=False),))
    assert parse_audience({"departments": [{"number": 7, "below": False}]}) == AudienceRule(include=include)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([], "audience"),
        ({"everybody": True}, "audience.everybody"),
        ({"everyone": "yes"}, "audience.everyone"),
        ({"tags": 3}, "audience.tags"),
        ({"tags": ["3"]}, "audience.tags.0"),
        ({"tags": [True]}, "audience.tags.0"),
        ({"departments": [{"number": 0}]}, "audience.departments.0.number"),
        ({"departments": [{"number": 7, "below": 1}]}, "audience.departments.0"),
        ({"members": ["a", " "]}, "audience.members.1"),
        ({"members": ["a" * 65]}, "audience.members.0"),
        ({"members": [f"m{n}" for n in range(1001)]}, "audience.members"),
        ({"exclude": []} | {"exclude": [1]}, "audience.exclude"),
        ({"exclude": {"segments": [-1]}}, "audience.exclude.segments.0"),
        ({"exclude": {"exclude": {}}}, "audience.exclude.exclude"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_a_remedy(data, place):
    with pytest.raises(SchedulingError) as caught:
        parse_audience(data)
    assert (caught.value.field, bool(caught.value.remedy)) == (place, True)


def test_an_audience_that_only_excludes_names_nobody():
    with pytest.raises(SchedulingError) as caught:
        check_somebody(parse_audience({"exclude": {"tags": [3]}}))
    assert caught.value.code == "audience_empty"
