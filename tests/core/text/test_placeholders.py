"""Placeholders and what stands in their place."""

import pytest

from core.text.placeholders import fill_placeholders, has_stray_braces, needed_names, placeholder_names
from core.text.slot_values import Slot, SlotType, parse_choices

SLOTS = {"quality": Slot(name="quality", type=SlotType.CHOICE, choices=parse_choices("hd = 高清"))}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{name|同事}}你好", "林晓你好"),
        ("{{ nobody | dear colleague }}!", "dear colleague!"),
        ("{{nobody}}!", "!"),
        ("{{quality}} {{quality.label|?}} {{empty.label|–}}", "hd 高清 –"),
        ("{{member.city|总部}}, {{member.facts.shirt|L}}", "上海, L"),
        ("{{braces}}", "{{name}}"),
    ],
)
def test_a_placeholder_becomes_its_value_or_its_default(text, filled):
    values = {"name": "林晓", "quality": "hd", "empty": " ", "member.city": "上海", "braces": "{{name}}"}
    assert fill_placeholders(text, values, SLOTS) == filled


def test_names_of_answers_and_facts_are_found_with_and_without_default():
    text = "{{name|同事}} {{member.city}} {{你的.label|}}"
    assert list(placeholder_names(text)) == ["name", "member.city", "你的"]
    assert list(needed_names(text)) == ["member.city", "你的"]


@pytest.mark.parametrize(
    "text", ["{{name|a|b}}", "{{|a}}", "{{name|{a}}}", "{{member.}}", "{{other.city}}", "{{member.a.b}}"]
)
def test_what_is_no_placeholder_leaves_its_braces(text):
    assert has_stray_braces(text)
