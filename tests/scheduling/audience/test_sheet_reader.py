"""Files with user IDs: the right column is found, and what is wrong is said by row."""

import pytest

from core.exceptions import OpenUserError
from core.spreadsheets import csv_file, xlsx_file
from scheduling.audience.sheet_reader import read_sheet

HEADS = ["姓名", "用户ID"]


def test_the_column_of_user_ids_is_found_by_its_name():
    found = read_sheet(csv_file([["员工名单"], HEADS, ["安娜", "Anna"], ["贝恩", " ben "]]))
    assert found.user_ids == {"anna": 3, "ben": 4}


def test_an_excel_file_is_read_and_numbers_are_user_ids():
    found = read_sheet(xlsx_file({"名单": [["User ID"], [10086], ["anna"]], "旧": [["x"]]}))
    assert (found.user_ids, found.other_sheets) == ({"10086": 2, "anna": 3}, ("旧",))


def test_a_file_of_one_column_needs_no_head():
    assert read_sheet(b"anna\nben\n").user_ids == {"anna": 1, "ben": 2}


def test_rows_that_repeat_or_lack_a_user_id_are_told():
    found = read_sheet(csv_file([HEADS, ["a", "anna"], ["b", ""], ["c", "ANNA"], ["d", "x" * 65]]))
    assert (found.user_ids, found.repeated) == ({"anna": 2}, ((4, 2),))
    assert [row for row, _text in found.wrong] == [3, 5]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (csv_file([["name", "city"], ["a", "b"]]), "No column holds user IDs"),
        (csv_file([HEADS]), "no user ID"),
        (b"PK\x03\x04 no zip", "neither CSV nor XLSX"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_remedy(data, words):
    with pytest.raises(OpenUserError, match=words) as caught:
        read_sheet(data)
    assert caught.value.remedy


def test_ten_thousand_broken_lines_are_counted_and_the_good_ones_kept():
    broken = [[f"n{number}", "\x07" * (number % 3) or "x" * 65] for number in range(10_000)]
    found = read_sheet(csv_file([HEADS, *broken, ["z", "zoe"]]))
    assert found.user_ids == {"zoe": 10_002}
    assert len(found.wrong) == 10_000
    with pytest.raises(OpenUserError, match="no user ID"):
        read_sheet(csv_file([HEADS, *broken]))
