"""The kept list of faults fits the code of today."""

import ast
from pathlib import Path

import pytest

from tests.mutation.fault import Fault, faults
from tests.support.paths import ROOT

FAULTS = faults()
APPS = {"avatars", "conversations", "core", "emulator", "openuser", "scheduling", "wecom"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.file}-{fault.claim}")
def test_every_fault_still_applies(fault: Fault):
    assert fault.planted() != fault.text()
    if fault.file.endswith(".py"):
        ast.parse(fault.planted())


def test_every_app_has_its_share_of_at_least_150_faults():
    assert len(FAULTS) >= 150
    assert {fault.app for fault in FAULTS} == APPS
    assert [app for app in APPS if sum(fault.app == app for fault in FAULTS) < 15] == []


def test_no_two_faults_have_one_claim():
    assert len({(fault.file, fault.claim) for fault in FAULTS}) == len(FAULTS)


def test_the_tests_of_every_fault_exist():
    assert [test for fault in FAULTS for test in fault.tests if not exists(test)] == []


def exists(test: str) -> bool:
    file, _, name = test.partition("::")
    path = ROOT / file
    return path.exists() and (not name or f"def {name.partition('[')[0]}(" in path.read_text(encoding="utf-8"))


def test_a_fault_that_no_longer_applies_is_an_error(tmp_path: Path):
    (tmp_path / "a.py").write_text("one = one")
    fault = Fault(app="core", claim="claim", file="a.py", old="one", new="two", tests=())
    with pytest.raises(ValueError, match="2 times"):
        fault.planted(tmp_path)
