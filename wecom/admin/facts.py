"""The company's own facts in the admin: their definitions, how many members have one, and their deletion."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from core.web.admin import NOTHING, FormAdmin, badge
from wecom import services
from wecom.admin import fact_imports
from wecom.exceptions import FactRefused
from wecom.models import FactDefinition, FactKind, MemberFact

TONES = {FactKind.TEXT: "", FactKind.NUMBER: "info", FactKind.DATE: "good", FactKind.CHOICE: "info"}


class LinesField(forms.CharField):
    """Texts, one on each line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}), required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]


class FactDefinitionForm(forms.ModelForm[FactDefinition]):
    """A fact, checked by the service that saves it."""

    choices = LinesField(label=_("choices"), help_text=_("One per line; only for the kind “choice”."))

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if set(self.errors) - {NON_FIELD_ERRORS}:
            return
        self.errors.pop(NON_FIELD_ERRORS, None)  # constraints name no field, the service does
        try:
            services.check_fact_definition(self.instance)
        except FactRefused as error:
            field = error.field if error.field in self.fields else None
            self.add_error(field, forms.ValidationError(str(error), code=error.code))


@admin.register(FactDefinition)
class FactDefinitionAdmin(fact_imports.ImportButton, FormAdmin):
    form = FactDefinitionForm
    list_display = ("name", "key", "sort", "options", "is_personal", "members")
    list_select_related = ("corporation",)
    search_fields = ("name", "name_en", "key")
    search_help_text = _("Search for a name or an identifier.")
    ordering = ("pk",)
    fields = ("corporation", "key", "name", "name_en", "kind", "choices", "personal")
    actions_list = ("import_facts",)
    actions = None  # a deletion says what goes, one fact at a time

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("import/", self.admin_site.admin_view(fact_imports.view), name="wecom_factdefinition_import"),
            path("template/", self.admin_site.admin_view(fact_imports.template), name="wecom_factdefinition_template"),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[FactDefinition]:
        rows: QuerySet[FactDefinition] = super().get_queryset(request)
        theirs = MemberFact.objects.filter(key=OuterRef("key"), member__corporation=OuterRef("corporation"))
        counted = theirs.order_by().values("key").annotate(count=Count("pk")).values("count")
        return rows.annotate(count=Coalesce(Subquery(counted), 0))

    def get_readonly_fields(self, request: HttpRequest, obj: FactDefinition | None = None) -> Any:
        return ("corporation", "key", "kind") if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        usual = fact_imports.usual_corporation()
        return {"corporation": usual} if usual else {}

    def save_model(self, request: HttpRequest, obj: FactDefinition, form: Any, change: bool) -> None:
        services.save_fact_definition(obj)

    def delete_model(self, request: HttpRequest, obj: FactDefinition) -> None:
        services.remove_fact_definition(obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[Any], list[Any]]:
        lines: list[Any] = []
        for definition in objs:
            use = services.fact_use(definition)
            lines.append(format_html("{}: {}", FactDefinition._meta.verbose_name, definition))
            lines.append(now("Members who lose their value: %d.") % use.members)
            lines += [now("It is used by %s, which will then lack its values.") % place for place in use.places]
        return lines, {str(FactDefinition._meta.verbose_name_plural): len(objs)}, set(), []

    @display(description=_("kind"), ordering="kind")
    def sort(self, row: FactDefinition) -> str:
        return badge(row.get_kind_display(), TONES[FactKind(row.kind)])

    @display(description=_("choices"))
    def options(self, row: FactDefinition) -> str:
        return ", ".join(map(str, row.choices)) or NOTHING

    @display(description=_("personal"), ordering="personal")
    def is_personal(self, row: FactDefinition) -> str:
        return badge(_("personal"), "warn") if row.personal else NOTHING

    @display(description=_("members"), ordering=F("count"))
    def members(self, row: FactDefinition) -> int:
        return getattr(row, "count", 0)
