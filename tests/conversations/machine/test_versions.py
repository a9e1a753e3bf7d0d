"""A version that was published by an earlier release is read as it was, and written as that release wrote it."""

import json
from pathlib import Path

import pytest

from conversations.machine.nodes.registry import kinds
from conversations.machine.values import Machine

FROZEN = json.loads((Path(__file__).parent / "frozen" / "version.json").read_text())


def test_the_frozen_version_has_every_kind():
    assert {node["kind"] for node in FROZEN["nodes"]} == {kind.kind for kind in kinds()}


def test_a_version_of_a_release_before_is_written_byte_for_byte():
    machine = Machine.from_json(FROZEN)
    assert json.dumps(machine.to_json()) == json.dumps(FROZEN)


def test_a_version_of_a_release_before_keeps_its_steps():
    machine = Machine.from_json(FROZEN)
    days, call, wait = (machine.node(key) for key in ("ask_days", "call", "wait"))
    assert (days.slot.minimum, days.remind_after, days.validator) == (1, 10, "short")
    assert (call.call.method, call.results) == ("POST", (("number", "id"),))
    assert wait.wait == 90
    assert machine.node("say").spoken("en").title == "Leave"


def test_a_version_with_an_unknown_kind_of_step_is_refused():
    unknown = {**FROZEN, "nodes": [{**FROZEN["nodes"][0], "kind": "gone"}]}
    with pytest.raises(ValueError, match="gone"):
        Machine.from_json(unknown)
