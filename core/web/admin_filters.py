"""Filters of the admin's lists that offer known values, where Django would read all rows for them."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.contrib.admin import ChoicesFieldListFilter, FieldListFilter, RelatedFieldListFilter
from django.contrib.admin.utils import get_last_value_from_parameters
from django.db.models import Exists, Field, Model, OuterRef, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core import text_search
from core.web.admin import REASONS


class KnownValuesFilter(FieldListFilter):
    """Offers the values of `known` in words; another one is used if the address has it."""

    # The values that are offered, with words for them.
    known: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self,
        field: "Field[Any, Any]",
        request: HttpRequest,
        params: Any,
        model: type[Model],
        model_admin: Any,
        field_path: str,
    ) -> None:
        self.model = model
        self.chosen = get_last_value_from_parameters(params, field_path)
        super().__init__(field, request, params, model, model_admin, field_path)

    def expected_parameters(self) -> list[str | None]:
        return [self.field_path]

    def values(self) -> Mapping[str, Any]:
        return self.known

    def choices(self, changelist: Any) -> Iterator[Any]:
        without = changelist.get_query_string(remove=[self.field_path])
        yield {"selected": self.chosen is None, "query_string": without, "display": _("All")}
        for value, label in self.values().items():
            address = changelist.get_query_string({self.field_path: value})
            yield {"selected": self.chosen == value, "query_string": address, "display": label}


class ReasonFilter(KnownValuesFilter):
    """The reasons of a kind of work. A code that ends with the platform's number, such as refused_40058, counts too."""

    def values(self) -> Mapping[str, Any]:
        own = getattr(self.model, "Reason", None)
        return {**REASONS, **dict(own.choices if own else ())}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.chosen is None:
            return queryset
        # An index has the rows with a reason, which are few.
        some = queryset.exclude(reason="")
        return some.filter(Q(reason=self.chosen) | Q(reason__startswith=f"{self.chosen}_"))


class UsedRowsFilter(RelatedFieldListFilter):
    """Offers the related rows that some row of the list has: each is looked up in the index of the relation."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        used = Exists(model_admin.model._base_manager.filter(**{field.name: OuterRef("pk")}))
        ordering = self.field_admin_ordering(field, request, model_admin)
        choices: list[tuple[str, Any]] = field.get_choices(
            include_blank=False, limit_choices_to=Q(used), ordering=ordering
        )
        return choices


class RelatedChoicesFilter(ChoicesFieldListFilter):
    """Offers the choices of related rows, which are few and read first: from their keys, and not from a join,
    PostgreSQL knows how many rows of the list have one."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        relation, _dots, column = self.field_path.rpartition(LOOKUP_SEP)
        if not self.lookup_val:
            return queryset
        wanted = [value for value, _words in self.field.flatchoices if str(value) in self.lookup_val]
        theirs = text_search.target(queryset.model, relation)._base_manager.filter(**{f"{column}__in": wanted})
        keys = list(theirs.values_list("pk", flat=True)[: text_search.MOST_ROWS + 1])
        if len(keys) > text_search.MOST_ROWS:
            return queryset.filter(**{f"{self.field_path}__in": wanted})
        return queryset.filter(**{f"{relation}__in": keys})
