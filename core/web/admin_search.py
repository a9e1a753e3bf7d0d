"""The search of the admin's lists, by columns that have an index."""

from typing import Any, ClassVar

from django.db.models import Case, CharField, Model, Q, QuerySet, TextField, Value, When
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from core import text_search


class IndexedSearch(ModelAdmin[Any]):
    """Searches `search_fields`: the IDs among them, written `=cid`, as they are; the others for each of the words.

    Words of a related row are looked up among its kind first, because no index spans two tables.
    """

    # Rows that have exactly these words here come first.
    exact_first: ClassVar[tuple[str, ...]] = ()

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        words = search_term.strip()
        if not words:
            return queryset, False
        found, are_few = self.search_condition(words)
        rows = queryset.filter(found)
        return (self._exact_first(rows, words) if are_few and self.exact_first else rows), False

    def search_condition(self, words: str) -> tuple[Q, bool]:
        """The condition for rows that match, and whether they were found by their keys."""
        found, are_few = Q(pk__in=()), True
        for name in self.search_fields:
            if name.startswith("="):
                found |= exactly(self.model, name.removeprefix("="), words)
        for relation, names in self._searched().items():
            theirs, few = text_search.condition(self.model, relation, names, words)
            found, are_few = found | theirs, are_few and few
        return found, are_few

    def _searched(self) -> dict[str, list[str]]:
        """The columns for words, by the relation that leads to them."""
        by_relation: dict[str, list[str]] = {}
        for name in self.search_fields:
            if not name.startswith("="):
                relation, _, column = name.rpartition(LOOKUP_SEP)
                by_relation.setdefault(relation, []).append(column)
        return by_relation

    def _exact_first(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        exact = Q()
        for name in self.exact_first:
            exact |= exactly(self.model, name, words)
        rank = Case(When(exact, then=Value(0)), default=Value(1))
        ranked: QuerySet[Any] = rows.annotate(rank=rank).order_by("rank", *rows.query.order_by)
        return ranked


def exactly(model: type[Model], name: str, words: str) -> Q:
    """Rows with this ID; IDs of the platform are kept in small letters."""
    if isinstance(model._meta.get_field(name), CharField | TextField):
        return Q(**{f"{name}__in": sorted({words, words.lower()})})
    is_number = words.isascii() and words.isdigit() and len(words) < 19
    return Q(**{name: int(words)}) if is_number else Q(pk__in=())
