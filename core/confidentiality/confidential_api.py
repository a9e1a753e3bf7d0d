"""API addresses with members' messages: left out without the right to read them. Each reading is recorded."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.confidentiality.access_records import Way, record_access
from core.confidentiality.rights import may_read

OWN = "own_words"
"""In the context of a serializer: the row answers the program that has just written it."""


class WordsSerializer(serializers.BaseSerializer[Any]):
    """A serializer that leaves out members' messages for clients without the right to read them.

    Attributes:
        left_out: the fields with messages, and the value that replaces each.
    """

    left_out: ClassVar[Mapping[str, Any]] = {}

    def has_words(self, row: Any) -> bool:
        """Whether this row has a member's message."""
        return True

    def to_representation(self, instance: Any) -> Any:
        shown = super().to_representation(instance)
        if self.context.get(OWN) or not self.has_words(instance) or self._may_read():
            return shown
        return {**shown, **self.left_out}

    def _may_read(self) -> bool:
        request = self.context.get("request")
        return request is not None and may_read(request.user)


class ReadingViews:
    """Records who has read the rows that `list` and `retrieve` answer with; put it before REST framework's mixins.

    Attributes:
        reads_always: the scope of the address itself gives the right to read members' messages.
    """

    reads_always: ClassVar[bool] = False

    def may_read_words(self: Any) -> bool:
        """Whether the client of this request may read members' messages here."""
        return bool(self.reads_always or may_read(self.request.user))

    def people_in(self, rows: Sequence[Any]) -> Iterable[int]:
        """The members whose words these rows have, by key."""
        return (row.member_id for row in rows)

    def paginate_queryset(self: Any, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)  # type: ignore[misc]
        if rows and self.may_read_words():
            self._record(rows, Way.LIST)
        return rows

    def retrieve(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer: Response = super().retrieve(request, *args, **kwargs)  # type: ignore[misc]
        if self.may_read_words():
            self._record([self.get_object()], Way.ROW)
        return answer

    def rows_with_words(self, rows: Sequence[Any]) -> Sequence[Any]:
        """The rows that have a member's message; others are not recorded."""
        return rows

    def _record(self: Any, shown: Sequence[Any], way: str) -> None:
        rows = self.rows_with_words(shown)
        if not rows:
            return
        people = list(self.people_in(rows))
        record_access(self.request.user, self.get_queryset().model._meta.label, people=people, way=way, rows=len(rows))
