"""List filters. An unknown name is an error, because ignoring a typing error would return every row."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from core.web.api_fields import choose_one_of

PAGE_PARAMETERS = ("cursor", "page_size")


class StrictFilterBackend(DjangoFilterBackend):  # type: ignore[misc]
    """django-filter's back end, which also rejects unknown and empty parameters."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset = self.get_filterset_class(view, queryset)
        known = {*PAGE_PARAMETERS, *(filterset.base_filters if filterset else ())}
        # REST framework calls this for a single row too, where filters do not apply.
        if getattr(view, "action", "list") == "list":
            self._refuse_unknown(request, known)
            filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
            return filtered
        return queryset

    def get_filterset(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        """The filters of the view, whose errors list the choices."""
        filterset = super().get_filterset(request, queryset, view)
        for name, field in filterset.form.fields.items() if filterset else ():
            if "choices" in filterset.filters[name].extra:
                values = [value for value, _label in field.choices]
                field.error_messages["invalid_choice"] = choose_one_of(values).replace("%", "%%")
        return filterset

    def _refuse_unknown(self, request: Request, known: set[str]) -> None:
        for name, value in request.query_params.items():
            if name in known and not value:
                raise ValidationError({name: [_("A filter needs a value.")]}, code="blank")
            if name not in known:
                fault = _("Unknown filter. Available: %(known)s.") % {"known": ", ".join(sorted(known))}
                raise ValidationError({name: [fault]}, code="unknown_filter")
