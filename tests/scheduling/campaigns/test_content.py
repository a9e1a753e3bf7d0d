"""The words of a campaign as WeChat Work takes them: each variable in its own field, and never a brace."""

import dataclasses

import pytest

from scheduling.campaigns.content import compose
from scheduling.content_kinds.content_kind_registry import kind_named

CARD = {
    "kind": "textcard",
    "title": "{{name|同事}}，生日快乐",
    "description": "{{city|公司}}的同事们祝福你",
    "url": "https://example.com/{{user_id}}",
}


@pytest.mark.parametrize(
    ("facts", "title", "description"),
    [
        ({"name": "安娜", "city": "上海", "user_id": "anna"}, "安娜，生日快乐", "上海的同事们祝福你"),
        ({"name": "{{city}}", "city": "", "user_id": "b"}, "{{city}}，生日快乐", "公司的同事们祝福你"),
        ({"user_id": "c"}, "同事，生日快乐", "公司的同事们祝福你"),
    ],
)
def test_each_variable_stands_in_its_own_field(facts, title, description):
    card = dataclasses.asdict(compose(kind_named("card"), {"text": "", "card": CARD}, facts))
    assert (card["title"], card["description"]) == (title, description)
    assert card["url"] == f"https://example.com/{facts['user_id']}"


def test_no_brace_of_the_writer_is_delivered():
    for text in ("你好{{name}}", "{{ name | 同事 }}", "你好{{name|}}！"):
        said = dataclasses.asdict(compose(kind_named("text"), {"text": text, "card": {}}, {}))
        assert "{" not in said["content"]
