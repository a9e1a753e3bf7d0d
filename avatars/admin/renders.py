"""Renders in the admin: to watch, to cancel, to make again."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from avatars import services
from avatars.admin import render_timeline
from avatars.admin.engine_comparison import EngineComparisonPages
from avatars.admin.video_pages import VideoPages, render_state
from avatars.exceptions import ConsentError, MediaError
from avatars.models import BY_MEMBER, SAID_BY_MEMBERS, Consent, Render, Rendition
from avatars.reasons import render as reasons
from core.confidentiality.admin import SomeWordsAdmin
from core.web.admin import NOTHING, WorkAdmin, action, duration, link, row_action, row_link, shorten


class RestsOnFilter(admin.SimpleListFilter):
    """Renders that rest on a consent, to the face or to the voice; linked to from its page."""

    title = _("consent")
    parameter_name = "rests_on"

    def has_output(self) -> bool:
        """Nothing is offered: a link leads to it."""
        return bool(self.value())

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = str(request.GET.get(self.parameter_name, ""))
        consent = Consent.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
        return [(chosen, str(consent))] if consent else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Render]) -> QuerySet[Render]:
        chosen = self.value() or ""
        consent = Consent.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
        return queryset.filter(pk__in=Render.objects.resting_on(consent)) if consent else queryset


@admin.register(Render)
class RenderAdmin(EngineComparisonPages, VideoPages, SomeWordsAdmin, WorkAdmin):
    words_columns = ("text", "recipe", "recording", "renditions")
    words_in = SAID_BY_MEMBERS
    list_display = ("id", "thumb", "script", "digital_human", "state", "how_far", "length", "timeline", "when")
    list_display_links = ("id", "thumb")
    list_filter = ("status", "digital_human", "mode", "template", "presentations", RestsOnFilter)
    search_fields = ("text", "=cid", "=content_id")
    search_help_text = _("Search for words of the script, a correlation ID or the ID in the AI label.")
    list_select_related = ("digital_human",)
    sortable_by = ("id", "when")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("player", "whole_script", "digital_human", "mode")}),
        (
            _("How it went"),
            {"fields": ("how_far", "state", "why", "todo", "went", "attempts", "times", "made_by", "rests_on")},
        ),
        (_("The file"), {"fields": ("length", "file_size", "picture", "label_id")}),
        (_("Where it belongs"), {"fields": ("timeline", "of_template", "created_at", "started_at", "finished_at")}),
    )
    actions = ("cancel", "again")
    actions_list = ("compare_modes",)
    actions_detail = ("cancel_this", "again_this")

    class Media:
        js = ("avatars/stream_player.js", "avatars/video_player.js")

    def has_words(self, row: Render) -> bool:
        return row.said_by_member is not None

    def people_in(self, rows: Sequence[Render]) -> Iterable[int]:
        return (row.said_by_member or 0 for row in rows)

    @display(description="")
    def thumb(self, render: Render) -> str:
        hidden = self.said(render, "")
        name = str(render) if hidden else shorten(render.text, 60) or str(render)
        if hidden or not render.poster:
            return format_html('<span class="ou-thumb ou-thumb-empty" role="img" aria-label="{}"></span>', name)
        return format_html('<img class="ou-thumb" src="{}" alt="{}" loading="lazy">', render.poster.url, name)

    @display(description=_("script"), ordering="text")
    def script(self, render: Render) -> str:
        return str(self.said(render, shorten(render.text, 60)))

    @display(description=_("script"))
    def whole_script(self, render: Render) -> str:
        return str(self.said(render, render.text))

    @display(description=_("progress"))
    def how_far(self, render: Render) -> str:
        if render.is_finished:
            return "100 %" if render.status == Render.Status.DONE else NOTHING
        # The attribute tells core/static/core/live_page.js to look again.
        return format_html(
            '<div class="ou-progress" id="progress-{}" data-live data-unfinished><progress max="100" value="{}">'
            "</progress><span>{} {} %</span></div>",
            render.pk,
            render.progress,
            render.get_stage_display(),
            render.progress,
        )

    @display(description=_("what to do"))
    def todo(self, render: Render) -> str:
        return render.advice or NOTHING

    @display(description=_("length"), ordering="seconds")
    def length(self, render: Render) -> str:
        return duration(render.seconds)

    @display(description=_("estimated / took"))
    def times(self, render: Render) -> str:
        return f"{duration(render.estimated_seconds)} / {duration(render.took_seconds)}"

    @display(description=_("stages"))
    def went(self, render: Render) -> str:
        return render_timeline.shown(render)

    @display(description=_("made by"))
    def made_by(self, render: Render) -> str:
        """The engines, and the reasons for a fallback."""
        if not render.engine_used:
            return NOTHING
        notes = format_html_join("", "<br>{}", [(note,) for note in render.note_words])
        return format_html("{} · {}{}", render.engine_used, render.speech_engine_used, notes)

    @display(description=_("consent"))
    def rests_on(self, render: Render) -> str:
        voice = gettext("voice")
        given = dict.fromkeys(each for each in (render.consent, render.partner_consent) if each)
        heard = dict.fromkeys(each for each in (render.voice_consent, render.partner_voice_consent) if each)
        links = [row_link(each) for each in given]
        links += [
            format_html("{} ({})", row_link(each), voice) if given else row_link(each)
            for each in heard
            if each not in given
        ]
        return format_html_join(" · ", "{}", ((each,) for each in links)) or NOTHING

    @display(description=_("video template"))
    def of_template(self, render: Render) -> str:
        return row_link(render.template)

    @display(description=_("size"))
    def file_size(self, render: Render) -> str:
        return filesizeformat(render.size) if render.size else NOTHING

    @display(description=_("picture"))
    def picture(self, render: Render) -> str:
        return f"{render.width} × {render.height}" if render.width else NOTHING

    @display(description=_("ID in the AI label"))
    def label_id(self, render: Render) -> str:
        return render.content_id

    @display(description=_("video"))
    def player(self, render: Render) -> str:
        if hidden := self.said(render, ""):
            return str(hidden)
        if not render.video and not render.is_finished:
            return render_to_string("admin/videos/slot.html", {"state": render_state(render)})
        return render_to_string("admin/videos/video.html", {"render": render}) if render.video else NOTHING

    @action(description=_("Compare two modes"), icon="compare", permissions=["compare"])
    def compare_modes(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:avatars_render_compare"))

    def has_compare_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("avatars.add_render")

    @admin.action(description=_("Cancel"), permissions=["steer"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Render]) -> None:
        count = sum(services.cancel_render(render) for render in queryset)
        text = ngettext("%d render was cancelled.", "%d renders were cancelled.", count) % count
        self.show_result(request, text, done=bool(count))

    cancel_this = row_action(
        cancel,
        icon="cancel",
        title=_("Cancel this render?"),
        words=_("Members who wait for the video are told that it does not come."),
    )

    @admin.action(description=_("Make again"), permissions=["steer"])
    def again(self, request: HttpRequest, queryset: QuerySet[Render]) -> None:
        count = 0
        for render in queryset:
            try:
                count += services.retry_render(render)
            except ConsentError as error:
                self.message_user(request, f"{render}: {error}", messages.ERROR)
            except MediaError as error:
                message = reasons.RECORDINGS.get(error.code, str(error))
                self.message_user(request, f"{render}: {message}", messages.ERROR)
        text = ngettext("%d render was queued.", "%d renders were queued.", count) % count
        self.show_result(request, text, done=bool(count))

    again_this = row_action(
        again,
        icon="replay",
        title=_("Make this video again?"),
        words=_("It joins the queue. It is not sent by itself: its text was sent instead."),
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The actions that this render's status allows."""
        status = Render.objects.filter(pk=object_id).values_list("status", flat=True).first()
        useful = {
            Render.Status.QUEUED: "cancel_this",
            Render.Status.RUNNING: "cancel_this",
            Render.Status.FAILED: "again_this",
            Render.Status.CANCELLED: "again_this",
        }
        wanted = useful.get(Render.Status(status)) if status else None
        return [detail for detail in super().get_actions_detail(request, object_id) if wanted and detail.path == wanted]

    def has_steer_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("avatars.change_render")


