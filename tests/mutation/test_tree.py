"""A fault is planted alone, judged by its own tests, and taken out again."""

from pathlib import Path

import pytest

from tests.mutation.fault import Fault
from tests.mutation.tree import Outcome, planted, run_fault, write

SOUND = "def double(number):\n    return 2 * number\n"
TEST = "from sums import double\n\ndef test_two_is_four():\n    assert double(2) == 4\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "sums.py").write_text(SOUND)
    (tmp_path / "test_sums.py").write_text(TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def fault(new: str, tests: str = "test_sums.py") -> Fault:
    return Fault(app="core", claim="It is not doubled", file="sums.py", old="2 * number", new=new, tests=(tests,))


@pytest.mark.parametrize(
    ("new", "outcome", "caught_by"),
    [
        ("3 * number", Outcome.CAUGHT, "test_sums.py::test_two_is_four"),
        ("number + 2", Outcome.MISSED, ""),
        ("number number", Outcome.BROKEN, "test_sums.py"),
    ],
)
def test_a_fault_is_caught_missed_or_none(tree: Path, new: str, outcome: Outcome, caught_by: str):
    run = run_fault(tree, fault(new), tree)
    assert (run.outcome, run.caught_by) == (outcome, caught_by)
    assert (tree / "sums.py").read_text() == SOUND


def test_a_compiled_file_does_not_outlive_its_fault(tree: Path):
    compiled = tree / "__pycache__" / "sums.cpython-311.pyc"
    compiled.parent.mkdir()
    for text in (SOUND, "x = 1\n"):
        compiled.write_bytes(b"")
        write(tree / "sums.py", text)
        assert not compiled.exists()


def test_the_sound_file_comes_back_when_a_run_breaks_off(tree: Path):
    def break_off() -> None:
        with planted(tree, fault("3 * number")):
            assert "3 * number" in (tree / "sums.py").read_text()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert (tree / "sums.py").read_text() == SOUND
