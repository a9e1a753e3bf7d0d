"""A fault is planted alone, judged by its own tests, and taken out again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.fault import Fault
from tests.mutation.tree import Outcome, planted, run_fault, run_tests, write
from tests.support.emulator import wait_for
from tests.support.paths import ROOT

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


def test_a_fault_that_never_ends_dies_with_a_killed_runner(tree: Path):
    loops = "import os\nfrom sums import double\n\ndef test_two_is_four():\n"
    loops += "    open('running', 'w').write(str(os.getpid()))\n    while double(2) != 4: pass\n"
    (tree / "test_sums.py").write_text(loops)
    script = (
        "from pathlib import Path; from tests.mutation.tree import run_fault; from tests.mutation.fault import Fault;"
        f"run_fault(Path.cwd(), {fault('3 * number')!r}, Path.cwd())"
    )
    running = tree / "running"
    with subprocess.Popen([sys.executable, "-c", script], cwd=tree, env={**os.environ, "PYTHONPATH": str(ROOT)}) as run:
        try:
            wait_for(lambda: running.exists() and running.read_text(), "the test that never ends")
        finally:
            run.kill()
    wait_for(lambda: has_ended(running.read_text()), "the end of that test")


def has_ended(pid: str) -> bool:
    """Also if nobody has asked for its status yet."""
    try:
        return ") Z " in Path("/proc", pid, "stat").read_text()
    except OSError:
        return True


def test_what_a_fault_starts_computes_for_a_limited_time(tree: Path):
    asks = (
        "import resource\n\ndef test_limit():\n    assert resource.getrlimit(resource.RLIMIT_CPU) == ({most}, {most})\n"
    )
    (tree / "test_sums.py").write_text(asks.format(most=60 * (os.cpu_count() or 1)))
    run = run_tests(tree, ["test_sums.py"], None, seconds=60)
    assert run.outcome is Outcome.MISSED, run.output
