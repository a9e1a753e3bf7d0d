"""Rules as values and as JSON, and what is wrong with a broken one."""

import pytest

from scheduling.exceptions import SchedulingError
from scheduling.segments.rules import Condition, Group, Op, parse_group, renamed

LATELY = {"subject": "fact:start_date", "test": "within_days", "value": [-30, 0]}


def nested(depth: int) -> dict[str, object]:
    return {"op": "all", "rules": [nested(depth - 1) if depth > 1 else LATELY]}


def test_a_rule_comes_back_from_its_json_as_it_was():
    data = {
        "op": "any",
        "rules": [LATELY, {"op": "none", "rules": [{"subject": "tag", "test": "one_of", "value": [3]}]}],
    }
    assert parse_group(data).as_json() == data


def test_departments_without_those_below_are_told_apart():
    data = {"op": "all", "rules": [{"subject": "department", "test": "one_of", "value": [7], "below": False}]}
    assert parse_group(data).as_json() == data


def test_a_group_without_an_op_needs_all_of_its_rules():
    assert parse_group({"rules": [LATELY]}).op == Op.ALL


def test_empty_groups_inside_are_tidied_away():
    inner = Group(op=Op.ANY, rules=(Group(),))
    condition = Condition(subject="name", test="is_known")
    assert Group(rules=(inner, condition)).tidy() == Group(rules=(condition,))


def test_three_groups_within_each_other_are_allowed():
    assert len(list(parse_group(nested(3)).conditions())) == 1


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([], "rule"),
        ({"op": "some", "rules": []}, "rule.op"),
        ({"rules": {}}, "rule.rules"),
        ({"rules": ["name"]}, "rule.0"),
        ({"rules": [LATELY, {"test": "is"}]}, "rule.1.subject"),
        ({"rules": [{"subject": "name", "test": "sounds_like"}]}, "rule.0.test"),
        ({"rules": [{"subject": "name", "test": "is", "value": {"a": 1}}]}, "rule.0.value"),
        ({"rules": [{"subject": "name", "test": "is", "value": "a\x00b"}]}, "rule.0.value"),
        ({"rules": [{"subject": "name", "test": "is", "value": "a" * 201}]}, "rule.0.value"),
        ({"rules": [{"subject": "name", "test": "one_of", "value": ["a"] * 201}]}, "rule.0.value"),
        ({"rules": [{**LATELY, "below": "yes"}]}, "rule.0.below"),
        ({"rules": [{**LATELY, "colour": "red"}]}, "rule.0"),
        (nested(4), "rule.0.0.0"),
        ({"rules": [LATELY] * 51}, "rule"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_a_remedy(data, place):
    with pytest.raises(SchedulingError) as caught:
        parse_group(data)
    assert (caught.value.field, bool(caught.value.remedy)) == (place, True)


def test_a_person_is_renamed_wherever_a_condition_names_them():
    rule = {"op": "any", "rules": [{"subject": "user_id", "test": "one_of", "value": ["ZhangSan", "lisi"]}]}
    gone = renamed(rule, "zhangsan", "erased-1")
    assert gone == {"op": "any", "rules": [{"subject": "user_id", "test": "one_of", "value": ["erased-1", "lisi"]}]}
