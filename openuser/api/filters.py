"""Filters of a list; a name that it does not know is refused, so that a typing error does not return everything."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

ALWAYS = ("cursor", "page_size")


class Filters(DjangoFilterBackend):  # type: ignore[misc]
    """What the view's `filterset_class` or `filterset_fields` name."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset = self.get_filterset_class(view, queryset)
        known = {*ALWAYS, *(filterset.base_filters if filterset else ())}
        # One row is fetched by the same method; there nothing is filtered.
        if getattr(view, "action", "list") == "list":
            self._refuse_unknown(request, known)
            filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
            return filtered
        return queryset

    def _refuse_unknown(self, request: Request, known: set[str]) -> None:
        for name, value in request.query_params.items():
            if name in known and not value:
                raise ValidationError({name: [_("A filter needs a value.")]}, code="blank")
            if name not in known:
                words = _("There is no such filter. There are: %(known)s.") % {"known": ", ".join(sorted(known))}
                raise ValidationError({name: [words]}, code="unknown_filter")
