"""Voices in the admin: to edit, and to hear for two seconds before one is chosen."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from avatars import services
from avatars.exceptions import AvatarError
from avatars.models import Voice
from openuser.lib.admin import NOTHING, KeptAdmin


@admin.register(Voice)
class VoiceAdmin(KeptAdmin):
    list_display = ("name", "hear", "gender", "language", "notes", "engine", "used_by")
    list_filter = ("gender", "language", "engine")
    search_fields = ("name", "name_en", "key", "notes")
    readonly_fields = ("hear",)
    actions = ("forget",)
    fieldsets = (
        (None, {"fields": ("name", "name_en", "hear", "sample")}),
        (_("What it is"), {"fields": ("engine", "key")}),
        (_("For whoever chooses"), {"fields": ("gender", "language", "notes")}),
    )

    class Media:
        js = ("openuser/audition.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Voice]:
        queryset: QuerySet[Voice] = super().get_queryset(request)
        return queryset.annotate(human_count=Count("digital_humans"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.audition)
        urls: list[URLPattern] = super().get_urls()
        return [path("<int:pk>/audition/", view, name="avatars_voice_audition"), *urls]

    def audition(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Two seconds of it as M4A; where it cannot be heard, JSON with `words` that say why."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        voice = Voice.objects.filter(pk=pk).first()
        if voice is None:
            raise Http404
        text = request.GET.get("text", "")
        if text.strip() and not self.has_change_permission(request):
            raise PermissionDenied
        try:
            data = services.hear_voice(voice, text)
        except AvatarError as error:
            return JsonResponse({"words": str(error), "code": error.code}, status=422)
        return HttpResponse(data, content_type="audio/mp4", headers={"Cache-Control": "private, max-age=60"})

    @admin.action(description=_("Forget what was said before"), permissions=["change"])
    def forget(self, request: HttpRequest, queryset: QuerySet[Voice]) -> None:
        """The next videos are spoken anew: after an engine got another model, or a person took back their voice."""
        count = sum(services.forget_speech(voice) for voice in queryset)
        self.message_user(request, ngettext("%d piece was removed.", "%d pieces were removed.", count) % count)

    @display(description=_("audition"))
    def hear(self, voice: Voice) -> str:
        return audition_button(voice) if voice.pk else NOTHING

    @display(description=_("digital humans"), ordering="human_count")
    def used_by(self, voice: Any) -> int:
        return int(voice.human_count)


def audition_button(voice: Voice) -> str:
    """A button that plays two seconds of a voice; static/openuser/audition.js does the work."""
    return format_html(
        '<span class="ou-audition"><button type="button" data-audition="{}" data-failed="{}" title="{}" '
        'aria-label="{}"><span class="material-symbols-outlined" aria-hidden="true">play_circle</span></button>'
        '<span class="ou-audition-words" role="status"></span></span>',
        reverse("admin:avatars_voice_audition", args=[voice.pk]),
        gettext("It cannot be heard now. Try again in a moment."),
        gettext("Hear two seconds of it"),
        gettext("Hear %(voice)s") % {"voice": voice},
    )
