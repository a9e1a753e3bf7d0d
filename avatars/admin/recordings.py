"""A page that has a digital human speak an uploaded recording."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from avatars import services
from avatars.exceptions import AvatarError, MediaError
from avatars.models import DigitalHuman
from avatars.reasons import render as reasons
from core.web.admin import action, change_url


class RecordingForm(forms.Form):
    """Ready sound, and its words where they are known."""

    recording = forms.FileField(
        label=capfirst(_("recording")),
        allow_empty_file=True,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "audio/*,.amr"}),
        help_text=_("A voice as WAV, MP3, M4A or AMR, at most 30 MB."),
    )
    text = forms.CharField(
        label=capfirst(_("its words")),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_(
            "If you know the words, the lips fit best, and the words become the captions. Otherwise they "
            "are recognised."
        ),
    )

    def clean_recording(self) -> services.Recording:
        try:
            return services.check_recording(self.cleaned_data["recording"].read(services.MAX_RECORDING_BYTES + 1))
        except MediaError as error:
            message = reasons.RECORDINGS.get(error.code, str(error))
            raise forms.ValidationError(message, code=error.code) from error


class RecordingPages:
    """For the admin of digital humans: a button and its page."""

    def get_urls(self) -> list[URLPattern]:
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        page = admin.site.admin_view(view)
        return [path("<int:pk>/recording/", page, name="avatars_digitalhuman_recording"), *urls]

    @action(description=_("Say a recording"), permissions=["sample"], icon="graphic_eq")
    def say_recording(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:avatars_digitalhuman_recording", pk=int(object_id))


def view(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks for a recording, POST makes a video of it and shows how it is made."""
    if not request.user.has_perm("avatars.add_render"):
        raise PermissionDenied
    human = get_object_or_404(DigitalHuman.objects.select_related("voice"), pk=pk)
    form = RecordingForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        wish: dict[str, Any] = form.cleaned_data
        try:
            render = services.request_render(human, wish["text"], recording=wish["recording"], priority=services.TEST)
        except AvatarError as error:
            form.add_error("text", str(error))
        else:
            return redirect(change_url(render))
    context = {
        **admin.site.each_context(request),
        "title": _("Let %(name)s say a recording") % {"name": human.name},
        "opts": DigitalHuman._meta,
        "human": human,
        "form": form,
    }
    return TemplateResponse(request, "admin/digital_humans/recording_form.html", context)
