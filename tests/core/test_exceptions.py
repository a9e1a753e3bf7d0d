"""Errors as people read them: what is wrong, then what to do."""

import pytest

from core.exceptions import OpenUserError


@pytest.mark.parametrize(
    ("message", "remedy", "words"),
    [
        ("It is full.", "Wait.", "It is full. Wait."),
        ("已满。", "请稍候。", "已满。请稍候。"),
        ("已满", "请稍候。", "已满 请稍候。"),
        ("已满。", "", "已满。"),
    ],
)
def test_a_space_follows_latin_sentences_only(message, remedy, words):
    assert str(OpenUserError(message, remedy=remedy)) == words
