"""Pages of the admin's lists that neither count all rows nor skip over them: each begins at a row of the one before."""

from contextlib import suppress
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import connections
from django.db.models import F, Model, OrderBy, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from core.text_search import NEWEST_ROWS
from core.web import row_counts
from core.web.admin_search import FOUND, OF_NEWEST
from core.web.row_counts import RowCount

LARGEST_KEY = 2**63 - 1


class Pages:
    """The attributes that Unfold's templates ask of a paginator."""

    template_name = "unfold/helpers/pagination_keyset.html"


class SortKey:
    """One column of an order: by which field, in which direction, and at which end the empty ones are."""

    def __init__(self, model: type[Model], part: Any, *, empty_smallest: bool) -> None:
        if isinstance(part, str):
            part = F(part.removeprefix("-")).desc() if part.startswith("-") else F(part).asc()
        elif not isinstance(part, OrderBy):
            part = part.asc()
        self.name: str = part.expression.name
        self.descending: bool = part.descending
        self.may_be_empty = _may_be_empty(model, self.name)
        self.empty_first = bool(part.nulls_first or (not part.nulls_last and part.descending != empty_smallest))

    def beyond(self, value: Any, *, forward: bool) -> Q:
        """Rows that come after this value, or before it."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if self.empty_first == forward else Q(pk__in=())
        further = Q(**{f"{self.name}__{self._sign(forward)}": value})
        empty_further = self.may_be_empty and self.empty_first != forward
        return further | Q(**{f"{self.name}__isnull": True}) if empty_further else further

    def at(self, value: Any) -> Q:
        """Rows with this value."""
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def not_before(self, value: Any, *, forward: bool) -> Q:
        """A bound that follows from the others, in the form that an index can use; empty where there is none."""
        return Q() if self.may_be_empty else Q(**{f"{self.name}__{self._sign(forward)}e": value})

    def _sign(self, forward: bool) -> str:
        return "lt" if self.descending == forward else "gt"


class KeysetChangeList(ChangeList):
    """Pages by the keys of their first and last rows: `p=after-12` and `p=before-12`."""

    def get_results(self, request: HttpRequest) -> None:
        rows, self.has_previous, self.has_next = self._page(str(request.GET.get(PAGE_VAR, "")))
        keys = rows if self.list_editable else [row.pk for row in rows]
        # Kept, because a list may show its rows in another order, such as that of a tree.
        self._ends = (keys[0], keys[-1]) if keys else (0, 0)
        # The form of an editable list asks for a query; its rows stay this page's, also after changes meanwhile.
        self.result_list: Any = self.queryset.filter(pk__in=keys) if self.list_editable else rows
        self.of_newest = bool(getattr(request, OF_NEWEST, False))
        self._count(len(keys), getattr(request, FOUND, None))
        self.paginator = Pages()
        # Unfold's templates offer neither numbers of pages nor all rows on one.
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = True

    @property
    def previous_url(self) -> str:
        return str(self.get_query_string({PAGE_VAR: f"before-{self._ends[0]}"}))

    @property
    def next_url(self) -> str:
        return str(self.get_query_string({PAGE_VAR: f"after-{self._ends[1]}"}))

    @property
    def first_url(self) -> str:
        return str(self.get_query_string())

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or filter leaves rows out."""
        return bool(self.query or self.has_active_filters)

    def _count(self, shown: int, matches: int | None) -> None:
        """The number of rows, and to how many an action on all of them is applied."""
        if not (self.has_previous or self.has_next):
            self.count = RowCount(number=shown)
        elif matches is not None and not self.get_filters_params() and not self.root_queryset.query.where:
            self.count = RowCount(number=matches)  # the search has counted them
        else:
            self.count = row_counts.count(self.queryset, most=matches)
        most: int = self.model_admin.most_rows
        self.is_counted = self.count.is_exact and self.count.number <= most
        self.result_count = self.count.number if self.is_counted else most
        # The header shows the count where it differs from the total.
        self.full_result_count = None if self.is_narrowed and self.is_counted else self.result_count

    @property
    def count_words(self) -> str:
        return self.count.words(self.opts)

    @property
    def searched_words(self) -> str:
        """That a search or filter left older rows out; "" if it did not."""
        if not self.of_newest:
            return ""
        # Too many rows of another table match a word, or a filter has no index.
        message = _("Only the newest %(count)s rows were searched.")
        if self.query:
            message = _("Only the newest %(count)s rows were searched. A rarer word searches all of them.")
        return message % {"count": row_counts.figure(NEWEST_ROWS)}

    def _page(self, place: str) -> tuple[list[Any], bool, bool]:
        """The rows, of an editable list their keys, and whether there are others before and after them."""
        way, _dash, key = place.partition("-")
        values = self._values(key) if way in ("after", "before") else None
        size = self.list_per_page
        if values is not None and way == "before":
            rows = self._read(self._beyond(values, forward=False).reverse()[: size + 1])
            if len(rows) > size:
                return rows[size - 1 :: -1], True, True
            values = None  # so few that they are the first page
        rows = self._read((self.queryset if values is None else self._beyond(values, forward=True))[: size + 1])
        return rows[:size], values is not None, len(rows) > size

    def _read(self, rows: "QuerySet[Any]") -> list[Any]:
        return list(rows.prefetch_related(None).values_list("pk", flat=True) if self.list_editable else rows)

    def _keys(self) -> list[SortKey]:
        empty_smallest = bool(connections[self.queryset.db].features.order_by_nulls_first)
        keys: dict[str, SortKey] = {}
        for part in self.queryset.query.order_by:  # Django names the columns of the default order twice
            key = SortKey(self.model, part, empty_smallest=empty_smallest)
            keys.setdefault(key.name, key)
        return list(keys.values())

    def _values(self, key: str) -> tuple[Any, ...] | None:
        """The values of the row with this key in the columns of the order; None without such a row."""
        if not (key.isascii() and key.isdigit()) or int(key) > LARGEST_KEY:
            return None
        names = [sort_key.name for sort_key in self._keys()]
        if names == ["pk"]:
            return (int(key),)
        for rows in (self.queryset, self.root_queryset):  # the row may no longer match the search
            with suppress(FieldError):  # a search may sort by an annotation of its own rows
                values: tuple[Any, ...] | None = rows.order_by().filter(pk=key).values_list(*names).first()
                if values is not None:
                    return values
        return None

    def _beyond(self, values: tuple[Any, ...], *, forward: bool) -> "QuerySet[Any]":
        """The rows that follow, or those that come before."""
        pairs = list(zip(self._keys(), values, strict=True))
        further, same = Q(), Q()
        for key, value in pairs:
            further |= same & key.beyond(value, forward=forward)
            same &= key.at(value)
        first, value = pairs[0]
        rows: QuerySet[Any] = self.queryset.filter(first.not_before(value, forward=forward)).filter(further)
        return rows


