"""The doctor of a running installation reports no problem."""

import json
import subprocess
from contextlib import suppress
from typing import Any

import pytest

from tests.support.emulator import wait_for
from tests.support.stack import Stack

# PostgreSQL is behind the journeys of test_main_path, test_flows, test_directory and test_canaries, and most of chaos.
pytestmark = pytest.mark.slow


def found(stack: Stack) -> list[dict[str, Any]]:
    try:
        answer = stack.manage("doctor", "--json")
    except subprocess.CalledProcessError as error:  # something is not in order: the answer says what
        answer = error.stdout
    results: list[dict[str, Any]] = json.loads(answer)
    return results


def test_only_what_a_company_has_to_decide_is_not_in_order(stack, person):
    person.writes("你好")
    person.reads()

    def beat_rang() -> bool:
        with suppress(subprocess.CalledProcessError):
            return bool(stack.manage("doctor", "--only", "beat"))
        return False

    wait_for(beat_rang, "beat")
    results = found(stack)
    # Nobody has set a place for backups, or confirmed what sensitive subjects are answered.
    assert {result["check"] for result in results if result["level"] != "good"} == {"backup", "care_route"}
    assert len(results) >= 18
