"""SECURITY.md: each threat has a control in a file and a test that are there."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT

ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)
NODE = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
FILE = re.compile(r"`([\w/]+\.(?:py|toml|txt))`")
THREATS = ROW.findall((ROOT / "SECURITY.md").read_text(encoding="utf-8"))[2:]  # without the heading


def functions_in(path: Path) -> set[str]:
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return {node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, functions)}


def test_there_are_threats():
    assert len(THREATS) > 20


@pytest.mark.parametrize(("threat", "control", "files", "nodes"), THREATS, ids=[threat for threat, *_ in THREATS])
def test_each_threat_has_a_control_and_a_test(threat, control, files, nodes):
    assert FILE.findall(files)
    assert [name for name in FILE.findall(files) if not (ROOT / name).is_file()] == []
    assert NODE.findall(nodes)
    assert [f"{path}::{name}" for path, name in NODE.findall(nodes) if name not in functions_in(ROOT / path)] == []
