"""Tables that people upload, CSV or XLSX, as rows of cells. Each flaw of a file comes with a remedy."""

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from core.exceptions import OpenUserError

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_UNPACKED = 80 * 1024 * 1024  # an XLSX is a ZIP: a bomb of a few kilobytes unpacks to gigabytes
MOST_PARTS = 2_000
MOST_ROWS = 200_000
MOST_COLUMNS = 200
MOST_BLANK_ROWS = 1_000  # a row with the number 1,048,576 would else be a million rows
OLE = b"\xd0\xcf\x11\xe0"  # how .xls begins, and an .xlsx with a password
ZIP = b"PK\x03\x04"
SEPARATORS = ",;\t，；"
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
# ASVS 5.0, 1.2.10; also the wide signs of Chinese input methods, and line breaks.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\0", "＝", "＋", "－", "＠", "\r", "\n")
TEXT_MARK = "'"  # before a cell that begins like a formula; taken off again where a file is read

Cells = Sequence[object]


class TableError(OpenUserError):
    """A file that cannot be read as a table."""

    default_code = "table_unreadable"


@dataclass(frozen=True, kw_only=True)
class Table:
    """The rows of a file with their numbers, as Excel counts them; blank rows are left out.

    `sheet` is the one that was read, `other_sheets` are those that were not.
    """

    rows: Iterator[tuple[int, Cells]]
    sheet: str = ""
    other_sheets: Sequence[str] = ()


def read_table(data: bytes) -> Table:
    """A CSV or XLSX by its content, with any name. Raises `TableError`, also while its rows are read."""
    if len(data) > LARGEST_FILE:
        message = _("The file has more than %d MB.") % (LARGEST_FILE // 2**20)
        raise TableError(message, remedy=_("Delete pictures and other sheets from it, or split it."), field="file")
    if not data.strip():
        raise TableError(_("The file is empty."), remedy=_("Choose another file."), field="file")
    if data.startswith(OLE):
        message = _("The file is an old Excel file (.xls), or it has a password.")
        raise TableError(message, remedy=_("Save it as .xlsx without a password, or as CSV."), field="file")
    return _xlsx(data) if data.startswith(ZIP) else Table(rows=_limited(_csv_rows(_decoded(data))))


def csv_file(rows: Sequence[Sequence[object]]) -> bytes:
    """A CSV that Excel opens in the right encoding, and in which no cell is run as a formula."""
    return b"".join(csv_pieces([rows]))


def csv_pieces(chunks: Iterable[Iterable[Sequence[object]]]) -> Iterator[bytes]:
    """The same in pieces, one for each of these chunks of rows, for files that are too long to be held in memory."""
    yield codecs.BOM_UTF8
    for rows in chunks:
        text = io.StringIO()
        csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
        yield text.getvalue().encode()


def xlsx_file(sheets: Mapping[str, Sequence[Sequence[object]]], *, width: int = 18) -> bytes:
    """An XLSX with these sheets by title. The first row of each is bold and stays in view."""
    # To import it takes a twentieth of the start of each process, of which few ever meet a table.
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet: Any = book.create_sheet(title[:31])
        for row in rows:
            sheet.append([_harmless(cell) for cell in row])
        sheet.freeze_panes = "A2"
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            sheet.column_dimensions[cell.column_letter].width = width
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _xlsx(data: bytes) -> Table:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _check_parts(data)
        # Formulas count with the value that Excel saved; defusedxml, once installed, reads the XML.
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = book.worksheets
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, SyntaxError) as error:
        raise _broken() from error
    if not sheets:
        raise TableError(_("The file has no sheet."), remedy=_("Choose another file."), field="file")
    first = next((sheet for sheet in sheets if sheet.sheet_state == "visible"), sheets[0])
    others = [sheet.title for sheet in sheets if sheet is not first]
    return Table(rows=_limited(_sheet_rows(first)), sheet=first.title, other_sheets=others)


def _sheet_rows(sheet: Any) -> Iterator[Cells]:
    sheet.reset_dimensions()  # the file's own statement may be anything
    try:
        for row in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
            yield row[: _width(row)]  # openpyxl fills each row up to the last column that was asked for
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OverflowError, EOFError, SyntaxError) as error:
        raise _broken() from error


def _width(row: Cells) -> int:
    return next((place for place in range(len(row), 0, -1) if row[place - 1] is not None), 0)


def _check_parts(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if "[Content_Types].xml" not in archive.namelist():
            raise _broken()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            message = _("The file unpacks to more than %d MB.") % (LARGEST_UNPACKED // 2**20)
            raise TableError(message, remedy=_("Copy the rows into a new file, or save it as CSV."), field="file")


def _broken() -> TableError:
    message = _("The file is neither CSV nor XLSX, or it is damaged.")
    return TableError(message, remedy=_("Open it in Excel or WPS and save it as .xlsx or CSV."), field="file")


def _decoded(data: bytes) -> str:
    """The text of a CSV: UTF-8, UTF-16 as Excel writes “Unicode text”, or the encoding of Chinese Windows."""
    for encoding in ("utf-16",) if data.startswith(BYTE_ORDER_MARKS) else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _broken()


def _csv_rows(text: str) -> Iterator[Cells]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            yield row[:MOST_COLUMNS]
    except csv.Error as error:
        raise _broken() from error


def _limited(rows: Iterator[Cells]) -> Iterator[tuple[int, Cells]]:
    """The rows that say something, with their numbers."""
    blank = count = 0
    for number, row in enumerate(rows, start=1):
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row):
            blank += 1
            if blank > MOST_BLANK_ROWS:
                return
            continue
        blank, count = 0, count + 1
        if count > MOST_ROWS + 1:
            message = _("The file has more than %s rows.") % f"{MOST_ROWS:,}"
            raise TableError(message, remedy=_("Split it into several files."), field="file")
        yield number, [_unmarked(cell) for cell in row]


def heads_and_rows(
    table: Table, is_head: Callable[[Cells], bool], *, within: int = 10
) -> tuple[Cells, Iterator[tuple[int, Cells]]]:
    """The first row among the first few that `is_head` accepts, and the rows below it; without one, the first row.

    Files of HR often have a title above their heads.
    """
    begin = list(islice(table.rows, within))
    if not begin:
        raise TableError(_("The file has no rows."), remedy=_("Choose another file."), field="file")
    place = next((place for place, (_number, row) in enumerate(begin) if is_head(row)), 0)

    def below() -> Iterator[tuple[int, Cells]]:
        yield from begin[place + 1 :]
        yield from table.rows

    return begin[place][1], below()


def _harmless(cell: object) -> object:
    """Text that a spreadsheet would run as a formula, as text."""
    is_formula = isinstance(cell, str) and cell.startswith(FORMULA_STARTS) and cell != "-"
    return f"{TEXT_MARK}{cell}" if is_formula else cell


def _unmarked(cell: object) -> object:
    """The cell before `_harmless` marked it, so that importing an exported file changes nothing."""
    is_marked = isinstance(cell, str) and cell.startswith(TEXT_MARK) and cell[1:].startswith(FORMULA_STARTS)
    return str(cell)[1:] if is_marked else cell
