"""The search of the admin's lists, by columns that have an index."""

from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.db.models import Case, CharField, Model, Q, QuerySet, TextField, Value, When
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from core import text_search
from core.text_search import Found, Part

OF_NEWEST = "searched_newest"
"""The attribute of a request whose search or filter read the newest rows only."""

FOUND = "found_rows"
"""The attribute that has how many rows a search found, filters aside; None where that is not known."""


class IndexedSearch(ModelAdmin[Any]):
    """Searches `search_fields`: the IDs among them, written `=cid`, as they are; the others for each of the words."""

    # Rows that have exactly these words here come first.
    exact_first: ClassVar[tuple[str, ...]] = ()

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        result = self.find_rows(text)
        rows = queryset.filter(result.condition)
        if result.of_newest:
            setattr(request, OF_NEWEST, True)
        setattr(request, FOUND, result.number)
        return (self._exact_first(rows, text) if result.are_few and self.exact_first else rows), False

    def find_rows(self, text: str) -> Found:
        """The rows that match."""
        ids = [name.removeprefix("=") for name in self.search_fields if name.startswith("=")]
        ways = [Part(condition=exactly(self.model, name, text)) for name in ids]
        by_relation = self._searched()
        if not by_relation:
            return Found(condition=reduce(or_, (part.condition for part in ways), Q(pk__in=())))
        for relation, names in by_relation.items():
            ways += text_search.parts(self.model, relation, names, text)
        return text_search.find(self.model, ways)

    def _searched(self) -> dict[str, list[str]]:
        """The columns for words, by the relation that leads to them."""
        by_relation: dict[str, list[str]] = {}
        for name in self.search_fields:
            if not name.startswith("="):
                relation, _, column = name.rpartition(LOOKUP_SEP)
                by_relation.setdefault(relation, []).append(column)
        return by_relation

    def _exact_first(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        exact = Q()
        for name in self.exact_first:
            exact |= exactly(self.model, name, text)
        rank = Case(When(exact, then=Value(0)), default=Value(1))
        ranked: QuerySet[Any] = rows.annotate(rank=rank).order_by("rank", *rows.query.order_by)
        return ranked


def exactly(model: type[Model], name: str, text: str) -> Q:
    """Rows with this ID; IDs of the platform are kept in small letters."""
    if isinstance(model._meta.get_field(name), CharField | TextField):
        return Q(**{f"{name}__in": sorted({text, text.lower()})})
    is_number = text.isascii() and text.isdigit() and len(text) < 19
    return Q(**{name: int(text)}) if is_number else Q(pk__in=())
