"""Voices in the admin: to edit, and to hear for two seconds before one is chosen."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from avatars import services
from avatars.admin.consents import voice_badge, who
from avatars.admin.statements import OriginAdmin, statement_words
from avatars.exceptions import AvatarError
from avatars.forms.voices import VoiceForm
from avatars.models import OURS, Statement, Voice
from core.web.admin import NOTHING, ProtectedDeleteAdmin


class OriginFilter(admin.SimpleListFilter):
    """Voices with a statement that they are synthetic, or without one."""

    title = _("origin")
    parameter_name = "origin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Voice.Origin.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Voice]) -> QuerySet[Voice]:
        synthetic = Voice.objects.synthetic().values("pk")
        chosen = {
            Voice.Origin.SYNTHETIC: queryset.filter(pk__in=synthetic),
            Voice.Origin.CLONED: queryset.exclude(pk__in=synthetic),
        }
        return chosen.get(self.value() or "", queryset)  # type: ignore[call-overload,no-any-return]


@admin.register(Voice)
class VoiceAdmin(OriginAdmin, ProtectedDeleteAdmin):
    cascades_to = (Statement,)
    form = VoiceForm
    list_display = ("called", "hear", "may_speak", "gender", "language", "suitable", "engine", "used_by")
    list_filter = (OriginFilter, "gender", "language", "engine")
    search_fields = ("name", "name_en", "key", "notes", "notes_en")
    readonly_fields = ("hear", "said")
    actions = ("forget", "record_consent")
    fieldsets = (
        (None, {"fields": ("name", "name_en", "hear", "sample")}),
        (_("What it is"), {"fields": ("engine", "key", ("origin", "origin_reason"), "said")}),
        (_("How it speaks"), {"fields": (("speed", "mood"),)}),
        (_("To help you choose"), {"fields": ("gender", "language", "notes", "notes_en")}),
    )

    class Media:
        js = ("avatars/voice_preview.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Voice]:
        queryset: QuerySet[Voice] = super().get_queryset(request)
        return services.annotate_voice_consents(queryset).annotate(human_count=Count("digital_humans"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview)
        urls: list[URLPattern] = super().get_urls()
        return [path("<int:pk>/audition/", view, name="avatars_voice_audition"), *urls]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
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
            data = services.preview_voice(voice, text)
        except AvatarError as error:
            return JsonResponse({"words": str(error), "code": error.code}, status=422)
        return HttpResponse(data, content_type="audio/mp4", headers={"Cache-Control": "private, max-age=60"})

    @admin.action(description=_("Clear cached speech"), permissions=["change"])
    def forget(self, request: HttpRequest, queryset: QuerySet[Voice]) -> None:
        """Empty the speech cache of these voices: for an engine with another model, or after a withdrawn consent."""
        count = sum(services.forget_speech(voice) for voice in queryset)
        self.message_user(request, ngettext("%d piece was removed.", "%d pieces were removed.", count) % count)

    @admin.action(description=_("Record a consent for these"), permissions=["record"])
    def record_consent(self, request: HttpRequest, queryset: QuerySet[Voice]) -> HttpResponse:
        """To the form of a consent, with these ticked."""
        chosen = ",".join(str(pk) for pk in queryset.order_by("pk").values_list("pk", flat=True))
        return redirect(f"{reverse('admin:avatars_consent_add')}?voices={chosen}")

    def save_model(self, request: HttpRequest, obj: Voice, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        reason = form.cleaned_data.get("origin_reason", "")
        if form.cleaned_data.get("origin") == Voice.Origin.CLONED:
            services.withdraw_statements(obj, by=who(request))
        elif form.states_synthetic and obj.engine == OURS and not reason:
            services.declare_built_in(obj)
        elif form.states_synthetic:
            services.declare_synthetic(obj, by=who(request), reason=reason)

    @display(description=_("consent"))
    def may_speak(self, voice: Any) -> str:
        return voice_badge(voice)

    @display(description=_("statement"))
    def said(self, voice: Voice) -> str:
        return statement_words(voice)

    @display(description=_("name"), ordering="name")
    def called(self, voice: Voice) -> str:
        return str(voice)

    @display(description=_("notes"), ordering="notes")
    def suitable(self, voice: Voice) -> str:
        return voice.notes_shown

    @display(description=_("preview"))
    def hear(self, voice: Voice) -> str:
        return preview_button(voice) if voice.pk else NOTHING

    @display(description=_("digital humans"), ordering="human_count")
    def used_by(self, voice: Any) -> int:
        return int(voice.human_count)


def preview_button(voice: Voice) -> str:
    """A button that plays two seconds of a voice; avatars/static/avatars/voice_preview.js does the work."""
    return format_html(
        '<span class="ou-voice-preview"><button type="button" data-voice-preview="{}" data-failed="{}" title="{}" '
        'aria-label="{}"><span class="material-symbols-outlined" aria-hidden="true">play_circle</span></button>'
        '<span class="ou-voice-preview-words" role="status"></span></span>',
        reverse("admin:avatars_voice_audition", args=[voice.pk]),
        gettext("It cannot be heard now. Try again in a moment."),
        gettext("Hear two seconds of it"),
        gettext("Hear %(voice)s") % {"voice": voice},
    )
