"""What members read of their choices."""

import pytest
from django.utils import translation

from conversations.wording import preference_texts as texts


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "none"),
        (["Sport"], "Sport"),
        (["Sport", "Lunch"], "Sport, Lunch"),
        (["x" * 60], "x" * 60),  # as wide as a row
        (["x" * 61], "1 topic"),
        (["中" * 30], "中" * 30),
        (["中" * 30, "a"], "2 topics"),
    ],
)
def test_muted_topics_are_named_where_a_row_has_room(names, words):
    assert texts.muted_value(names) == words


@pytest.mark.parametrize(("count", "words"), [(0, "0 topics"), (1, "1 topic"), (2, "2 topics")])
def test_topics_are_counted(count, words):
    assert texts.topics(count) == words


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (lambda: texts.videos_value(as_text=True), "their words, as text"),
        (lambda: texts.videos_value(as_text=False), "as videos"),
        (lambda: texts.language_value("zh-hans"), "中文"),
        (lambda: texts.language_value("en"), "English"),
        (lambda: texts.language_value(""), "the one that you write"),
        (lambda: texts.topic_state(is_muted=True), "muted"),
        (lambda: texts.topic_state(is_muted=False), "on"),
    ],
)
def test_each_value_is_told(told, words):
    assert str(told()) == words


def test_who_mutes_nothing_gets_everything():
    assert texts.muted([]) == "All right, you get messages about all topics."
    assert "no messages about: Sport, Lunch." in texts.muted(["Sport", "Lunch"])


def test_settings_are_listed_by_number_with_their_page_if_any():
    rows = [("Videos", "as videos"), ("Language", "English")]
    lines = texts.listed(rows).splitlines()
    assert lines[:3] == ["Your message settings", "1. Videos: as videos", "2. Language: English"]
    assert len(lines) == 4
    assert texts.listed(rows, "https://a/p").splitlines()[4] == "All settings: https://a/p"
