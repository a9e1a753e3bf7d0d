"""A file with user IDs as an audience: the column that holds them, and the errors, by row. Knows no rows of ours."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.spreadsheets import Cells, heads_and_rows, read_table
from scheduling.exceptions import SchedulingError

LONGEST_ID = 64
HEADS = frozenset(("userid", "用户id", "账号", "帐号", "成员账号", "企业微信账号", "员工账号", "成员id"))
_NOISE = re.compile(r"[\s_\-*]+")


@dataclass(frozen=True, kw_only=True)
class SheetRows:
    """The content of a file.

    Attributes:
        user_ids: user IDs in lower case with the row of each, as Excel counts rows.
        repeated: rows whose user ID an earlier row has, each with that row; they are left out.
        wrong: rows with something that is no user ID.
        sheet, other_sheets: the sheet that was read, and those that were not.
    """

    user_ids: dict[str, int]
    repeated: tuple[tuple[int, int], ...]
    wrong: tuple[tuple[int, str], ...]
    sheet: str
    other_sheets: tuple[str, ...]


def read_sheet(data: bytes) -> SheetRows:
    """The user IDs of a CSV or XLSX. Raises `TableError` and `SchedulingError` with a remedy."""
    table = read_table(data)
    heads, rows = heads_and_rows(table, lambda row: _column(row) is not None)
    column = _column(heads)
    user_ids: dict[str, int] = {}
    repeated: list[tuple[int, int]] = []
    wrong: list[tuple[int, str]] = []
    if column is None:
        if len([head for head in heads if _word(head)]) != 1:
            fault = _("No column holds user IDs: the first row must name the columns.")
            remedy = _("Name one 用户ID, 账号 or userid; or upload a file with one column.")
            raise SchedulingError(fault, code="no_user_ids", field="file", remedy=remedy)
        column = next(place for place, head in enumerate(heads) if _word(head))
        user_ids[_word(heads[column]).lower()] = 1  # a file without heads: its first row is a member, too
    for number, cells in rows:
        user_id = _word(cells[column] if column < len(cells) else None).lower()
        if not user_id or len(user_id) > LONGEST_ID or not user_id.isprintable():
            wrong.append((number, user_id[:LONGEST_ID]))
        elif user_id in user_ids:
            repeated.append((number, user_ids[user_id]))
        else:
            user_ids[user_id] = number
    if not user_ids:
        fault = _("The file has no user ID.")
        raise SchedulingError(fault, code="no_user_ids", field="file", remedy=_("Choose another file."))
    return SheetRows(
        user_ids=user_ids,
        repeated=tuple(repeated),
        wrong=tuple(wrong),
        sheet=table.sheet,
        other_sheets=tuple(table.other_sheets),
    )


def _column(row: Cells | Sequence[object]) -> int | None:
    """The column whose head says user ID."""
    heads = [_NOISE.sub("", unicodedata.normalize("NFKC", _word(cell)).casefold()) for cell in row]
    return next((place for place, head in enumerate(heads) if head in HEADS), None)


def _word(cell: object) -> str:
    """A cell as text; Excel keeps a number such as 10086 as 10086.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
