"""The command that takes over a file says each flaw with its line, and what was done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from core.interchange.import_command import ImportCommand
from core.interchange.yaml_text import load


@dataclass(frozen=True, kw_only=True)
class Entry:
    name: str
    verdict: str = "new"
    kind: str = "sum"
    differences: tuple[Any, ...] = ()


class TakeSums(ImportCommand):
    exported_by = "give_sums"
    before_use = "before counting"

    def take(self, data: bytes, *, dry_run: bool) -> Sequence[Entry]:
        return [Entry(name=name) for name in load(data).value]

    def missing(self, one: Any) -> Iterable[object]:
        return ["a price"] if one.name == "tea" else []


def test_each_entry_has_a_line_and_what_it_lacks(tmp_path: Path, capsys):
    (tmp_path / "sums.yaml").write_text("tea: 1\nmilk: 2\n")
    call_command(TakeSums(), str(tmp_path / "sums.yaml"))
    assert capsys.readouterr().out.split("\n") == [
        "new     sum       tea",
        "          before counting: a price",
        "new     sum       milk",
        "Done.",
        "",
    ]
    call_command(TakeSums(), str(tmp_path / "sums.yaml"), "--dry-run")
    assert capsys.readouterr().out.endswith("Nothing was kept (--dry-run).\n")


def test_flaws_are_told_with_their_lines(tmp_path: Path, capsys):
    (tmp_path / "sums.yaml").write_text("tea: 1\nmilk: [\n")
    with pytest.raises(CommandError, match="Nothing was imported: 1 errors"):
        call_command(TakeSums(), str(tmp_path / "sums.yaml"))
    assert "line " in capsys.readouterr().err


def test_a_file_that_is_not_there_is_an_error_of_the_command(tmp_path: Path):
    with pytest.raises(CommandError, match=r"Nothing was imported: .*missing\.yaml"):
        call_command(TakeSums(), str(tmp_path / "missing.yaml"))