class KeysetAdmin(ModelAdmin[Any]):
    """For tables that grow to millions of rows: no count of all of them, no numbered pages, actions in portions."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    # The rows to which an action on all rows is applied.
    most_rows: ClassVar[int] = 1000

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """The sortable columns; by default those in the order of an index, because others would sort all rows."""
        if self.sortable_by is not None:
            return self.sortable_by
        return [name for name in self.get_list_display(request) if self._is_in_order(name)]

    def _is_in_order(self, column: str) -> bool:
        shown = getattr(self, column, None)
        order = getattr(shown, "admin_order_field", column if shown is None else None)
        with suppress(FieldDoesNotExist):
            return isinstance(order, str) and _has_index(self.model, order.removeprefix("-"))
        return False

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """An action on all rows is applied to the first of them, and says so."""
        if "1" in request.POST.getlist("select_across"):
            keys = list(queryset.values_list("pk", flat=True)[: self.most_rows + 1])
            if len(keys) > self.most_rows:
                message = _("This was done for the first %(count)d rows. Repeat it for the others.")
                self.message_user(request, message % {"count": self.most_rows}, messages.WARNING)
            queryset = self.get_queryset(request).filter(pk__in=keys[: self.most_rows])
        return super().response_action(request, queryset)


def _has_index(model: type[Model], name: str) -> bool:
    """Whether an index has nothing but this column. Raises `FieldDoesNotExist` if it is no column."""
    field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
    indexed = {tuple(index.fields) for index in model._meta.indexes if index.condition is None}
    alone = {(field.name,), (f"-{field.name}",)} & indexed
    return not field.is_relation and bool(field.primary_key or field.unique or field.db_index or alone)


def _may_be_empty(model: type[Model], name: str) -> bool:
    """Whether a column of the order may have no value. True also for a name that is no column."""
    for part in name.split(LOOKUP_SEP):
        if part == "pk":
            return False
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return True
        if getattr(field, "null", True):
            return True
        if isinstance(field.related_model, type):
            model = field.related_model
    return False
