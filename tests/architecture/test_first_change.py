"""The first change of CONTRIBUTING.md works as it is written: followed to the letter in a copy of the checkout."""

import re
import shlex
from pathlib import Path
from textwrap import dedent

import pytest

from conversations.machine.commands import NAMED
from tests.mutation.tree import Outcome, copied_tree, run_tests, share_database, write
from tests.support.paths import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## A first change")[2].partition("\n## ")[0]
BLOCKS = [(language, dedent(text)) for language, text in re.findall(r"^ *```(\w+)\n(.*?)^ *```", GUIDE, re.M | re.S)]
PYTHON = [text for language, text in BLOCKS if language == "python"]
MARKDOWN = [text for language, text in BLOCKS if language == "markdown"]
SHELL = [text for language, text in BLOCKS if language == "sh"]
TESTS, REGISTRY = "tests/conversations/replies/test_dispatch.py", "conversations/machine/commands.py"
README = "conversations/README.md"
PASSED, FAILED = Outcome.MISSED, Outcome.CAUGHT  # to plant a fault and to make a change are the same to the runner


def replace_line(path: Path, new: str) -> None:
    """Put the line of the command in place of the one with the same beginning, up to its second name."""
    (line,) = (one for one in new.splitlines() if "/状态" in one)
    beginning = line.partition(", " if "names=" in line else " `/状态`")[0]
    text = path.read_text(encoding="utf-8")
    (old,) = (one for one in text.splitlines() if one.startswith(beginning))
    assert old != line
    write(path, text.replace(f"{old}\n", f"{line}\n"))


def test_the_guide_names_the_files_and_a_name_that_is_free():
    assert TESTS in GUIDE
    assert f"]({README}#commands)" in GUIDE
    assert REGISTRY.removesuffix(".py").replace("/", ".") in GUIDE
    (name,) = re.findall(r'says\("(/\w+)"\) == person\.says\("/status"\)', PYTHON[0])
    assert name not in NAMED
    assert f'"{name}"' in PYTHON[1]
    assert f"`{name}`" in MARKDOWN[0]


@pytest.mark.slow
@pytest.mark.thorough
def test_the_first_change_works_as_it_is_written(tmp_path):
    arguments = shlex.split(SHELL[0].partition("pytest ")[2])
    share_database(tmp_path)
    with copied_tree() as root:
        with (root / TESTS).open("a", encoding="utf-8") as file:
            file.write(f"\n\n{PYTHON[0]}")
        before = run_tests(root, arguments, tmp_path)
        assert (before.outcome, "test_progress_is" in before.caught_by) == (FAILED, True), before.output
        replace_line(root / REGISTRY, PYTHON[1])
        changed = run_tests(root, arguments, tmp_path)
        assert changed.outcome == PASSED, changed.output
        table = ["tests/conversations/machine/test_commands.py"]
        undocumented = run_tests(root, table, tmp_path)
        assert undocumented.caught_by.endswith("test_the_readme_has_a_row_for_each_command")
        replace_line(root / README, MARKDOWN[0])
        documented = run_tests(root, table, tmp_path)
        assert documented.outcome == PASSED, documented.output
