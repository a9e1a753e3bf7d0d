"""Search for words inside of texts, which an index answers on PostgreSQL.

The index (`AddSearchIndex` of `core.migration_operations`) has trigrams, which need three letters, and most Chinese
words have two. So it is built over the text in capitals with each letter twice.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Func, Model, Q, QuerySet, TextField
from django.db.models.functions import Upper
from django.db.models.lookups import Contains

MOST_ROWS = 5000
"""More rows are not listed: among so many, reading in the order of the page soon finds enough."""
NEWEST_ROWS = 50_000
"""So many are read where words of another table lead to too many: whether any row here has them, no index tells."""
INDEXED_FROM = 2


class Doubled(Func):
    """A text in capitals with each letter twice, as the index has it. PostgreSQL only."""

    function = "REGEXP_REPLACE"
    template = r"%(function)s(%(expressions)s, '(.)', '\1\1', 'g')"
    output_field = TextField()

    def __init__(self, field: str, **extra: Any) -> None:
        super().__init__(Upper(field), **extra)


@dataclass(frozen=True, kw_only=True)
class Found:
    """The condition for rows that match; `are_few` if they are listed by their keys, `of_newest` if only the newest
    rows are searched. `number` is how many there are, where that is known."""

    condition: Q
    are_few: bool = True
    of_newest: bool = False
    number: int | None = None

    def __or__(self, other: Q) -> "Found":
        return replace(self, condition=self.condition | other, number=None)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One way in which a row may match. `is_distant` if it reads rows of another table, one for each row here."""

    condition: Q
    is_distant: bool = False


def containing(model: type[Model], field: str, words: str, *, path: str = "") -> Q:
    """Rows whose field contains these words, in any case; `path` leads to the model."""
    if connection.vendor != "postgresql" or len(words) < INDEXED_FROM or field not in getattr(model, "SEARCHED", ()):
        return Q(**{f"{path}{field}__icontains": words})
    return Q(Contains(Doubled(path + field), "".join(_capital(letter) * 2 for letter in words)))


def matching(model: type[Model], fields: Iterable[str], words: str) -> Q:
    """Rows that contain each of the words in any of these fields."""
    return _each(fields, words, lambda field, word: containing(model, field, word))


def parts(model: type[Model], relation: str, fields: Iterable[str], words: str) -> list[Part]:
    """Rows that contain each of the words in fields of their own, or of the row that `relation` leads to.

    Words of a related row are looked up among its kind first, because no index spans two tables.
    """
    names = list(fields)
    if not relation:
        return [Part(condition=condition) for condition in _by_field(model, names, words)]
    theirs = target(model, relation)
    keys = _keys(theirs, _by_field(theirs, names, words))
    if len(keys) <= MOST_ROWS:
        return [Part(condition=_by_keys(model, relation, keys))]
    path = f"{relation}__"
    far = _each(names, words, lambda name, word: containing(theirs, name, word, path=path))
    return [Part(condition=far, is_distant=True)]


def find(model: type[Model], ways: Sequence[Part]) -> Found:
    """The rows that match in one of these ways: by their keys, if they are few.

    Many of a word of their own are found soon by reading in the order of the page: the planner knows from the index
    how frequent it is. Of other tables it knows nothing, so of these rows only the newest are read.
    """
    anyhow = reduce(or_, (part.condition for part in ways), Q(pk__in=()))
    if any(part.is_distant for part in ways):
        first = first_of_newest(model)
        newest = anyhow if first is None else anyhow & Q(pk__gte=first)
        return Found(condition=newest, are_few=False, of_newest=first is not None)
    keys = _keys(model, [part.condition for part in ways])
    if len(keys) <= MOST_ROWS:
        return Found(condition=Q(pk__in=keys), number=len(keys))
    return Found(condition=anyhow, are_few=False)


def first_of_newest(model: type[Model]) -> Any:
    """The key of the oldest row of the newest `NEWEST_ROWS`; None if there are no more."""
    keys = model._default_manager.order_by("-pk").values_list("pk", flat=True)
    return next(iter(keys[NEWEST_ROWS - 1 : NEWEST_ROWS]), None)


def _by_field(model: type[Model], names: list[str], words: str) -> list[Q]:
    """Rows that contain each of the words, by the field that has the longest: together they are all.

    Each field is asked by itself: for all of them at once PostgreSQL may read the whole table, since it takes a search
    in four indexes for dear, and comparisons without any for cheap.
    """
    longest, *others = sorted(words.split(), key=len, reverse=True)
    rest = matching(model, names, " ".join(others))
    return [containing(model, name, longest) & rest for name in names]


def _keys(model: type[Model], conditions: Sequence[Q]) -> list[Any]:
    """The keys of rows that meet one of these, and no more than one too many."""
    rows: QuerySet[Any, Any] = model._default_manager.order_by().values_list("pk", flat=True)
    keys = [rows.filter(condition)[: MOST_ROWS + 1] for condition in conditions]
    if connection.features.supports_slicing_ordering_in_compound:
        first, *more = keys
        return list(first.union(*more)[: MOST_ROWS + 1] if more else first)
    return list(rows.filter(reduce(or_, conditions))[: MOST_ROWS + 1])


def _by_keys(model: type[Model], relation: str, keys: list[Any]) -> Q:
    """Rows that lead to these, by the keys of the rows beside them: no index spans a further table."""
    names, near = relation.split("__"), keys
    for depth in range(len(names) - 1, 0, -1):
        between = target(model, "__".join(names[:depth]))._default_manager.order_by()
        keys_between = between.filter(**{f"{names[depth]}__in": near}).values_list("pk", flat=True)
        near = list(keys_between[: MOST_ROWS + 1])
        if len(near) > MOST_ROWS:
            return Q(**{f"{relation}__in": keys})
    return Q(**{f"{names[0]}__in": near})


def target(model: type[Model], relation: str) -> type[Model]:
    """The model that a path of relations leads to."""
    for name in filter(None, relation.split("__")):
        related = model._meta.get_field(name).related_model
        assert isinstance(related, type)
        model = related
    return model


def _each(fields: Iterable[str], words: str, contains: Callable[[str, str], Q]) -> Q:
    names, condition = list(fields), Q()
    for word in words.split():
        somewhere = Q()
        for name in names:
            somewhere |= contains(name, word)
        condition &= somewhere
    return condition


def _capital(letter: str) -> str:
    """As PostgreSQL writes it, which makes no two letters of one."""
    capital = letter.upper()
    return capital if len(capital) == 1 else letter
