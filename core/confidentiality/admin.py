"""Admin pages with members' messages: shown to accounts with the right to read them. Each reading is recorded."""

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, Value
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.confidentiality.access_records import Way, record_access
from core.confidentiality.rights import is_closed_to, may_read
from core.web.admin import ReadOnlyAdmin


class ReadingAdmin(ReadOnlyAdmin):
    """Records who has read the rows of its pages.

    Attributes:
        list_has_words: whether the list shows members' messages, and not only the page of a row.
    """

    list_has_words: ClassVar[bool] = True

    def shows_words(self, request: HttpRequest) -> bool:
        """Whether this account sees members' messages here."""
        return bool(self.has_view_permission(request))

    def people_in(self, rows: Sequence[Any]) -> Iterable[int]:
        """The members whose words these rows have, by key."""
        return (row.member_id for row in rows)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        answer: HttpResponse = super().changelist_view(request, extra_context)
        changes = (getattr(answer, "context_data", None) or {}).get("cl")
        if changes is not None and self.list_has_words and self.shows_words(request):
            way = Way.SEARCH if getattr(changes, "query", "") else Way.LIST
            self._record(request, list(changes.result_list), way)
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        row = (getattr(answer, "context_data", None) or {}).get("original")
        if row is not None and self.shows_words(request):
            self._record(request, [row], Way.ROW)
        return answer

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The history; its title may quote a member's message, so a reader of messages is recorded."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied  # before Django looks for a row that this account may not find
        answer: HttpResponse = super().history_view(request, object_id, extra_context)
        row = (getattr(answer, "context_data", None) or {}).get("object")
        if row is not None and self.shows_words(request):
            self._record(request, [row], Way.ROW)
        return answer

    def rows_with_words(self, rows: list[Any]) -> list[Any]:
        """The rows that have a member's message; others are not recorded."""
        return rows

    def _record(self, request: HttpRequest, shown: list[Any], way: str) -> None:
        if rows := self.rows_with_words(shown):
            people = list(self.people_in(rows))
            record_access(request.user, self.opts.label, people=people, way=way, rows=len(rows))


class ClosedAdmin(ReadingAdmin):
    """Rows that consist of members' messages: hidden from accounts without the right to read them."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) and not is_closed_to(self.model, request.user)

    def has_view_or_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        # Django takes the right to change for that to look; here neither is enough.
        return self.has_view_permission(request, obj)


class GuardedAdmin(ReadingAdmin):
    """Rows that are of use without members' messages.

    Attributes:
        words_columns: the columns with messages, as lookups; an address that asks for their content is refused.
    """

    words_columns: ClassVar[tuple[str, ...]] = ()

    def shows_words(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and may_read(request.user)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """With whether this account sees its words, for links to pages that are closed to others."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.shows_words = self.shows_words(request)
        return row

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        asks = any(f"{lookup}__".startswith(f"{name}__") for name in self.words_columns)
        if asks and (request is None or not self.shows_words(request)):
            return False
        return bool(super().lookup_allowed(lookup, value, request))


class SomeWordsAdmin(GuardedAdmin):
    """Rows of which some have a member's message: it is left out for accounts without the right to read it.

    Attributes:
        words_in: the condition for such rows; a search by an account without that right does not find them.
    """

    words_in: ClassVar[Q] = Q()

    def has_words(self, row: Any) -> bool:
        """The same as `words_in`, of a row that is here."""
        raise NotImplementedError

    def said(self, row: Any, words: Any) -> Any:
        """The value of a column or field: these words, or a note that they are hidden."""
        return words if row.shows_words or not self.has_words(row) else not_shown()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(shows_words=Value(self.shows_words(request)))

    def rows_with_words(self, rows: list[Any]) -> list[Any]:
        return [row for row in rows if self.has_words(row)]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        rows, repeats = super().get_search_results(request, queryset, search_term)
        if self.shows_words(request) or not search_term.strip():
            return rows, repeats
        return rows.filter(~self.words_in | Q(cid=search_term.strip())), repeats


class WordsAdmin(GuardedAdmin):
    """Rows that all have a member's message: it is left out for accounts without the right to read it.

    Attributes:
        words_fields: the columns and fields that show the message.
        words_searched: the `search_fields` that have the message.
    """

    words_fields: ClassVar[tuple[str, ...]] = ()
    words_searched: ClassVar[tuple[str, ...]] = ()

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = super().get_list_display(request)
        return shown if self.shows_words(request) else [name for name in shown if name not in self.words_fields]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The fieldsets, with a line in the place of omitted fields."""
        return self.without_words(request, super().get_fieldsets(request, obj))

    def without_words(self, request: HttpRequest, shown: Any) -> Any:
        """Fieldsets as this account sees them."""
        if self.shows_words(request):
            return shown
        return [(title, {**options, "fields": self._named(options["fields"])}) for title, options in shown]

    def _named(self, names: Iterable[str]) -> tuple[str, ...]:
        kept = ["words_left_out" if name in self.words_fields else name for name in names]
        return tuple(dict.fromkeys(kept))

    def get_search_fields(self, request: HttpRequest) -> Any:
        names = super().get_search_fields(request)
        return names if self.shows_words(request) else [name for name in names if name not in self.words_searched]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Search messages only for accounts that see them: the results would reveal the text."""
        page = copy(self)
        page.search_fields = self.get_search_fields(request)
        return super(WordsAdmin, page).get_search_results(request, queryset, search_term)

    @display(description=_("what members said"))
    def words_left_out(self, _row: Any) -> str:
        return not_shown()


def not_shown() -> str:
    """The placeholder of words that an account may not read."""
    return gettext("– (not shown: it takes the right to read conversations)")
