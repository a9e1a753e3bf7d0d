"""The README's tables of the guide name only what exists."""

import re
from collections.abc import Iterator

from avatars import services as avatars_services
from conversations import services as conversations_services
from scheduling import services as scheduling_services
from tests.support.paths import ROOT
from wecom import bot, services
from wecom.client import access_tokens

TESTS = ROOT / "tests"
SPEAKING = re.compile(r"(?<![\w/`.])([a-z0-9]+(?:_[a-z0-9]+){2,})")
CALLED = re.compile(r"await (\w+)\(")
FRONT_DOORS = (bot, access_tokens, services, conversations_services, avatars_services, scheduling_services)


def rows() -> Iterator[list[str]]:
    """The cells of every row: what the guide says, where it lives, what tried it."""
    readme = (ROOT / "wecom/README.md").read_text(encoding="utf-8")
    for line in readme.partition("## The integration guide, line by line")[2].splitlines():
        if line.startswith("|") and not line.startswith(("| the guide", "| ---")):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def names_of_tests() -> set[str]:
    found = (re.findall(r"def test_(\w+)", path.read_text(encoding="utf-8")) for path in TESTS.rglob("test_*.py"))
    return {name for names in found for name in names}


def test_every_row_says_where_it_lives_and_what_tried_it():
    table = list(rows())
    assert len(table) > 50
    assert [row for row in table if len(row) != 3 or not all(row)] == []


def test_every_test_that_a_row_names_is_there():
    known = names_of_tests()
    missing = []
    for *_rest, tried in rows():
        missing += [path for path in re.findall(r"`(\w+/[\w/]+\.py)`", tried) if not (TESTS / path).exists()]
        words = re.sub(r"`[^`]*`", "", tried)
        missing += [name for name in SPEAKING.findall(words) if not any(test.startswith(name) for test in known)]
    assert missing == []


def test_every_function_of_the_guide_that_a_row_names_can_be_called():
    called = {name for row in rows() for name in CALLED.findall(row[0])}
    assert {"send_text_message", "upload_video", "get_user_info", "get_access_token"} <= called
    assert [name for name in called if not any(callable(getattr(door, name, None)) for door in FRONT_DOORS)] == []
