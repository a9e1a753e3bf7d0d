"""Tables that people upload: what is read, and what is refused with a remedy."""

import csv
import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook

from core import spreadsheets
from core.spreadsheets import TableError, csv_file, csv_pieces, heads_and_rows, read_table, xlsx_file

ROWS = [["用户ID", "城市"], ["zhangsan", "上海"], ["lisi", "北京"]]


def rows_of(data: bytes) -> list[list[object]]:
    return [list(row) for _number, row in read_table(data).rows]


def book(*rows: list[object]) -> Any:
    made: Any = Workbook()
    for row in rows:
        made.active.append(row)
    return made


def saved(made: Any) -> bytes:
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def refusal(data: bytes) -> TableError:
    with pytest.raises(TableError) as error:
        rows_of(data)
    assert (error.value.field, bool(error.value.remedy)) == ("file", True)
    return error.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_is_read_in_the_usual_encodings_and_separators(encoding, separator):
    text = "\r\n".join(separator.join(row) for row in ROWS)
    assert rows_of(text.encode(encoding)) == ROWS


def test_a_csv_may_quote_separators_and_lines():
    assert rows_of('userid,city\nzhangsan,"上海, 浦东\n新区"\n'.encode())[1] == ["zhangsan", "上海, 浦东\n新区"]


def test_an_xlsx_is_read_with_its_dates_and_numbers():
    read = rows_of(saved(book(["userid", "day", "level"], ["lisi", datetime(2026, 9, 1), 2.5])))
    assert read == [["userid", "day", "level"], ["lisi", datetime(2026, 9, 1), 2.5]]


def test_blank_rows_are_left_out_and_keep_their_numbers():
    table = read_table(b"userid,city\n\n,\nlisi,Beijing\n")
    assert [number for number, _row in table.rows] == [1, 4]


def test_only_the_first_visible_sheet_is_read_and_the_others_are_named():
    made = book(["hidden"])
    made.active.title, made.active.sheet_state = "Old", "hidden"
    made.create_sheet("员工").append(["userid"])
    made.create_sheet("Notes")
    table = read_table(saved(made))
    assert (table.sheet, list(table.other_sheets)) == ("员工", ["Old", "Notes"])
    assert [list(row)[:1] for _number, row in table.rows] == [["userid"]]


def test_a_formula_is_not_computed_here():
    assert rows_of(saved(book(["userid"], ["=1+1"]))) == [["userid"]]


def zipped(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n ",
        b"\xd0\xcf\x11\xe0 an old workbook",
        b"PK\x03\x04 nothing more",
        zipped(readme=b"no workbook"),
        zipped(**{"[Content_Types].xml": b"<nonsense"}),
        saved(book(["userid"], ["lisi"]))[:-200],
        b"userid\0,city\n",
        b"\xff\xfe\x00\xd8",
        b'userid,city\n"' + b"x" * 200_000 + b'",\n',
    ],
    ids=["empty", "blank", "xls", "torn", "zip", "xml", "cut", "nul", "utf16", "long"],
)
def test_a_file_that_is_no_table_is_refused_with_a_remedy(data):
    refusal(data)


def test_a_bomb_is_refused_before_it_is_unpacked():
    sheet = b"<row>" + b"0" * spreadsheets.LARGEST_UNPACKED
    bomb = zipped(**{"[Content_Types].xml": b"", "xl/worksheets/sheet1.xml": sheet})
    assert len(bomb) < 200_000
    assert "80 MB" in refusal(bomb).message


def test_entities_that_multiply_are_refused():
    with zipfile.ZipFile(io.BytesIO(saved(book(["userid"], ["lisi"])))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"<worksheet", laughs + b"<worksheet", 1)
    refusal(zipped(**{**parts, "xl/worksheets/sheet1.xml": sheet}))


def test_a_file_is_refused_over_its_size_or_number_of_rows(monkeypatch):
    assert "20 MB" in refusal(b"x" * (spreadsheets.LARGEST_FILE + 1)).message
    rows = b"userid\n" + b"lisi\n" * (spreadsheets.MOST_ROWS + 1)
    assert "200,000" in refusal(rows).message
    assert len(rows_of(rows[:-5])) == spreadsheets.MOST_ROWS + 1


def test_a_cell_far_away_makes_no_million_rows_and_columns():
    made = book(["userid"])
    made.active.cell(row=1_000_000, column=16_000, value="far")
    assert rows_of(saved(made)) == [["userid"]]


def test_the_heads_are_found_below_a_title():
    table = read_table("员工信息表,\n2026 年,\n用户ID,城市\nlisi,北京\n".encode())
    heads, rows = heads_and_rows(table, lambda row: "用户ID" in row)
    assert (list(heads), [(number, list(row)) for number, row in rows]) == (["用户ID", "城市"], [(4, ["lisi", "北京"])])


def test_without_heads_the_first_row_is_taken_for_them():
    heads, rows = heads_and_rows(read_table(b"a,b\n1,2\n"), lambda row: False)
    assert (list(heads), len(list(rows))) == (["a", "b"], 1)


def test_what_is_written_is_read_back():
    assert rows_of(csv_file(ROWS)) == ROWS
    assert rows_of(xlsx_file({"员工": ROWS, "说明": [["x"]]})) == ROWS


@pytest.mark.parametrize("cell", ["=1+1", "+86 138", "@SUM(A1)", "-2+3", "＝1+1", "\n=1+1"])
def test_no_cell_that_is_written_runs_as_a_formula(cell):
    rows = [["userid"], [cell]]
    assert list(csv.reader(io.StringIO(csv_file(rows).decode("utf-8-sig"), newline="")))[1] == [f"'{cell}"]
    assert rows_of(csv_file(rows)) == rows_of(xlsx_file({"a": rows})) == rows


def test_a_csv_in_pieces_has_one_byte_order_mark():
    heads, *rows = ROWS
    assert b"".join(csv_pieces([[heads], rows])) == csv_file(ROWS)
