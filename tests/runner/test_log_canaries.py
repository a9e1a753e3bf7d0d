"""What is found in logs, and what is none."""

import pytest

from tests.runner.log_canaries import leaks
from tests.support.emulator import KEYS

BEGINNING = "08:30:00.123 INFO wecom.outbox: A message was sent."


@pytest.mark.parametrize(
    "said", ["text=你好", r"text='\u4f60'", r"body=b'\xe4\xbd\xa0'", "to=person7x4711", f"token={KEYS['TOKEN']}"]
)
def test_words_members_and_keys_are_found_in_lines_of_ours(said):
    line = f"{BEGINNING} {said} cid=ab12"
    assert list(leaks(f"Found 3 你好\n{line}\n{BEGINNING}\n")) == [line]
    assert list(leaks(f'{{"ts": "2026-11-29T08:30:00Z", "event": "{said}"}}')) != []


def test_what_commands_and_tests_print_is_no_log():
    assert list(leaks(f"你好\nperson7x4711\n{BEGINNING} cid=ab12\n")) == []
