"""docs/asvs.md has each requirement of levels 1 and 2 once, with a state and words."""

import re

from tests.support.paths import ROOT

ROW = re.compile(r"^\| (\d+\.\d+)\.(\d+) \| ([12]) \| (kept|part|open|n\.a\.) \| (.+) \|$", re.M)
ROWS = ROW.findall((ROOT / "docs" / "asvs.md").read_text(encoding="utf-8"))
# The numbers of OWASP ASVS 5.0.0, by section.
NUMBERS = {
    "1.1": [1, 2],
    "1.2": [1, 2, 3, 4, 5, 6, 7, 8, 9],
    "1.3": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    "1.4": [1, 2, 3],
    "1.5": [1, 2],
    "2.1": [1, 2, 3],
    "2.2": [1, 2, 3],
    "2.3": [1, 2, 3, 4],
    "2.4": [1],
    "3.2": [1, 2],
    "3.3": [1, 2, 3, 4],
    "3.4": [1, 2, 3, 4, 5, 6],
    "3.5": [1, 2, 3, 4, 5],
    "3.7": [1, 2],
    "4.1": [1, 2, 3],
    "4.2": [1],
    "4.3": [1, 2],
    "4.4": [1, 2, 3, 4],
    "5.1": [1],
    "5.2": [1, 2, 3],
    "5.3": [1, 2],
    "5.4": [1, 2, 3],
    "6.1": [1, 2, 3],
    "6.2": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    "6.3": [1, 2, 3, 4],
    "6.4": [1, 2, 3, 4],
    "6.5": [1, 2, 3, 4, 5],
    "6.6": [1, 2, 3],
    "6.8": [1, 2, 3, 4],
    "7.1": [1, 2, 3],
    "7.2": [1, 2, 3, 4],
    "7.3": [1, 2],
    "7.4": [1, 2, 3, 4, 5],
    "7.5": [1, 2],
    "7.6": [1, 2],
    "8.1": [1, 2],
    "8.2": [1, 2, 3],
    "8.3": [1],
    "8.4": [1],
    "9.1": [1, 2, 3],
    "9.2": [1, 2, 3, 4],
    "10.1": [1, 2],
    "10.2": [1, 2],
    "10.3": [1, 2, 3, 4],
    "10.4": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    "10.5": [1, 2, 3, 4, 5],
    "10.6": [1, 2],
    "10.7": [1, 2, 3],
    "11.1": [1, 2],
    "11.2": [1, 2, 3],
    "11.3": [1, 2, 3],
    "11.4": [1, 2, 3, 4],
    "11.5": [1],
    "11.6": [1],
    "12.1": [1, 2, 3],
    "12.2": [1, 2],
    "12.3": [1, 2, 3, 4],
    "13.1": [1],
    "13.2": [1, 2, 3, 4, 5],
    "13.3": [1, 2],
    "13.4": [1, 2, 3, 4, 5],
    "14.1": [1, 2],
    "14.2": [1, 2, 3, 4],
    "14.3": [1, 2, 3],
    "15.1": [1, 2, 3],
    "15.2": [1, 2, 3],
    "15.3": [1, 2, 3, 4, 5, 6, 7],
    "16.1": [1],
    "16.2": [1, 2, 3, 4, 5],
    "16.3": [1, 2, 3, 4],
    "16.4": [1, 2, 3],
    "16.5": [1, 2, 3],
    "17.1": [1],
    "17.2": [1, 2, 3, 4],
    "17.3": [1, 2],
}


def test_each_requirement_of_levels_1_and_2_is_there_once():
    found: dict[str, list[int]] = {}
    for section, number, *_ in ROWS:
        found.setdefault(section, []).append(int(number))
    assert found == NUMBERS


def test_there_are_70_of_level_1_and_183_of_level_2():
    levels = [level for _section, _number, level, *_ in ROWS]
    assert (levels.count("1"), levels.count("2")) == (70, 183)


def test_each_row_that_is_not_kept_says_what_is_missing():
    silent = [
        f"{section}.{number}"
        for section, number, _level, state, how in ROWS
        if (state in {"part", "open"}) != ("missing: " in how)
    ]
    assert silent == []


def test_the_tests_that_rows_name_are_there():
    named = {path for *_row, how in ROWS for path in re.findall(r"`(tests/[\w/]+\.py)`", how)}
    assert len(named) > 5
    assert sorted(path for path in named if not (ROOT / path).is_file()) == []
