"""How long a step waits, and how its row says so."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from conversations.machine.edges import Edge
from conversations.machine.effects import Say, Sleep
from conversations.machine.formulas.values import Context
from conversations.machine.kinds.end import EndNode
from conversations.machine.kinds.say import SayNode
from conversations.machine.kinds.wait import WaitNode
from conversations.machine.places import Act, Place
from conversations.machine.step import step
from conversations.machine.values import Machine
from conversations.models import State

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def entered(**fields):
    """The first step of a flow that waits."""
    wait = WaitNode(key="wait", name="Wait", edges=(Edge(to="bye"),), **fields)
    machine = Machine(name="F", language="en", start="wait", nodes=(wait, EndNode(key="bye", name="B", text="Bye")))
    return machine, step(machine, Place(), Act.START, today=date(2026, 3, 2), now=NOW, context=Context(now=NOW))


@pytest.mark.parametrize(
    ("fields", "until"),
    [
        ({"wait": 1}, NOW + timedelta(minutes=1)),
        ({"wait": 366 * 1440}, NOW + timedelta(days=366)),
        ({"wait": 366 * 1440 + 1}, NOW + timedelta(days=366)),
        ({"formula": '"2026-03-03"'}, datetime(2026, 3, 3, 9, 0, tzinfo=UTC)),
        ({"formula": '"2026-03-02 08:01"'}, NOW + timedelta(minutes=1)),
        ({"formula": '"2027-03-04"'}, NOW + timedelta(days=366)),
    ],
)
def test_a_session_sleeps_until_the_moment_at_most_a_year(fields, until):
    _machine, done = entered(**fields)
    assert done.effects == (Sleep(until=until),)
    assert (done.place.at, done.place.wakes_at) == ("wait", until)


@pytest.mark.parametrize("formula", ['"2026-03-02 08:00"', '"2026-03-01"', '"soon"', ""])
def test_a_wait_that_is_over_or_unknown_is_none(formula):
    _machine, done = entered(formula=formula)
    assert done.effects == (Say(text="Bye"),)
    assert done.place.wakes_at is None


@pytest.mark.parametrize(("act", "at"), [(Act.WAKE, "bye"), (Act.RESUME, "bye"), (Act.SAY, "wait"), (Act.BACK, "wait")])
def test_only_its_end_or_a_resumption_moves_a_sleeping_session(act, at):
    machine, done = entered(wait=5)
    after = step(machine, done.place, act, "x", today=date(2026, 3, 2), now=NOW, context=Context(now=NOW))
    assert after.place.at == at
    assert (after.place.wakes_at is None) is (at == "bye")


@pytest.mark.parametrize(
    ("fields", "minutes", "codes"),
    [
        ({}, None, ["no_wait"]),
        ({"wait": 60}, None, []),
        ({"formula": "day"}, 60, []),
        ({"wait": 59}, 60, []),
        ({"wait": 60}, 60, ["waits_too_long"]),
        ({"wait": 61}, 60, ["waits_too_long"]),
    ],
)
def test_a_wait_needs_a_length_shorter_than_its_flow(fields, minutes, codes):
    node = WaitNode(key="w", name="W", **fields)
    assert [fault.code for fault in node.faults([node], flow_minutes=minutes)] == codes


@pytest.mark.parametrize(
    ("wait", "number", "unit"),
    [(1440, 1, 1440), (2880, 2, 1440), (1500, 25, 60), (60, 1, 60), (90, 90, 1), (1, 1, 1)],
)
def test_a_row_has_the_largest_unit_and_gives_the_wait_back(wait, number, unit):
    node = WaitNode(key="w", name="W", wait=wait)
    row = node.to_row()
    assert (row["wait_for"], row["wait_unit"], row["formula"]) == (number, unit, "")
    assert WaitNode.of_row(State(wait_for=number, wait_unit=unit, formula="day"))["wait"] == wait


def test_a_row_without_a_number_has_its_formula():
    assert WaitNode(key="w", name="W", formula="day").to_row() == {"formula": "day", "wait_for": None}
    found = WaitNode.of_row(State(wait_for=None, wait_unit=60, formula=" day "))
    assert (found["wait"], found["formula"]) == (None, "day")


def test_a_wait_never_expires_and_gives_its_minutes_to_its_end_only():
    node = WaitNode(key="w", name="W", wait=7)
    assert node.expires_after is None
    assert node.minutes_of(Act.WAKE) == 7
    assert node.minutes_of(Act.EXPIRE) is None
    assert node.leads_silently([], asking=True) == ()
    assert SayNode(key="s", name="S").minutes_of(Act.EXPIRE) == 60
    assert SayNode(key="s", name="S").minutes_of(Act.WAKE) is None


def test_an_answer_that_is_kept_anew_loses_its_label():
    place = Place(slots={"a": "1", "b": "2"}, labels={"a": "One", "b": "Two"})
    assert place.known == {"a": "1", "b": "2", "a.label": "One", "b.label": "Two"}
    kept = place.keeping({"a": "3"})
    assert (kept.slots, kept.labels) == ({"a": "3", "b": "2"}, {"b": "Two"})
    assert place.keeping({"a": "3"}, {"a": "Three"}).labels == {"a": "Three", "b": "Two"}
    without = place.without("a")
    assert (without.slots, without.labels) == ({"b": "2"}, {"b": "Two"})


def test_a_place_begins_anew_with_what_it_was_given():
    place = Place(at="x", given={"a": "1", "b": "2"}, slots={"a": "1", "b": "9", "c": "3"}, tries=2)
    begun = replace(place, labels={"a": "One", "b": "Nine", "c": "Three"}).begun()
    assert begun == Place(given={"a": "1", "b": "2"}, slots={"a": "1", "b": "2"}, labels={"a": "One"})
