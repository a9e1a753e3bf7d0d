"""Members by name on pages whose rows know user IDs."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.text_search import MOST_ROWS, Found
from core.web.admin import ReadOnlyAdmin, WorkAdmin
from core.work.base import Work
from wecom.models import Member

FIRST = 3
MOST_NAMESAKES = 50


class PeopleMixin(ReadOnlyAdmin):
    """Shows members by name and finds them by it; `people_field` has one user ID or a list of them."""

    people_field: ClassVar[str]

    def people_of(self, row: Any) -> list[str]:
        """The user IDs that a page shows."""
        held = getattr(row, self.people_field)
        return [held] if isinstance(held, str) else held[:FIRST]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The rows of the page, with the names of all their members read at once."""
        changes = super().get_changelist_instance(request)
        rows = list(changes.result_list)
        names = Member.objects.names(user_id for row in rows for user_id in self.people_of(row))
        for row in rows:
            row.member_names = names
        changes.result_list = rows
        return changes

    def find_rows(self, words: str) -> Found:
        """Rows of the member with this ID, and of members with these words in their ID or name, too."""
        # Not limited to the few that are used: for few rows the planner would read the table instead of the index.
        called = list(Member.objects.called(words).values_list("user_id", flat=True)[:MOST_ROWS])[:MOST_NAMESAKES]
        return super().find_rows(words) | self.rows_of(sorted({words.lower(), *called}))

    def rows_of(self, user_ids: list[str]) -> Q:
        """The condition for rows of these members."""
        return Q(**{f"{self.people_field}__in": user_ids})

    def named(self, row: Any, user_ids: Iterable[str] | None = None) -> list[tuple[str, str]]:
        """The name and user ID of each member; the ID twice if there is no name."""
        shown = self.people_of(row) if user_ids is None else list(user_ids)
        names: Mapping[tuple[int, str], str] | None = getattr(row, "member_names", None)
        if names is None:
            names = Member.objects.names(shown)
        return [(names.get((row.application.corporation_id, user_id), user_id), user_id) for user_id in shown]

    def people(self, row: Any, user_ids: Iterable[str] | None = None) -> SafeString:
        """Names in a row, each with its user ID as a title."""
        pairs = ((user_id, name) for name, user_id in self.named(row, user_ids))
        return format_html_join(", ", '<span title="{}">{}</span>', pairs)


class PeopleAdmin(PeopleMixin, WorkAdmin):
    """For subclasses of `Work`."""


class ListedPeople(PeopleMixin):
    """For rows with a list of user IDs."""

    def rows_of(self, user_ids: list[str]) -> Q:
        conditions = Q(pk__in=())
        for user_id in user_ids:
            conditions |= self._names(user_id)
        return conditions

    def _names(self, user_id: str) -> Q:
        if connection.vendor == "postgresql":
            return Q(**{f"{self.people_field}__contains": [user_id]})
        # SQLite cannot ask whether a list of JSON contains a value.
        return Q(**{f"{self.people_field}__icontains": f'"{user_id}"'})


class ManyPeopleAdmin(ListedPeople, WorkAdmin):
    """For subclasses of `Work` with a list of user IDs."""

    def _names(self, user_id: str) -> Q:
        # The index of lists has finished rows only; the others are few, and found by their status.
        named = super()._names(user_id)
        return Q(named, status__in=Work.FINISHED) | Q(named, status__in=Work.UNFINISHED)


def with_user_id(name: str, user_id: str) -> str:
    """A name with its user ID as the second line."""
    if name == user_id:
        return name
    return format_html('{}<br><span class="ou-quiet">{}</span>', name, user_id)
