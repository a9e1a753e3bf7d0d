"""Cursor pagination: rows added between two requests neither repeat rows nor skip them."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

LARGEST = 2**63 - 1


class CursorPages(CursorPagination):
    """Newest rows first, 50 a page; `page_size` takes up to 200."""

    # Times are not unique. Primary keys are, and grow with time.
    ordering = "-pk"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"

    def get_page_size(self, request: Request) -> int:
        """The requested size. Raises `ValidationError` for a wrong one, where REST framework would ignore it."""
        asked = request.query_params.get("page_size")
        if asked is None:
            return self.page_size or 0
        if not (asked.isascii() and asked.isdigit()) or len(asked) > 3 or not 0 < int(asked) <= self.max_page_size:
            fault = _("Choose a number from 1 to %(most)s.") % {"most": self.max_page_size}
            raise ValidationError({"page_size": [fault]}, code="invalid")
        return int(asked)

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        return ("-pk",)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor. Raises `ValidationError` for one that this list did not issue."""
        asked = request.query_params.get(self.cursor_query_param)
        if asked is None:
            return None
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise self._unknown() from error
        position: Any = cursor.position if cursor else None
        if position is not None and not (position.isascii() and position.isdigit() and int(position) <= LARGEST):
            raise self._unknown()
        return cursor

    def get_schema_operation_parameters(self, view: Any) -> list[Any]:
        """REST framework's description, plus the limits of a page."""
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": 50}
        return parameters

    def _unknown(self) -> ValidationError:
        fault = _("This cursor does not belong to this list.")
        return ValidationError({"cursor": [fault]}, code="invalid")
