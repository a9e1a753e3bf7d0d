"""The nightly command: every part once on a tree, and those that are left the next time."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.table import ROWS
from tests.mutation.fault import faults
from tests.nightly import __main__ as nightly
from tests.nightly.parts import Part, parts
from tests.nightly.record import tree_now
from tests.runner.dates.moments import MOMENTS
from tests.support.paths import ROOT


@pytest.fixture
def night(monkeypatch, tmp_path):
    """A checkout with two parts: one appends to a file, the other fails as long as a file is there."""
    monkeypatch.setattr(nightly, "ROOT", tmp_path)
    monkeypatch.setattr(nightly, "FOLDER", tmp_path / "var")
    monkeypatch.setattr(nightly, "tree_now", (tmp_path / "source").read_text)
    (tmp_path / "source").write_text("one")
    (tmp_path / "broken").touch()
    return [
        Part(name="days/one", command=(sys.executable, "-c", "open('ran', 'a').write('x')")),
        Part(
            name="chaos/two", command=(sys.executable, "-c", "import os; print('why'); exit(os.path.exists('broken'))")
        ),
    ]


def ran(folder: Path) -> int:
    return len((folder / "ran").read_text())


def test_what_has_passed_is_not_run_again_on_the_same_tree(night, tmp_path, capsys):
    assert nightly.main([], night) == 1
    assert "why" in capsys.readouterr().out
    (tmp_path / "broken").unlink()
    assert nightly.main([], night) == 0
    assert ran(tmp_path) == 1
    (tmp_path / "source").write_text("two")
    assert nightly.main(["days"], night) == 0
    assert nightly.main(["--anew", "days"], night) == 0
    assert ran(tmp_path) == 3


def test_a_night_that_was_too_short_says_what_is_left(night, tmp_path, capsys):
    assert nightly.main(["--minutes", "0"], night) == nightly.LEFT
    assert nightly.main(["--list"], night) == nightly.LEFT
    assert "0 passed, 0 failed, 2 left" in capsys.readouterr().out
    assert not (tmp_path / "ran").exists()


def test_an_unknown_part_is_refused(night, capsys):
    with pytest.raises(SystemExit):
        nightly.main(["moon"], night)
    assert "no part begins with moon" in capsys.readouterr().err


def test_every_folder_moment_row_and_fault_has_its_part():
    names = {part.name for part in parts()}
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("*/test_*.py")}
    assert {f"tests/{folder}" for folder in folders} <= names
    assert {f"dates/{moment}" for moment in MOMENTS.values()} <= names
    assert {f"chaos/{row.id}" for row in ROWS} <= names
    patterns = [part.command[-1] for part in parts() if part.name.startswith("faults/")]
    assert sum(len(faults(pattern)) for pattern in patterns) == len(faults())


def test_a_tree_is_another_once_a_file_has_changed(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    before = tree_now(tmp_path)
    (tmp_path / "new.py").write_text("a")
    added = tree_now(tmp_path)
    (tmp_path / "new.py").write_text("b")
    assert len({before, added, tree_now(tmp_path)}) == 3
