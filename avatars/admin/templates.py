"""Video templates in the admin: a script with its variables."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminTextareaWidget

from avatars import services
from avatars.admin import template_form
from avatars.admin.lexicon import remark_words
from avatars.models import RenderTemplate, TemplateVariable, Variable
from avatars.reasons.video import KEEPS_BACKGROUND
from core.web.admin import NOTHING, ProtectedDeleteAdmin, action, link, shorten


class VariableFormSet(PaginationInlineFormSet):
    """Variables; new ones come last."""

    def faults(self, variables: list[Variable]) -> list[services.TemplateFault]:
        raise NotImplementedError

    def clean(self) -> None:
        super().clean()
        rows = [form for form in self.forms if self._stays(form)]
        if any(form.errors for form in rows):
            return
        last = max((form.instance.position for form in rows), default=0)
        for form in rows:
            if form.instance.pk is None:
                form.instance.position = last = last + 1
        for fault in self.faults([form.instance for form in rows]):
            error = forms.ValidationError(str(fault), code=fault.code)
            if fault.index is None:
                raise error
            rows[fault.index].add_error(fault.field, error)

    def _stays(self, form: Any) -> bool:
        is_used = form.instance.pk is not None or form.has_changed()
        return is_used and not (self.can_delete and self._should_delete_form(form))


class TemplateVariableFormSet(VariableFormSet):
    """Variables of a template, checked against its script here, where both are known."""

    def faults(self, variables: list[Variable]) -> list[services.TemplateFault]:
        return services.template_faults(self.instance.script, variables)


class VariableInline(StackedInline):
    fields = (("name", "label"), ("type", "required"), ("default", "example"), "choices", ("minimum", "maximum"))
    extra = 0
    verbose_name_plural = _("Variables – what differs from one video to the next")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "choices":
            kwargs["widget"] = UnfoldAdminTextareaWidget(
                attrs={"rows": 3, "placeholder": "hq = 总部\nlab = 研究院, 实验室"}
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class TemplateVariableInline(VariableInline):
    model = TemplateVariable
    formset = TemplateVariableFormSet


class RenderTemplateForm(forms.ModelForm[RenderTemplate]):
    """Refuses a background that the digital human's portrait video would not show."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        field = next((name for name in ("background_color", "background") if data.get(name)), "")
        human = data.get("digital_human")
        if field and human is not None and services.keeps_background(human):
            self.add_error(field, forms.ValidationError(KEEPS_BACKGROUND, code="moving_background"))
        return data


@admin.register(RenderTemplate)
class RenderTemplateAdmin(ProtectedDeleteAdmin):
    form = RenderTemplateForm
    cascades_to = (TemplateVariable,)
    list_display = ("name", "says", "digital_human", "differs", "made", "updated_at")
    list_filter = ("digital_human",)
    list_select_related = ("digital_human",)
    search_fields = ("name", "notes", "script", "variables__name", "variables__label")
    search_help_text = _("Search in names, notes, scripts and variables.")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "notes", "digital_human", "script")}),
        (
            _("How it looks and sounds"),
            {
                "fields": (
                    *(("voice", "speed"), "mode", ("format", "captions"), "background_color", "background"),
                    *("logo", "intro", "outro", "spliced"),
                ),
                "classes": ("collapse",),
                "description": _("Empty fields use the digital human's value."),
            },
        ),
    )
    inlines = (TemplateVariableInline,)
    actions_detail = ("fill_in",)
    warn_unsaved_form = True

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(template_form.view)
        urls: list[URLPattern] = super().get_urls()
        return [path("<int:pk>/fill/", page, name="avatars_rendertemplate_fill"), *urls]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RenderTemplate]:
        queryset: QuerySet[RenderTemplate] = super().get_queryset(request)
        return queryset.prefetch_related("variables").annotate(render_count=Count("renders", distinct=True))

    def save_model(self, request: HttpRequest, obj: RenderTemplate, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for remark in services.check_marks(obj.script):
            self.message_user(request, remark_words(remark), messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: RenderTemplate) -> None:
        services.remove_template(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[RenderTemplate]) -> None:
        for template in queryset:
            services.remove_template(template)

    @action(description=_("Fill it in"), icon="edit_note", permissions=["view"])
    def fill_in(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:avatars_rendertemplate_fill", pk=int(object_id))

    @display(description=_("script"), ordering="script")
    def says(self, template: RenderTemplate) -> str:
        return shorten(template.script, 50)

    @display(description=_("variables"))
    def differs(self, template: RenderTemplate) -> str:
        return ", ".join(str(variable) for variable in template.variables.all()) or NOTHING

    @display(description=_("renders"), ordering="render_count")
    def made(self, template: Any) -> str:
        address = f"{reverse('admin:avatars_render_changelist')}?template__id__exact={template.pk}"
        return link(address, str(template.render_count)) if template.render_count else "0"
