"""Marks the tests that take long, so that `manage.py test --fast` can leave them out."""

import json
from pathlib import Path

import pytest

from tests.runner.file_order import file_of

# What `manage.py test --record` has noted; others are new, or all their cases together take less than 0.3 seconds.
SECONDS: dict[str, float] = json.loads(Path(__file__).with_name("long_tests.json").read_text(encoding="utf-8"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before pytest chooses by marks."""
    for item in items:
        if is_long(item.nodeid):
            item.add_marker(pytest.mark.long)


def is_long(nodeid: str) -> bool:
    """Whether the cases of this function take long together."""
    return f"{file_of(nodeid)}::{function_of(nodeid)}" in SECONDS


def function_of(nodeid: str) -> str:
    return nodeid.partition("[")[0].rpartition("::")[2]
