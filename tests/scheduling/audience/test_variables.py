"""Variables in words: braces are never delivered, and values are not read as variables."""

import pytest

from scheduling.audience import variables

FACTS = {"name": "王芳", "city": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{name}}，你好", "王芳，你好"),
        ("{{ name | 同事 }}，你好", "王芳，你好"),
        ("{{city|上海}}的同事", "上海的同事"),
        ("{{city}}的同事", "的同事"),
        ("{{nick|}}好", "好"),
        ("没有变量", "没有变量"),
    ],
)
def test_a_variable_becomes_its_value_or_its_default(text, filled):
    assert variables.fill(text, FACTS) == filled


def test_braces_in_a_value_stay_as_they_are():
    assert variables.fill("{{name}}", {"name": "{{city}}"}) == "{{city}}"


@pytest.mark.parametrize("text", ["{{name", "name}}", "{{na me}}", "{{{name}}}", "{{name|a|b}}", "{{}}"])
def test_braces_that_are_no_variable_are_found(text):
    assert variables.has_stray_braces(text)


def test_only_a_place_without_a_default_needs_a_value():
    assert variables.needed_in(["{{name}} {{city|上海}}", "{{city}} {{position|}}"]) == ["city", "name", "position"]
    assert variables.needed_in(["{{name|同事}}"]) == []


def test_a_template_gets_the_variable_without_its_default():
    assert variables.without_default("{{name|同事}}和{{city}}") == "{{name}}和{{city}}"
