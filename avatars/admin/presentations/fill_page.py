"""A page that fills in a presentation: the filled texts, their readings, and the video."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from avatars import services
from avatars.admin.lexicon import as_written
from avatars.admin.presentations.forms import faults_of
from avatars.admin.template_form import ValuesForm
from avatars.admin.video_pages import render_state
from avatars.exceptions import AvatarError
from avatars.models import Presentation

SPEAKERS = ("digital_human__voice", "partner__voice", "translation_voice", "translation_partner_voice")


class PresentationFillingForm(ValuesForm):
    """A field for each variable of a presentation."""

    def __init__(self, presentation: Presentation, data: Any = None, *, translated: bool = False) -> None:
        super().__init__(presentation.variables.all(), data)
        self.presentation, self.translated = presentation, translated

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        faults = services.presentation_value_faults(self.presentation, cleaned, translated=self.translated)
        for fault in faults:
            self.add_error(fault.field, forms.ValidationError(str(fault), code=fault.code))
        if not faults:
            try:
                missing = faults_of(self.presentation, cleaned, translated=self.translated)
            except AvatarError as error:
                missing = [str(error)]
            for sentence in missing:
                self.add_error(None, forms.ValidationError(sentence))
        return cleaned


def address(presentation: Presentation, *, translated: bool = False) -> str:
    """The address that fills in a presentation, in one of both languages."""
    page = reverse("admin:avatars_presentation_fill", args=[presentation.pk])
    return f"{page}?translated=1" if translated else page


def view(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks for values, POST shows the finished scripts with their reading; `make` has the video made too."""
    if not request.user.has_perm("avatars.view_presentation"):
        raise PermissionDenied
    may_make = request.user.has_perm("avatars.add_render")
    if "make" in request.POST and not may_make:
        raise PermissionDenied
    rows = Presentation.objects.select_related(*SPEAKERS).prefetch_related("variables", "scenes")
    presentation = get_object_or_404(rows, pk=pk)
    translated = "translated" in (request.POST if request.method == "POST" else request.GET)
    form = PresentationFillingForm(
        presentation, request.POST if request.method == "POST" else None, translated=translated
    )
    shown = _shown(form, make="make" in request.POST) if form.is_bound and form.is_valid() else {}
    context = {
        **admin.site.each_context(request),
        "title": gettext("Fill in “%(name)s”") % {"name": presentation.name},
        "opts": Presentation._meta,
        "row": presentation,
        "form": form,
        "translated": translated,
        "has_translation": translated or any(scene.translation for scene in presentation.scenes.all()),
        "may_make": may_make,
        "may_add": request.user.has_perm("avatars.add_lexiconentry"),
        **shown,
    }
    return TemplateResponse(request, "admin/presentations/fill.html", context)


def _shown(form: PresentationFillingForm, *, make: bool) -> dict[str, Any]:
    """The context of the page of a presentation that is filled in."""
    shown: dict[str, Any] = {}
    filled = (form.presentation, form.cleaned_data)
    try:
        check = services.check_presentation(*filled, translated=form.translated)
        if make:
            shown["state"] = render_state(
                services.request_presentation_render(*filled, translated=form.translated, priority=services.TEST)
            )
        most = settings.AVATARS["MAX_PRESENTATION_CHARACTERS"]
        preview = services.preview_script(check.text, names=check.names, most=most)
    except AvatarError as error:
        form.add_error(None, forms.ValidationError(str(error), code=error.code))
        return shown
    return {**shown, "preview": preview, "lines": as_written(preview), "lower_thirds": check.lower_thirds}
