"""Sentences of *Why?*: each source, each act, with and without what is not known."""

import pytest
from django.utils import translation

from conversations.machine.places import Act
from conversations.wording import explanation_texts as texts


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize("act", Act)
def test_each_act_is_a_sentence(act):
    assert texts.act(act.value).endswith(".")


def test_an_act_that_is_gone_keeps_its_name():
    assert texts.act("dance") == "dance"


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("remind", "“Dish” reminds after 7 min without an answer"),
        ("expire", "“Dish” waits 7 min for an answer"),
        ("wake", "“Dish” waits 7 min"),
        ("time_out", "“Dish” ends 7 min after its start"),
    ],
)
def test_a_time_is_told_with_its_beginning_if_known(act, words):
    assert texts.timer(act, "Dish", 7, "") == words
    assert texts.timer(act, "Dish", 7, "9:00") == f"{words} – asked at 9:00"


@pytest.mark.parametrize(
    ("how", "at", "words"),
    [
        ("typed", "9:00", "dish – typed at 9:00"),
        ("tapped", "9:00", "dish – tapped at 9:00"),
        ("spoken", "9:00", "dish – spoken at 9:00"),
        ("sent", "9:00", "dish – sent at 9:00"),
        ("typed", "", "dish"),
        ("tapped", "", "dish"),
        ("spoken", "", "dish"),
        ("given", "", "dish – given when the flow was started"),
        ("call", "", "dish – from a call"),
        ("passed", "", "dish – passed in by the flow around it"),
        ("taken", "", "dish – taken over from a sub-flow"),
        ("set", "", "dish – set by a step"),
        ("", "9:00", "dish"),
        ("gone", "9:00", "dish"),
    ],
)
def test_an_answer_names_its_source_if_it_is_known(how, at, words):
    assert texts.from_source("dish", how, at) == words


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (lambda: texts.taken("a → b", "", "x"), "a → b: taken"),
        (lambda: texts.taken("a → b", "dish is soup", ""), "a → b: taken, for “dish is soup” held"),
        (
            lambda: texts.taken("a → b", "dish is soup", "it was “x”"),
            "a → b: taken, for “dish is soup” held (it was “x”)",
        ),
        (lambda: texts.not_taken("a → b", "d", ""), "a → b: not taken, for “d” did not hold"),
        (lambda: texts.not_taken("a → b", "d", "it was “x”"), "a → b: not taken, for “d” did not hold (it was “x”)"),
        (lambda: texts.was("x"), "it was “x”"),
        (lambda: texts.was(""), "it was empty"),
        (lambda: texts.score(0.5), "0.50"),
        (lambda: texts.score(0.514, 0.3), "0.51, which counts from 0.30 on"),
        (lambda: texts.score(0.514, 0.0), "0.51, which counts from 0.00 on"),
    ],
)
def test_ways_conditions_and_scores_are_told(told, words):
    assert told() == words
