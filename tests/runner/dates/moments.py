"""The days on which tests run that read the date, and which tests these are."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.support.paths import ROOT
from tests.support.servers.faketime import moved_clock

ZONE = ZoneInfo("Asia/Shanghai")
MOMENTS = {
    "Spring Festival": "2026-02-17T00:05",
    "the end of a year, which is over later in UTC": "2026-12-31T23:40",
    "the 1st, still the year before in UTC": "2027-01-01T07:40",
    "the 2nd": "2027-01-02T12:00",
    "the 31st, a Sunday": "2027-01-31T23:40",
    "the 28th that ends a month, a Sunday": "2027-02-28T12:00",
    "the 29th": "2027-03-29T09:00",
    "the 30th": "2027-03-30T18:00",
    "29 February": "2028-02-29T23:40",
    "a Sunday and the 1st of a year of which nobody knows the working days": "2090-01-01T00:05",
}
SHORT = ("2028-02-29T23:40", "2090-01-01T00:05")
SHORT_FILES = (
    "tests/scheduling/admin/agenda/test_calendar_page.py",
    "tests/scheduling/test_calendars.py",
    "tests/conversations/handoff/test_closed_groups.py",
)
"""Cheap ones: a day and an hour that are counted on from now, and years of which the working days are not known."""
READS = re.compile(r"timezone\.now\(|localdate|localtime\(|date\.today|datetime\.(?:now|today)")
NAMES = re.compile(r"\b20[2-9]\d-\d\d-\d\d|\b(?:date|datetime)\(20[2-9]\d")
# Minutes of kills and measurements, in which days matter no more than elsewhere; and these tests themselves.
WITHOUT = ("chaos", "benchmarks", "mutation", "runner")


def files() -> list[str]:
    """The test files that read the date or name one, and those of pages, which show the day and the hour of a stack."""
    every = sorted((ROOT / "tests").rglob("test_*.py"))
    paths = [path for path in every if path.relative_to(ROOT / "tests").parts[0] not in WITHOUT]
    return [str(path.relative_to(ROOT)) for path in paths if reads_dates(path)]


def reads_dates(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    return path.is_relative_to(ROOT / "tests/browser") or bool(READS.search(text) or NAMES.search(text))


def run(moment: str, words: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """pytest as if it were this moment in China; it prints to where this process does.

    Raises `ServiceError` if libfaketime is missing and cannot be installed.
    """
    at = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
    away = round((at - datetime.now(ZONE)).total_seconds())
    line = [sys.executable, "-m", "pytest", "-q", *words]
    return subprocess.run(line, cwd=ROOT, env={**os.environ, **moved_clock(f"{away:+d}s")}, check=False)