@admin.register(Rendition)
class RenditionAdmin(SomeWordsAdmin, WorkAdmin):
    list_has_words = False
    words_columns = ("render__text",)
    words_in = Q(render__requester__startswith=BY_MEMBER)
    list_display = ("id", "of_render", "state", "why", "file_size", "at_most", "timeline", "when")
    list_filter = ("status",)
    search_fields = ("=cid", "render__text")
    search_help_text = _("Search for words of the script or a correlation ID.")
    list_select_related = ("render__digital_human",)
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("of_render", "state", "why", "attempts", "file", "file_size", "at_most")}),
        (_("Where it belongs"), {"fields": ("timeline", "created_at", "started_at", "finished_at")}),
    )

    def has_words(self, row: Rendition) -> bool:
        return row.render is not None and row.render.said_by_member is not None

    def people_in(self, rows: Sequence[Rendition]) -> Iterable[int]:
        return (row.render.said_by_member or 0 for row in rows if row.render)

    @display(description=_("render"), ordering="render")
    def of_render(self, rendition: Rendition) -> str:
        return row_link(rendition.render) if rendition.render else gettext("an uploaded file")

    @display(description=_("file"))
    def file(self, rendition: Rendition) -> str:
        return str(self.said(rendition, link(rendition.video.url, "MP4") if rendition.video else NOTHING))

    @display(description=_("size"), ordering="size")
    def file_size(self, rendition: Rendition) -> str:
        return filesizeformat(rendition.size) if rendition.size else NOTHING

    @display(description=_("at most"), ordering="limit")
    def at_most(self, rendition: Rendition) -> str:
        return filesizeformat(rendition.limit)
