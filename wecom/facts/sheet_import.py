"""A file of facts compared with the rows: new values, changes and errors, by row. Writes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from core.spreadsheets import Cells, Table, TableError, heads_and_rows
from wecom.exceptions import FactRefused
from wecom.facts import fact_values, stored_values
from wecom.facts.columns import Columns, recognise
from wecom.facts.definitions import LANGUAGE_KEY, MANAGER, FactType, editable_facts
from wecom.facts.fact_values import Value
from wecom.models import ERASED, Corporation, Member

AT_ONCE = 1_000
SAMPLES = 10
CLEAR_WORDS = ("-", "–", "—", "－", "清空", "clear")  # an empty cell leaves the value as it is
EXCEL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")


@dataclass(frozen=True, kw_only=True)
class RowError:
    """The error in one cell: the row as Excel counts it, the head of the column, the flaw and its remedy."""

    row: int
    column: str
    message: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A change as the preview shows it, masked where it is personal. `before` or `after` is "" without a value."""

    user_id: str
    name: str
    fact: str
    before: str
    after: str


@dataclass(kw_only=True)
class Findings:
    """The findings in a file.

    Attributes:
        rows: how many rows there are below the heads.
        members: how many members are in the directory, and `touched` of them get another value.
        new, changed, unchanged, cleared: counts of values.
        changes: the values to write.
        unknown_people: rows whose user ID the directory does not have.
        unknown_columns: heads that name no fact.
    """

    rows: int = 0
    members: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    cleared: int = 0
    changes: dict[int, dict[str, Value | None]] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    unknown_people: list[tuple[int, str]] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    sheet: str = ""
    other_sheets: list[str] = field(default_factory=list)

    @property
    def touched(self) -> int:
        """How many members get another value."""
        return len(self.changes)


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One member's row: the user ID in lower case, and the cells that say something, by the fact's column."""

    number: int
    user_id: str
    cells: Mapping[int, object]


class SheetImport:
    """Reads the table of one company's file."""

    def __init__(self, corporation: Corporation, *, now: datetime) -> None:
        self.corporation = corporation
        self.types = editable_facts(corporation)
        self.today = timezone.localdate(now)
        self.found = Findings()
        self.heads: Sequence[str] = ()

    def read(self, table: Table) -> Findings:
        """All that is in the table. Raises `TableError` if no column says whose the facts are."""
        heads, rows = heads_and_rows(table, lambda row: recognise(_words(row), self.types).user_id is not None)
        self.heads = _words(heads)
        columns = recognise(self.heads, self.types)
        self._check(columns)
        self.found.sheet, self.found.other_sheets = table.sheet, list(table.other_sheets)
        self.found.unknown_columns = [*columns.unknown, *columns.repeated]
        self.found.columns = [fact.name for fact in columns.facts.values()]
        waiting: list[_Row] = []
        for row in self._rows(rows, columns):
            waiting.append(row)
            if len(waiting) == AT_ONCE:
                self._compare(waiting, columns.facts)
                waiting = []
        self._compare(waiting, columns.facts)
        self.found.errors.sort(key=lambda error: error.row)
        return self.found

    def _check(self, columns: Columns) -> None:
        if columns.user_id is None:
            fault = _("No column holds user IDs: the first row must name the columns.")
            raise TableError(
                fault, remedy=_("Name one 用户ID, 账号 or userid; or download the template."), field="file"
            )
        if not columns.facts:
            fault = _("No column names a fact.")
            raise TableError(fault, remedy=_("Name columns as in the template, by key or by name."), field="file")

    def _rows(self, rows: Iterator[tuple[int, Cells]], columns: Columns) -> Iterator[_Row]:
        """The rows with a user ID that no earlier row has."""
        assert columns.user_id is not None
        seen: dict[str, int] = {}
        for number, cells in rows:
            self.found.rows += 1
            user_id = _word(cells[columns.user_id] if columns.user_id < len(cells) else None).lower()
            if not user_id:
                remedy = _("Write the user ID, or delete the row.")
                self._flaw(number, columns.user_id, _("The user ID is missing."), remedy)
            elif user_id in seen:
                fault = _("Row %d is about the same member.") % seen[user_id]
                self._flaw(number, columns.user_id, fault, _("Delete one of the two rows."))
            else:
                seen[user_id] = number
                filled = {place: cells[place] for place in columns.facts if place < len(cells) and _word(cells[place])}
                yield _Row(number=number, user_id=user_id, cells=filled)

    def _compare(self, rows: Sequence[_Row], facts: Mapping[int, FactType]) -> None:
        """Compare some rows with the facts of their members, in a constant number of queries."""
        ids = {row.user_id for row in rows}
        known = Member.objects.filter(corporation=self.corporation, user_id__in=ids).exclude(user_id__startswith=ERASED)
        members = {member.user_id: member for member in known.only("user_id", "name", "language")}
        before = stored_values.facts_of_many([member.pk for member in members.values()])
        managers = self._managers(rows, facts)
        for row in rows:
            member = members.get(row.user_id)
            if member is None:
                self.found.unknown_people.append((row.number, row.user_id))
                continue
            self.found.members += 1
            theirs = before.get(member.pk, {}) | ({LANGUAGE_KEY: member.language} if member.language else {})
            for place, raw in row.cells.items():
                try:
                    after = self._value(facts[place], raw, member, managers)
                except FactRefused as error:
                    self._flaw(row.number, place, error.message, error.remedy)
                else:
                    self._note(member, facts[place], theirs.get(facts[place].key), after)

    def _managers(self, rows: Sequence[_Row], facts: Mapping[int, FactType]) -> Mapping[str, str]:
        places = [place for place, fact in facts.items() if fact.key == MANAGER]
        names = [_word(row.cells[place]) for row in rows for place in places if place in row.cells]
        return stored_values.managers_called(self.corporation, names) if names else {}

    def _value(self, fact: FactType, raw: object, member: Member, managers: Mapping[str, str]) -> Value | None:
        word = _word(raw)
        if word.casefold() in CLEAR_WORDS:
            return None
        if word in EXCEL_ERRORS:
            raise fact_values.refused(fact, _("The cell shows the error %s.") % word, _("Correct its formula."))
        if fact.key != MANAGER:
            return fact_values.parse(fact, raw, today=self.today)
        if word not in managers:
            message = _("No colleague has the user ID or the unmistakable name “%s”.") % fact_values.quote(word)
            raise fact_values.refused(fact, message, _("Write the user ID of a member in the directory."))
        if managers[word] == member.user_id:
            message = _("A member cannot be their own manager.")
            raise fact_values.refused(fact, message, _("Write the user ID of another member."))
        return managers[word]

    def _note(self, member: Member, fact: FactType, before: Value | None, after: Value | None) -> None:
        if before == after:
            self.found.unchanged += 1
            return
        if after is None:
            self.found.cleared += 1
        elif before is None:
            self.found.new += 1
        else:
            self.found.changed += 1
        self.found.changes.setdefault(member.pk, {})[fact.key] = after
        if len(self.found.samples) < SAMPLES:
            shown = {"before": before, "after": after}
            text = {name: "" if value is None else fact_values.masked(fact, value) for name, value in shown.items()}
            self.found.samples.append(Sample(user_id=member.user_id, name=member.name, fact=fact.name, **text))

    def _flaw(self, row: int, place: int, message: str, remedy: str) -> None:
        self.found.errors.append(RowError(row=row, column=self.heads[place], message=message, remedy=remedy))


def _words(cells: Cells) -> list[str]:
    return [_word(cell) for cell in cells]


def _word(cell: object) -> str:
    """A cell as a word: Excel keeps the user ID 1001 as the number 1001.0."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
