"""The doctor beside an installation that is up: every line is in order."""

import json
import subprocess
from contextlib import suppress

import pytest

from tests.emulated import wait_for

pytestmark = pytest.mark.slow


def test_everything_is_in_order(stack, person):
    person.writes("你好")
    person.reads()

    def beat_rang() -> bool:
        with suppress(subprocess.CalledProcessError):
            return bool(stack.manage("doctor", "--only", "beat"))
        return False

    wait_for(beat_rang, "beat")
    results = json.loads(stack.manage("doctor", "--json"))
    assert {result["check"]: result["words"] for result in results if result["level"] != "good"} == {}
    assert len(results) >= 18
