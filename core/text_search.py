"""Search for words inside of texts, which an index answers on PostgreSQL.

The index (`AddSearchIndex` of `core.migration_operations`) has trigrams, which need three letters, and most Chinese
words have two. So it is built over the text in capitals with each letter twice.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.db.models import Func, Model, Q, TextField
from django.db.models.functions import Upper
from django.db.models.lookups import Contains

MOST_ROWS = 5000
"""More rows are not listed: among so many, reading in the order of the page soon finds enough."""
INDEXED_FROM = 2


class Doubled(Func):
    """A text in capitals with each letter twice, as the index has it. PostgreSQL only."""

    function = "REGEXP_REPLACE"
    template = r"%(function)s(%(expressions)s, '(.)', '\1\1', 'g')"
    output_field = TextField()

    def __init__(self, field: str, **extra: Any) -> None:
        super().__init__(Upper(field), **extra)


def containing(model: type[Model], field: str, words: str, *, path: str = "") -> Q:
    """Rows whose field contains these words, whatever their case; `path` leads to the model."""
    if connection.vendor != "postgresql" or len(words) < INDEXED_FROM or field not in getattr(model, "SEARCHED", ()):
        return Q(**{f"{path}{field}__icontains": words})
    return Q(Contains(Doubled(path + field), "".join(_capital(letter) * 2 for letter in words)))


def matching(model: type[Model], fields: Iterable[str], words: str) -> Q:
    """Rows that contain each of the words in any of these fields."""
    return _each(fields, words, lambda field, word: containing(model, field, word))


def condition(model: type[Model], relation: str, fields: Iterable[str], words: str) -> tuple[Q, bool]:
    """Rows that contain each of the words in fields of their own, or of the row that `relation` leads to.

    Also whether they are few, and listed by their keys. Many are found soon by reading in the order of the page.
    """
    names, theirs = list(fields), target(model, relation)
    keys = _keys(theirs, names, words)
    if len(keys) <= MOST_ROWS:
        return _by_keys(model, relation, keys), True
    path = f"{relation}__" if relation else ""
    # The planner knows from the index how frequent they are, so it reads in the order of the page.
    return _each(names, words, lambda name, word: containing(theirs, name, word, path=path)), False


def _keys(model: type[Model], names: list[str], words: str) -> list[Any]:
    """The keys of rows that contain each of the words, and no more than one too many.

    Each field is asked by itself for the longest word: for all of them at once PostgreSQL may read the whole table,
    since it takes a search in four indexes for dear, and comparisons without any for cheap.
    """
    rows = model._default_manager.order_by()
    longest = max(words.split(), key=len, default="")
    if connection.vendor != "postgresql" or not longest:
        return list(rows.filter(matching(model, names, words)).values_list("pk", flat=True)[: MOST_ROWS + 1])
    others = [word for word in words.split() if word != longest]
    rest = matching(model, names, " ".join(others))
    some = [
        rows.filter(containing(model, name, longest)).filter(rest).values_list("pk", flat=True)[: MOST_ROWS + 1]
        for name in names
    ]
    first, *more = some
    return list(first.union(*more)[: MOST_ROWS + 1] if more else first)


def _by_keys(model: type[Model], relation: str, keys: list[Any]) -> Q:
    """Rows that lead to these, by the keys of the rows beside them: no index spans a further table."""
    names, near = relation.split("__"), keys
    for depth in range(len(names) - 1, 0, -1):
        between = target(model, "__".join(names[:depth]))._default_manager.order_by()
        found = between.filter(**{f"{names[depth]}__in": near}).values_list("pk", flat=True)
        near = list(found[: MOST_ROWS + 1])
        if len(near) > MOST_ROWS:
            return Q(**{f"{relation}__in": keys})
    return Q(**{f"{names[0] or 'pk'}__in": near})


def target(model: type[Model], relation: str) -> type[Model]:
    """The model that a path of relations leads to."""
    for name in filter(None, relation.split("__")):
        related = model._meta.get_field(name).related_model
        assert isinstance(related, type)
        model = related
    return model


def _each(fields: Iterable[str], words: str, contains: Callable[[str, str], Q]) -> Q:
    names, found = list(fields), Q()
    for word in words.split():
        somewhere = Q()
        for name in names:
            somewhere |= contains(name, word)
        found &= somewhere
    return found


def _capital(letter: str) -> str:
    """As PostgreSQL writes it, which makes no two letters of one."""
    capital = letter.upper()
    return capital if len(capital) == 1 else letter
