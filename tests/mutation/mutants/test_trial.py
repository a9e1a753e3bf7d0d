"""A package with a good test and a poor one: what becomes of its mutants, and how runs add up."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.mutants import reach
from tests.mutation.mutants.__main__ import Trial
from tests.mutation.mutants.mutant import Mutant, mutants
from tests.mutation.mutants.reach import Reach, RecordFailed
from tests.mutation.mutants.session import Fate, Session, Verdict, report
from tests.support.emulator import wait_for
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow
CODE = """\
def total(price, number):
    return price * number


def is_large(number):
    return number >= 10


def is_small(number):
    return number <= 3


def rest(number):
    while number >= 3:
        number -= 3
    return number
"""
TESTS = """\
from shop.sums import is_large, rest, total


def test_the_total_is_a_product():
    assert total(3, 4) == 12


def test_the_total_of_none_is_nothing():
    assert total(3, 0) == 0


def test_a_hundred_is_large():
    assert is_large(100)


def test_the_rest_is_below_three():
    assert rest(7) == 1
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A package and its tests, without Django."""
    root = tmp_path / "tree"
    for name, text in {
        "shop/__init__.py": "",
        "shop/sums.py": CODE,
        "tests/shop/test_sums.py": TESTS,
        "pytest.ini": "[pytest]\npythonpath = .\naddopts = -p no:django\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def trial(tree: Path, known: Reach | None = None) -> Trial:
    known = known or reach.record(tree, "shop", None, "not slow")
    return Trial(root=tree, templates=None, known=known, session=Session.load(tree.parent / "session.json"))


def mutant_of(tree: Path, line: int, change: str) -> Mutant:
    """The mutant of a line that makes it read so."""
    for seed in range(200):
        for mutant in mutants(tree, "shop", seed):
            if mutant.line == line and re.sub(r"\s+", "", mutant.code(tree).splitlines()[line - 1]) == change:
                return mutant
    raise AssertionError(f"No seed makes line {line} read {change}.")


def test_mutants_are_killed_survive_hang_or_are_not_reached(tree: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr("tests.mutation.mutants.__main__.STARTS", 5.0)
    drawn = [
        mutant_of(tree, 2, "returnprice+number"),
        mutant_of(tree, 6, "returnnumber>=11"),
        mutant_of(tree, 10, "returnnumber<=4"),
        mutant_of(tree, 14, "whilenumber!=3:"),
    ]
    run = trial(tree)
    run.run(drawn)
    fates = [run.session.verdicts[mutant.key].fate for mutant in drawn]
    assert fates == [Fate.KILLED, Fate.SURVIVED, Fate.UNREACHED, Fate.TIMED_OUT]
    assert run.session.verdicts[drawn[0].key].by.startswith("tests/shop/test_sums.py::test_the_total_")
    assert (tree / "shop/sums.py").read_text() == CODE

    lines = list(report(run.session, drawn, tree))
    assert "\nsurvived by 1 tests: shop/sums.py:6  NumberReplacer" in lines
    assert "  -    return number >= 10" in lines
    assert lines[-2:] == ["\n4 of 4 mutants: 1 killed, 1 timed out, 1 survived, 1 without test", "caught: 50%"]


def test_a_second_run_goes_on_and_asks_again_about_survivors(tree: Path, capsys):
    drawn = [mutant_of(tree, 2, "returnprice+number"), mutant_of(tree, 6, "returnnumber>=11")]
    trial(tree).run(drawn, at_most=1)
    first = trial(tree)
    assert first.session.pending(drawn, first.known.code) == drawn[1:]
    first.run(drawn)
    assert first.session.pending(drawn, first.known.code) == []

    stricter = TESTS + "\n\ndef test_ten_is_large():\n    assert is_large(10)\n"
    (tree / "tests/shop/test_sums.py").write_text(stricter)
    second = trial(tree)
    assert second.session.pending(drawn, second.known.code) == drawn[1:]
    second.run(drawn)
    assert [second.session.verdicts[mutant.key].fate for mutant in drawn] == [Fate.KILLED, Fate.KILLED]
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_a_test_that_fails_alone_judges_nothing(tree: Path):
    after_another = "from shop import sums\n\n\ndef test_first():\n    sums.seen = True\n\n\n"
    after_another += "def test_second():\n    assert sums.is_small(1) and sums.seen\n"
    (tree / "tests/shop/test_order.py").write_text(after_another)
    mutant = mutant_of(tree, 10, "returnnumber<=4")
    run = trial(tree)
    run.run([mutant])
    assert run.session.unsound == {"tests/shop/test_order.py::test_second"}
    assert run.session.verdicts[mutant.key].fate is Fate.UNREACHED


def test_what_runs_on_import_is_judged_by_the_tests_of_its_file(tree: Path):
    (tree / "shop/sums.py").write_text(
        CODE.replace("def total", "LEAST = 10\n\n\ndef total").replace("= 10\n\n\ndef i", "= LEAST\n\n\ndef i")
    )
    tests = trial(tree).known.tests(mutant_of(tree, 1, "LEAST=11"), tree)
    assert {test.rpartition("::")[2] for test in tests} >= {"test_the_total_is_a_product", "test_a_hundred_is_large"}


def test_tests_that_cannot_be_collected_are_an_error(tree: Path):
    (tree / "tests/shop/test_sums.py").write_text("import missing\n")
    with pytest.raises(RecordFailed, match="missing"):
        trial(tree)


def test_one_mutant_is_judged_by_few_seconds_of_tests():
    seconds = {f"test_{number:02}": float(number) for number in range(30)}
    chosen = reach.quickest(set(seconds) | {"test_of_another_app"}, seconds)
    assert chosen == sorted(seconds)[: len(chosen)]
    assert (
        sum(seconds[test] for test in chosen)
        <= reach.MOST_SECONDS
        < sum(seconds[test] for test in sorted(seconds)[: len(chosen) + 1])
    )


def test_a_verdict_is_kept_whole(tmp_path: Path, tree: Path):
    session = Session(path=tmp_path / "session.json", unsound={"test_x"})
    verdict = Verdict(fate=Fate.KILLED, by="test_y", tests=3, code="c")
    session.settle(mutant_of(tree, 2, "returnprice+number"), verdict)
    assert Session.load(session.path) == session


def test_ctrl_c_leaves_no_process_and_no_mutant(tree: Path):
    hangs = "import os, time\nfrom shop.sums import is_small\n\n\ndef test_small():\n    if not is_small(4): return\n"
    hangs += "    open('running', 'w').write(str(os.getpid()))\n    time.sleep(600)\n"
    (tree / "tests/shop/test_hang.py").write_text(hangs)
    mutant = mutant_of(tree, 10, "returnnumber<=4")
    script = (  # a run in the background of a shell is deaf to Ctrl-C, and so are its children
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from pathlib import Path; from tests.mutation.mutants import reach;"
        "from tests.mutation.mutants.__main__ import Trial; from tests.mutation.mutants.mutant import Mutant;"
        "from tests.mutation.mutants.session import Session; root = Path.cwd();"
        "known = reach.record(root, 'shop', None, 'not slow');"
        f"Trial(root=root, templates=None, known=known, session=Session(path=root / 's.json')).run([{mutant!r}])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = tree / "running"
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=tree, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            wait_for(lambda: running.exists() and running.read_text(), "the test that hangs")
            process.send_signal(signal.SIGINT)
            process.wait(30)
        finally:
            process.kill()
    assert not is_alive(int(running.read_text()))
    assert (tree / "shop/sums.py").read_text() == CODE


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
