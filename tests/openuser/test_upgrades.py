"""Rows of earlier versions keep their meaning, and an upgraded database is the same as a new one.

One database is migrated from nothing to today, and gets rows at two versions on its way: to migrate an installation
back and forth for every claim takes minutes. It goes through the migrations of conversations, which are the most;
test_long_upgrades goes through all.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from conversations.flows import publication
from conversations.models import Answer, Document, Flow, Topic
from tests.openuser.support.upgrades import Tables, as_released, as_they_are, different, upgraded_for_a_module

# The mark makes the test database, also where no other file does. Tests only read: what they find stays for the next.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("before"), pytest.mark.databases]


def flow_that_stops_where_it_has_no_transition(apps: Any) -> None:
    flow = apps.get_model("conversations", "Flow").objects.create(name="Old", language="en")
    states = apps.get_model("conversations", "State").objects
    for position, kind in enumerate(("ask", "say", "video", "say")):
        states.create(flow=flow, position=position, key=f"s{position}", name=kind, kind=kind, text="x", slot="x")
    first, *others = states.order_by("position")
    apps.get_model("conversations", "Transition").objects.create(state=first, target=others[0])


def answers_with_words_as_topics(apps: Any) -> None:
    apps.get_model("conversations", "Topic").objects.create(name="假期", name_en="Leave")
    answers = apps.get_model("conversations", "Answer").objects
    for question, topic in (
        ("年假几天", "假期"),
        ("How to book leave", "Leave"),
        ("Insurance", "Benefits and insurance"),
    ):
        answers.create(question=question, answer="x", topic=topic)
    apps.get_model("conversations", "Document").objects.create(title="手册", file="a.md", kind="markdown", topic="假期")


# The last version without what the next migration brings, and the rows that it finds.
FLOW = (("conversations", "0013_answers_and_languages"), flow_that_stops_where_it_has_no_transition)
TOPICS = (("conversations", "0047_validator"), answers_with_words_as_topics)
STEPS = ((partial(as_released, "conversations"), FLOW), (as_they_are, TOPICS))


@pytest.fixture(scope="module")
def before(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Tables]:
    """The test database is one that was upgraded, for as long as this module lasts. How it was when it was new."""
    with upgraded_for_a_module(django_db_blocker, tmp_path_factory.mktemp("media"), *STEPS) as new:
        yield new


def test_an_upgraded_database_has_the_tables_of_a_new_one(before):
    assert different(before) == set()


def test_flows_drawn_before_keep_their_ends():
    draft = publication.draft(Flow.objects.get(name="Old"))
    assert [[edge.to for edge in node.edges] for node in draft.nodes] == [["s1"], ["end"], ["end"], ["end"], []]


def test_topics_of_answers_that_were_words_are_topics():
    topics = {answer.question: str(answer.topic.name) for answer in Answer.objects.exclude(topic=None)}
    assert topics == {"年假几天": "假期", "How to book leave": "假期", "Insurance": "Benefits and insurance"}
    assert Document.objects.get(title="手册").topic.name == "假期"
    assert list(Topic.objects.filter(can_be_muted=False).values_list("name", flat=True)) == ["Benefits and insurance"]
