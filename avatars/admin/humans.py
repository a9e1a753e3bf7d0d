"""Digital humans in the admin: portraits to edit."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from avatars import services
from avatars.admin.consents import consent_badge, who
from avatars.admin.portrait_videos import PortraitVideoPages, video_check_words
from avatars.admin.recordings import RecordingPages
from avatars.admin.statements import OriginAdmin, statement_words
from avatars.admin.video_pages import VideoPreviewPages
from avatars.api.serializers import ExaminedSerializer
from avatars.exceptions import AvatarError, ConsentError
from avatars.forms.digital_humans import DigitalHumanForm
from avatars.forms.samples import SampleForm, sample_text
from avatars.models import DigitalHuman, PortraitVideo, Statement
from avatars.thumbnails import portrait_thumb
from core.web.admin import ProtectedDeleteAdmin, action, change_url

CONFIRM = _(
    "The picture looks like a photograph. It is shown once a second person confirms, with evidence, that it is drawn: "
    "on the page of the statement."
)
MOST = 10 * 1024 * 1024  # bytes of a portrait


class MayFilter(admin.SimpleListFilter):
    """Digital humans by whether they may be shown."""

    title = _("consent")
    parameter_name = "may"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("drawn", _("drawn")),
            ("consented", _("consented")),
            ("missing", _("no active consent")),
            ("unconfirmed", _("“drawn” is to be confirmed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DigitalHuman]) -> QuerySet[DigitalHuman]:
        drawn = DigitalHuman.objects.drawn().values("pk")
        photographs = queryset.exclude(pk__in=drawn)
        chosen = {
            "unconfirmed": queryset.filter(pk__in=DigitalHuman.objects.unconfirmed().values("pk")),
            "drawn": queryset.filter(pk__in=drawn),
            "consented": services.annotate_consents(photographs).filter(Q(face_consented=True)),
            "missing": services.annotate_consents(queryset).exclude(
                pk__in=services.allowed_humans(queryset).values("pk")
            ),
        }
        return chosen.get(self.value() or "", queryset)


@admin.register(DigitalHuman)
class DigitalHumanAdmin(OriginAdmin, PortraitVideoPages, VideoPreviewPages, RecordingPages, ProtectedDeleteAdmin):
    protected_by = {
        "renders": _("Its videos are part of conversations."),
        "templates": _("It speaks in video templates. Give them another one first."),
    }
    cascades_to = (Statement, PortraitVideo)
    form = DigitalHumanForm
    readonly_fields = ("stated", "video_check", "idle")
    list_display = ("picture", "name", "may_speak", "voice", "mode", "made")
    list_display_links = ("picture", "name")
    list_select_related = ("voice",)
    list_filter = (MayFilter, "voice", "mode")
    search_fields = ("name", "voice__name")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("name", "portrait", "face", "portrait_video", "video_check"),
                    *(("origin", "origin_reason"), "stated"),
                )
            },
        ),
        (_("The voice"), {"fields": ("voice", ("speed", "pause"), ("mood", "automatic_mood"), "mode")}),
        (_("The picture"), {"fields": ("idle", "format", "background_color", "background", "captions")}),
        (
            _("Logo and clips"),
            {
                "fields": ("logo", ("logo_corner", "logo_size", "logo_opacity"), "intro", "outro"),
                "classes": ("collapse",),
            },
        ),
    )
    change_form_before_template = "admin/digital_humans/portrait_check.html"
    change_form_after_template = "admin/videos/preview.html"
    actions = ("try_out", "record_consent", "declare_drawn")
    actions_detail = ("sample", "say_recording", "make_idle_video")

    class Media:
        js = (
            "core/confirm_action.js",
            "avatars/stream_player.js",
            "avatars/video_player.js",
            "avatars/video_preview.js",
            "avatars/portrait_check.js",
            "avatars/portrait_video.js",
        )
        css = {"all": ("avatars/portrait_check.css",)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.examine)
        urls: list[URLPattern] = super().get_urls()
        return [path("portrait/", view, name="avatars_digitalhuman_portrait"), *urls]

    def examine(self, request: HttpRequest) -> HttpResponse:
        """The examination of an uploaded picture, else of the portrait of the digital human `human`, as JSON."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        face = request.POST.get("face", "")
        file: Any = request.FILES.get("portrait")
        if file is None:
            human = get_object_or_404(DigitalHuman, pk=request.POST.get("human") or None)
            file = human.portrait
        try:
            data = file.read(MOST + 1)
            examined = services.examine_portrait(data, face=int(face) if face.isdecimal() else None)
        except (AvatarError, OSError) as error:
            failed = {"ok": False, "code": "failed", "words": str(error)}
            return JsonResponse({**failed, "faces": [], "remarks": [], "places": [], "turn": 0})
        return JsonResponse(ExaminedSerializer(examined).data)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DigitalHuman]:
        queryset: QuerySet[DigitalHuman] = super().get_queryset(request)
        return services.annotate_consents(queryset).annotate(render_count=Count("renders"))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> DigitalHuman | None:
        human: DigitalHuman | None = super().get_object(request, object_id, from_field)
        if human is not None:
            human.picture_gone = bool(services.missing_portraits([human]))  # type: ignore[attr-defined]
        return human

    @display(description=_("consent"))
    def may_speak(self, human: Any) -> str:
        return consent_badge(human)

    @display(description=_("statement"))
    def stated(self, human: DigitalHuman) -> str:
        return statement_words(human)

    @display(description=_("check of the video"))
    def video_check(self, human: DigitalHuman) -> str:
        return video_check_words(human)

    @display(description=_("idle video"))
    def idle(self, human: DigitalHuman) -> str:
        """It plays over and over; where people want no motion, its first picture stands instead."""
        render = services.idle_video(human) if human.pk else None
        if render is None:
            return gettext("None yet. It breathes and blinks while a member waits for a video.")
        return format_html(
            '<video class="ou-idle" muted loop autoplay playsinline src="{}" poster="{}" aria-label="{}"></video>'
            '<img class="ou-idle-still" src="{}" alt="{}">',
            *(render.video.url, render.poster.url, human.name, render.poster.url, human.name),
        )

    @display(description="")
    def picture(self, human: DigitalHuman) -> str:
        return portrait_thumb(human)

    @display(description=_("renders"), ordering="render_count")
    def made(self, human: Any) -> int:
        return int(human.render_count)

    def save_model(self, request: HttpRequest, obj: DigitalHuman, form: Any, change: bool) -> None:
        if "portrait" in form.changed_data:
            obj.portrait_by, obj.portrait_holder = who(request), None
        super().save_model(request, obj, form, change)
        if form.states_drawn:
            reason = form.cleaned_data["origin_reason"]
            stated = services.declare_drawn(obj, by=who(request), reason=reason, photographic=form.photographic)
            if stated.state == Statement.State.UNCONFIRMED:
                self.message_user(request, CONFIRM, messages.WARNING)
        elif form.cleaned_data.get("origin") == DigitalHuman.Origin.PHOTOGRAPH:
            services.withdraw_statements(obj, by=who(request))
        if "portrait" in form.changed_data:
            services.cancel_portrait_videos(obj)
        if form.cleaned_data.get("portrait_video"):
            services.request_portrait_video(obj, form.cleaned_data["portrait_video"], by=who(request))
            self.message_user(request, _("The video is being checked. This page shows the progress."))
        for warning in form.warnings:
            self.message_user(request, warning, messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: DigitalHuman) -> None:
        services.remove_digital_human(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DigitalHuman]) -> None:
        for human in queryset:
            services.remove_digital_human(human)

    @admin.action(description=_("Make a short sample video"), permissions=["sample"])
    def try_out(self, request: HttpRequest, queryset: QuerySet[DigitalHuman]) -> None:
        made = 0
        for human in queryset:
            try:
                services.request_render(human, sample_text(human), priority=services.TEST)
                made += 1
            except AvatarError as error:
                self.message_user(request, f"{human}: {error}", messages.ERROR)
        if made:
            self.message_user(request, _("The sample is being made: see Renders."), messages.SUCCESS)

    @admin.action(description=_("Record a consent for these"), permissions=["record"])
    def record_consent(self, request: HttpRequest, queryset: QuerySet[DigitalHuman]) -> HttpResponse:
        """To the form of a consent, with these ticked."""
        chosen = ",".join(str(pk) for pk in queryset.order_by("pk").values_list("pk", flat=True))
        return redirect(f"{reverse('admin:avatars_consent_add')}?humans={chosen}")

    @admin.action(description=_("These are drawn: they show no real person"), permissions=["record"])
    def declare_drawn(self, request: HttpRequest, queryset: QuerySet[DigitalHuman]) -> None:
        for human in queryset.exclude(pk__in=DigitalHuman.objects.drawn().values("pk")):
            try:
                looks = services.looks_photographed(human)
                services.declare_drawn(human, by=who(request), photographic=looks)
            except ConsentError:
                message = _("%(human)s looks like a photograph. State it on its page, with the reason.")
                self.message_user(request, message % {"human": human}, messages.ERROR)
                continue
            self.log_change(request, human, [{"changed": {"fields": [gettext("origin")]}}])
            self.message_user(request, _("It is recorded that %(human)s is drawn.") % {"human": human})

    @action(
        description=_("Try it out"),
        permissions=["sample"],
        icon="play_circle",
        dialog={
            "title": _("Let it say something"),
            "description": _("A video is made and kept under Renders. It is not sent."),
            "form_class": SampleForm,
            "form_submit_text": _("Make the video"),
        },
    )
    def sample(self, request: HttpRequest, form: SampleForm, object_id: str) -> HttpResponse:
        human = DigitalHuman.objects.select_related("voice").get(pk=object_id)
        render = services.request_render(human, form.cleaned_data["text"], priority=services.TEST)
        return HttpResponse(headers={"HX-Redirect": change_url(render)})

    @action(
        description=_("Make the idle video"),
        permissions=["sample"],
        icon="motion_photos_on",
        dialog={
            "title": _("Make the idle video"),
            "description": _(
                "Nine seconds without words that loop without a seam. It plays here, and on the page of a video until "
                "that has been made."
            ),
            "form_submit_text": _("Make the video"),
        },
    )
    def make_idle_video(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        human = DigitalHuman.objects.select_related("voice").get(pk=object_id)
        try:
            render = services.request_idle_video(human)
        except AvatarError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponse(headers={"HX-Redirect": change_url(human)})
        return HttpResponse(headers={"HX-Redirect": change_url(human if render.is_finished else render)})

    def has_sample_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("avatars.add_render")
