"""From phone to phone: one member sends a hundred messages at once."""

import pytest

from tests.support.emulator import wait_for

# PostgreSQL is behind the journeys of test_main_path, test_flows, test_directory and test_canaries, and most of chaos.
pytestmark = pytest.mark.slow

SENT, SERVED = 100, 20


@pytest.mark.thorough  # tests/wecom/quotas asks for the same row by row
def test_a_hundred_messages_are_limited_and_delay_no_other_member(stack, person):
    other = stack.emulator.hire()
    for _ in range(SENT):
        person.writes("谢谢")
    other.writes("谢谢")
    assert "不客气" in other.reads_text()
    heard = [str(entry["content"]["content"]) for entry in person.reads(SERVED + 1, seconds=55)]
    assert sum("不客气" in text for text in heard) == SERVED
    assert "不客气" not in heard[-1]
    wait_for(lambda: delivered(stack, person) == SENT, "the rest to be delivered")
    other.writes("谢谢")
    assert "不客气" in other.reads_text()
    assert len(person.received()) == SERVED + 1


def delivered(stack, person) -> int:
    rows = stack.emulator.api("GET", "callbacks", params={"member": person.user_id})["callbacks"]
    return sum(row["status"] == "delivered" for row in rows)
