"""The personal data of one model: whose rows they are, how they are erased and exported, and when they expire."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import models, transaction

BATCH = 500
# A pass of the clean-up ends in minutes even after years without one; the next pass goes on.
BATCHES_A_PASS = 200


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of data with one retention. `days` is read at each pass; 0 keeps it for ever."""

    key: str
    label: Any
    days: Callable[[], float] = lambda: 0


@dataclass(frozen=True, kw_only=True)
class Person:
    """The subject of a request. Rows that stay because they are counted get `alias` instead of the user ID."""

    pk: int
    corporation: int
    user_id: str
    names: tuple[str, ...]
    alias: str


class Holding:
    """One model of the registry.

    Attributes:
        of: selects a person's rows.
        blank: the values that take the place of the content, on erasure and on expiry; None deletes the rows.
        renamed: further values on erasure, for fields that name the person.
        ended: the rows that may expire; others still wait for something.
        age: the field from which the retention counts; "" for rows that do not expire by themselves.
        files: fields that name files in the media storage, which go with the content.
        hidden: fields that an export leaves out.
        goes_last: whether a repeated erasure finds the person by this row.
    """

    goes_last = False

    def __init__(
        self,
        model: type[models.Model],
        kind: Kind,
        *,
        of: Callable[[Person], models.Q] | None = None,
        blank: Mapping[str, Any] | None = None,
        renamed: Callable[[Person], Mapping[str, Any]] = lambda person: {},
        ended: models.Q | None = None,
        age: str = "",
        files: tuple[str, ...] = (),
        hidden: Collection[str] = (),
    ) -> None:
        self.model, self.kind = model, kind
        self.owners = [of] if of else []
        self.sharers: list[Callable[[Person], models.Q]] = []
        self.blank, self.renamed = blank, renamed
        self.ended, self.age = ended or models.Q(), age
        self.files, self.hidden = files, frozenset(hidden)

    @property
    def label(self) -> str:
        """The model's label, such as `wecom.Callback`."""
        return self.model._meta.label

    def rows(self, pks: Collection[int] | None = None) -> "models.QuerySet[Any]":
        """All rows, or these."""
        every: models.QuerySet[Any] = self.model._base_manager.all()
        return every if pks is None else every.filter(pk__in=pks)

    def find(self, person: Person) -> list[int]:
        """The primary keys of rows that belong to this person alone."""
        if not self.owners:
            return []
        mine, others = models.Q(pk__in=()), models.Q(pk__in=())
        for owner in self.owners:
            mine |= owner(person)
        for sharer in self.sharers:
            others |= sharer(person)
        return sorted(set(self.rows().filter(mine).exclude(others).values_list("pk", flat=True)))

    def refusal(self, person: Person) -> str:
        """The reason why this person cannot be erased now, with a remedy; "" if there is none."""
        return ""

    def erase(self, pks: Collection[int], person: Person) -> int:
        """Erase or anonymise these rows of a person, in short transactions. Returns how many."""
        for some in batches(pks):
            with transaction.atomic():
                self.clear(some, person)
        return len(pks)

    def clear(self, pks: Collection[int], person: Person | None = None) -> None:
        """Remove the content of one batch of rows; without a person because it expired."""
        rows = self.rows(pks)
        for name in {name for row in rows for name in self.file_names(row)} if self.files else ():
            transaction.on_commit(partial(default_storage.delete, name), robust=True)
        if self.blank is None:
            rows.delete()
        else:
            values = {**self.blank, **(self.renamed(person) if person else {})}
            if values:
                rows.update(**values)

    def expire(self, before: datetime, now: datetime) -> int:
        """Remove the content of rows from before that time, in batches. Returns how many rows."""
        if not self.age:
            return 0
        keys, count = self.expired(before).order_by("pk").values_list("pk", flat=True), 0
        rows = keys
        for _ in range(BATCHES_A_PASS):
            pks = list(rows[:BATCH])
            if pks:
                with transaction.atomic():
                    self.clear(pks)
                # Behind these: each batch would read the rows once more that earlier ones and passes have cleared.
                rows = keys.filter(pk__gt=pks[-1])
            count += len(pks)
            if len(pks) < BATCH:
                break
        return count

    def expired(self, before: datetime) -> "models.QuerySet[Any]":
        """The rows from before that time that still have content."""
        rows = self.rows().filter(self.ended, **{f"{self.age}__lt": before})
        return rows.exclude(**self.blank) if self.blank is not None else rows

    def export(self, pks: Collection[int]) -> Iterator[Any]:
        """The rows of an export."""
        for some in batches(pks):
            yield from self.rows(some).order_by("pk")

    def as_json(self, row: Any) -> dict[str, Any]:
        """A row as an export has it."""
        fields = (field for field in self.model._meta.concrete_fields if field.name not in self.hidden)
        return {field.attname: _plain(getattr(row, field.attname)) for field in fields}

    def file_names(self, row: Any) -> list[str]:
        """The names in the media storage of a row's files."""
        named = (str(getattr(row, field) or "") for field in self.files)
        return [name for name in named if name]


def batches(pks: Collection[int]) -> Iterator[list[int]]:
    """Primary keys in lists of a size that a short transaction can take."""
    every = list(pks)
    return (every[first : first + BATCH] for first in range(0, len(every), BATCH))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    return value.name if isinstance(value, models.fields.files.FieldFile) else value
