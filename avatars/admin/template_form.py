"""A page that fills in a video template: the filled script, its reading, and the video."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from avatars import services
from avatars.admin.lexicon import as_written
from avatars.admin.video_pages import render_state
from avatars.exceptions import AvatarError
from avatars.models import RenderTemplate, Variable

KINDS = {Variable.Type.NUMBER: "number", Variable.Type.DATE: "date", Variable.Type.PHONE: "tel"}


class ValuesForm(forms.Form):
    """A field for each variable."""

    def __init__(self, variables: Iterable[Variable], data: Any = None) -> None:
        super().__init__(data, prefix="variable", use_required_attribute=False)
        for variable in variables:
            self.fields[variable.name] = _field(variable)


class FillingForm(ValuesForm):
    """A field for each variable of a template; `text` is the finished script."""

    def __init__(self, template: RenderTemplate, data: Any = None) -> None:
        super().__init__(template.variables.all(), data)
        self.template = template
        self.text = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        faults = services.variable_faults(self.template, cleaned)
        for fault in faults:
            self.add_error(fault.field, forms.ValidationError(str(fault), code=fault.code))
        if not faults:
            try:
                self.text = services.fill_template(self.template, cleaned)
            except AvatarError as error:
                self.add_error(None, forms.ValidationError(str(error), code=error.code))
        return cleaned


def view(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks for values, POST shows the finished script with its reading; `make` has the video made too."""
    if not request.user.has_perm("avatars.view_rendertemplate"):
        raise PermissionDenied
    may_make = request.user.has_perm("avatars.add_render")
    rows = RenderTemplate.objects.select_related("digital_human__voice", "voice").prefetch_related("variables")
    template = get_object_or_404(rows, pk=pk)
    form = FillingForm(template, request.POST if request.method == "POST" else None)
    preview, state = None, None
    if form.is_bound and form.is_valid():
        if "make" in request.POST and not may_make:
            raise PermissionDenied
        try:
            if "make" in request.POST:
                state = render_state(
                    services.request_template_render(template, form.cleaned_data, priority=services.TEST)
                )
            preview = services.preview_script(form.text, template=template)
        except AvatarError as error:
            form.add_error(None, forms.ValidationError(str(error), code=error.code))
    context = {
        **admin.site.each_context(request),
        "title": gettext("Fill in “%(name)s”") % {"name": template.name},
        "opts": RenderTemplate._meta,
        "row": template,
        "form": form,
        "state": state,
        "preview": preview,
        "lines": as_written(preview),
        "may_make": may_make,
        "may_add": request.user.has_perm("avatars.add_lexiconentry"),
    }
    return TemplateResponse(request, "admin/video_templates/fill.html", context)


def _field(variable: Variable) -> forms.Field:
    slot, today = variable.slot, timezone.localdate()
    shown = slot.parse(variable.example or variable.default, today=today)
    advice = [services.value_advice(variable)] if variable.type != Variable.Type.CHOICE else []
    if not variable.required:
        default = slot.label(slot.parse(variable.default, today=today) or "")
        left = gettext("Left empty: %(default)s.") % {"default": default} if default else ""
        advice.append(left or gettext("May be left empty."))
    common: dict[str, Any] = {
        "label": str(variable),
        "required": False,
        "help_text": " ".join(advice),
        "initial": shown,
    }
    if variable.type == Variable.Type.CHOICE:
        choices = [("", gettext_lazy("— choose —")), *((choice.value, choice.label) for choice in slot.choices)]
        return forms.CharField(**common, widget=UnfoldAdminSelectWidget(choices=choices))
    kind = KINDS.get(Variable.Type(variable.type), "text")
    return forms.CharField(**common, widget=UnfoldAdminTextInputWidget(attrs={"type": kind, "autocomplete": "off"}))
