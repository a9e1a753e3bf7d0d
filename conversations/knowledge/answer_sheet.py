"""Answers as a table: files that people import, compared with the rows there, and the file that they export.

A row is the answer with its question. A column that the file lacks stays as it is; an empty cell empties the field.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from conversations.models import Answer, Topic
from core.spreadsheets import Cells, Table, TableError, heads_and_rows
from core.text.dates import written_date
from wecom.models import Department, Tag

MOST = 10_000
# The heads of an exported file, and the others that are understood.
HEADS: Mapping[str, tuple[str, ...]] = {
    "question": ("question", "问题", "标准问题", "标准问"),
    "other_wordings": ("other wordings", "其他问法", "相似问法", "相似问题", "wordings"),
    "kind": ("kind", "回答形式", "形式"),
    "answer": ("answer", "回答", "答案", "回复"),
    "title": ("title", "卡片标题", "标题"),
    "url": ("link", "卡片链接", "链接", "url"),
    "topic": ("topic", "主题", "分类", "category"),
    "language": ("language", "语言"),
    "valid_from": ("valid from", "生效日期", "生效时间", "有效期自", "有效期从", "有效期起", "开始日期"),
    "valid_until": ("valid until", "截止日期", "失效日期", "失效时间", "有效期至", "有效期到", "有效期", "结束日期"),
    "departments": ("departments", "部门"),
    "tags": ("tags", "标签"),
    "enabled": ("enabled", "启用"),
}
LISTS: Mapping[str, type[Department] | type[Tag]] = {"departments": Department, "tags": Tag}
SEPARATORS = str.maketrans("；;，、", "\n\n\n\n")
LANGUAGES = {
    "": "",
    "zh": "zh-hans",
    "zh-hans": "zh-hans",
    "中文": "zh-hans",
    "en": "en",
    "英文": "en",
    "english": "en",
}
YES, NO = ("", "1", "yes", "true", "y", "是", "启用"), ("0", "no", "false", "n", "否", "停用")
KINDS = {
    **{kind.value: kind.value for kind in Answer.Kind},
    **{"": "text", "文本": "text", "文字": "text", "卡片": "card", "图片": "image", "文件": "file", "视频": "video"},
}


@dataclass(frozen=True, kw_only=True)
class RowError:
    """The error in one row: the row as Excel counts it, the head of the column, and the flaw."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """A row that would be written: the answer, not saved, and the departments and tags that it gets.

    `before` is the answer as it is now; without one, the row is new.
    """

    answer: Answer
    lists: Mapping[str, Sequence[Department | Tag]]
    before: Answer | None = None

    @property
    def differences(self) -> Iterator[tuple[str, object, object]]:
        """The fields that change, with their cells before and after."""
        if self.before is not None:
            before, after = _cells(self.before), _cells(self.answer, self.lists)
            yield from ((name, before[name], after[name]) for name in HEADS if before[name] != after[name])


@dataclass(kw_only=True)
class Findings:
    """The findings in a file: new rows, changes, how many stay, and errors.

    Attributes:
        topics: the topics that it names, by their name there; one that is new is saved with its first answer.
        called: the departments and tags that it names, by model and name.
    """

    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    topics: dict[str, Topic] = field(default_factory=dict)
    called: dict[tuple[str, str], list[Department | Tag]] = field(default_factory=dict)
    unknown_columns: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        return [*self.new, *self.changed]


def compare(table: Table) -> Findings:
    """A table compared with the answers there are. Writes nothing. Raises `TableError` without a question column."""
    heads, rows = heads_and_rows(table, lambda cells: "question" in _columns(cells).values())
    columns = _columns(heads)
    if "question" not in columns.values():
        raise TableError(
            _("No column is named question."), remedy=_("Name the columns as in an exported file."), field="file"
        )
    findings = Findings(
        unknown_columns=[_word(head) for place, head in enumerate(heads) if place not in columns and head]
    )
    rows_here = Answer.objects.select_related("topic").prefetch_related("departments", "tags")
    known = {row.question: row for row in rows_here}
    seen: dict[str, int] = {}
    for number, cells in rows:
        if len(seen) >= MOST:
            fault = _("The file has more than %d answers.") % MOST
            raise TableError(fault, remedy=_("Split it into several files."), field="file")
        _read_row(findings, known, seen, number, {columns[at]: cell for at, cell in enumerate(cells) if at in columns})
    heads_here = {name: _word(heads[place]) for place, name in columns.items()}
    findings.errors = [
        replace(error, column=heads_here.get(error.column, HEADS[error.column][0])) for error in findings.errors
    ]
    return findings


def _read_row(
    findings: Findings, known: Mapping[str, Answer], seen: dict[str, int], number: int, cells: Mapping[str, object]
) -> None:
    question = _word(cells.get("question"))
    if not question or question in seen:
        text = _("Row %d has the same question.") % seen[question] if question else _("The question is missing.")
        findings.errors.append(RowError(row=number, column="question", message=text))
        return
    seen[question] = number
    before = known.get(question)
    flaws, lists = dict[str, str](), dict[str, Sequence[Department | Tag]]()
    values: dict[str, Any] = {"question": question}
    for name, cell in cells.items():
        try:
            if name in LISTS:
                lists[name] = _rows_called(LISTS[name], _word(cell), findings.called)
            elif name == "topic":
                values[name] = _topic(_word(cell), findings.topics)
            else:
                values[name] = _value(name, cell)
        except ValidationError as error:
            flaws[name] = error.messages[0]
    answer = Answer(**{**_fields(before), **values})
    if not flaws:
        flaws = _flaws(answer)
    if flaws:
        errors = (
            RowError(row=number, column=name if name in HEADS else "kind", message=text) for name, text in flaws.items()
        )
        findings.errors.extend(errors)
    elif before is None:
        findings.new.append(Change(answer=answer, lists=lists))
    elif _fields(answer) != _fields(before) or _differs(before, lists):
        findings.changed.append(Change(answer=answer, lists=lists, before=before))
    else:
        findings.unchanged += 1


def table_of(rows: Iterable[Answer]) -> Iterator[list[object]]:
    """Answers as an exported file has them, with its heads."""
    yield [heads[0] for heads in HEADS.values()]
    for row in rows:
        yield list(_cells(row).values())


def _cells(row: Answer, lists: Mapping[str, Sequence[Department | Tag]] | None = None) -> dict[str, object]:
    """The cells of an answer, by field. `lists` are the departments and tags that it is to have."""
    named = {name: (lists or {}).get(name, getattr(row, name).all()) for name in LISTS}
    return {name: _cell(name, named[name] if name in named else getattr(row, name)) for name in HEADS}


def _cell(name: str, value: Any) -> object:
    if name in LISTS:
        return "\n".join(str(item) for item in value)
    if name == "enabled":
        return "yes" if value else "no"
    if name == "topic":
        return value.name if value else ""
    return value.isoformat() if isinstance(value, date) else value or ""


def _columns(heads: Cells) -> dict[int, str]:
    """The field of each column, by its place; the first of two with the same head counts."""
    names = {alias: name for name, aliases in HEADS.items() for alias in aliases}
    columns: dict[int, str] = {}
    for place, head in enumerate(heads):
        name = names.get(_word(head).casefold().replace("_", " "))
        if name and name not in columns.values():
            columns[place] = name
    return columns


def _fields(row: Answer | None) -> dict[str, Any]:
    """The fields of an answer that a file may set, as they are now; the primary key and the file too."""
    names = [name for name in HEADS if name not in LISTS]
    return {name: getattr(row, name) for name in ("pk", "file", *names)} if row is not None else {}


def _value(name: str, cell: object) -> Any:
    word = _word(cell)
    if name in ("valid_from", "valid_until"):
        return _day(cell)
    for field_name, codes in (("kind", KINDS), ("language", LANGUAGES)):
        if name == field_name:
            if word.casefold() not in codes:
                raise ValidationError(
                    _("“%(word)s” is none of these: %(all)s.")
                    % {"word": word[:40], "all": ", ".join(filter(None, codes))}
                )
            return codes[word.casefold()]
    if name == "enabled":
        if word.casefold() not in (*YES, *NO):
            raise ValidationError(_("Write yes or no."))
        return word.casefold() in YES
    return word


def _topic(name: str, known: dict[str, Topic]) -> Topic | None:
    if name and name not in known:
        known[name] = Topic.objects.called(name)
    return known[name] if name else None


def _day(cell: object) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    word = _word(cell)
    try:
        day = written_date(word)
    except ValueError:
        raise ValidationError(_("There is no day “%s”.") % word[:40]) from None
    if word and day is None:
        raise ValidationError(_("Write the date like 2026-12-31 or 2026年12月31日."))
    return day


def _rows_called(
    model: type[Department] | type[Tag], sentence: str, known: dict[tuple[str, str], list[Department | Tag]]
) -> Sequence[Department | Tag]:
    """The departments or tags with these names or numbers. Raises `ValidationError` for an unknown or doubtful one."""
    named_rows: list[Department | Tag] = []
    for word in filter(None, (part.strip() for part in sentence.translate(SEPARATORS).splitlines())):
        key = (model._meta.label, word)
        if key not in known:
            rows = model._default_manager.filter(gone_at=None)
            by_number = rows.filter(number=int(word))[:2] if word.isdecimal() else ()
            known[key] = list(rows.filter(name=word)[:2]) or list(by_number)
        called = known[key]
        if len(called) != 1:
            text = _("There are several called “%s”: write the number.") if called else _("There is none called “%s”.")
            raise ValidationError(text % word[:40])
        named_rows.append(called[0])
    return named_rows


def _differs(before: Answer, lists: Mapping[str, Sequence[Department | Tag]]) -> bool:
    return any(
        {row.pk for row in getattr(before, name).all()} != {row.pk for row in rows} for name, rows in lists.items()
    )


def _flaws(answer: Answer) -> dict[str, str]:
    """The errors that the form of an answer would have, by field, without asking the database for each row.

    That a question is there once, its topic too, is known; the one constraint is on two days of the answer itself.
    """
    try:
        answer.full_clean(exclude=("topic",), validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        return {name: messages[0] for name, messages in error.message_dict.items()}
    if answer.valid_from and answer.valid_until and answer.valid_until < answer.valid_from:
        return {"valid_until": _("It ends before it begins.")}
    return {}


def _word(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
