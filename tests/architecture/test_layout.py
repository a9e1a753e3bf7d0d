"""Tests mirror the folders of the product, in small folders and under short names."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT

TESTS = ROOT / "tests"
# Folders that belong to the suite and not to one folder of the product.
OF_THE_SUITE = {
    "architecture",
    "benchmarks",
    "browser",
    "chaos",
    "fixtures",
    "guide_app",
    "javascript",
    "journeys",
    "mutation",
    "nightly",
    "runner",
    "support",
}
APPS = ("avatars", "conversations", "core", "openuser", "scheduling", "wecom")
MOST_FILES = 15
MOST_WORDS = 12


def files_of_tests() -> Iterator[Path]:
    return (path.relative_to(TESTS) for path in TESTS.rglob("test_*.py"))


def is_of_a_folder(path: Path) -> bool:
    """Whether the product has the same folder."""
    first, *_ = path.parts
    return first in OF_THE_SUITE or "support" in path.parts or (len(path.parts) > 1 and (ROOT / path.parent).is_dir())


def test_every_test_file_lies_as_its_product_folder():
    assert [str(path) for path in files_of_tests() if not is_of_a_folder(path)] == []


@pytest.mark.parametrize("path", ["wecom/telephony/test_calls.py", "lib/test_work.py", "test_anything.py"])
def test_a_file_without_a_product_folder_is_found(path):
    assert not is_of_a_folder(Path(path))


def test_no_folder_has_more_than_fifteen_files():
    modules = (path for room in (TESTS, *(ROOT / app for app in APPS)) for path in room.rglob("*.py"))
    files = Counter(path.parent for path in modules if path.name != "__init__.py" and path.parent.name != "migrations")
    assert {str(folder): number for folder, number in files.items() if number > MOST_FILES} == {}


def long_names(source: str) -> list[str]:
    """The tests whose names have too many words."""
    functions = (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    names = (node.name for node in functions if node.name.startswith("test_"))
    return [name for name in names if len(name.removeprefix("test_").split("_")) > MOST_WORDS]


def test_the_name_of_a_test_has_at_most_twelve_words():
    found = {str(path): long_names((TESTS / path).read_text(encoding="utf-8")) for path in files_of_tests()}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_name_of_thirteen_words_is_found():
    assert long_names(f"def test_{'_'.join('abcdefghijklm')}(): ...") != []
    assert long_names(f"async def test_{'_'.join('abcdefghijkl')}(): ...") == []
