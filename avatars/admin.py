"""Digital humans in the admin: portraits and voices to edit, renders to watch."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import display

from avatars import services
from avatars.forms import DigitalHumanForm
from avatars.models import DigitalHuman, Render, Voice
from openuser.lib.admin import STATUS_LABELS, RequestedAdmin, TimelineMixin


@admin.register(Voice)
class VoiceAdmin(ModelAdmin[Voice]):
    list_display = ("name", "engine", "key")
    search_fields = ("name", "key")


@admin.register(DigitalHuman)
class DigitalHumanAdmin(ModelAdmin[DigitalHuman]):
    form = DigitalHumanForm
    list_display = ("face", "name", "voice", "mode", "created_at")
    list_display_links = ("face", "name")
    list_select_related = ("voice",)
    search_fields = ("name",)
    fields = ("name", "portrait", "picture", "voice", "speed", "mode")
    readonly_fields = ("picture",)
    actions = ("try_out",)

    @display(description="")
    def face(self, human: DigitalHuman) -> str:
        return format_html(
            '<img src="{}" alt="" style="height:48px;width:36px;object-fit:cover;border-radius:6px">',
            human.portrait.url,
        )

    @display(description=_("preview"))
    def picture(self, human: DigitalHuman) -> str:
        if not human.portrait:
            return "–"
        return format_html('<img src="{}" alt="" style="max-height:320px;border-radius:12px">', human.portrait.url)

    @admin.action(description=_("Make a short sample video"), permissions=["sample"])
    def try_out(self, request: HttpRequest, queryset: QuerySet[DigitalHuman]) -> None:
        for human in queryset:
            sample = _("Hello, I am %(name)s. Nice to meet you.") % {"name": human.name}
            services.request_render(human, sample, priority=services.TEST)
        self.message_user(request, _("The sample is being made: see Renders."), messages.SUCCESS)

    def has_sample_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("avatars.add_render")


@admin.register(Render)
class RenderAdmin(TimelineMixin, RequestedAdmin):
    list_display = ("id", "thumb", "script", "digital_human", "state", "how_far", "length", "timeline", "created_at")
    list_display_links = ("id", "thumb")
    list_filter = ("status", "mode", "digital_human")
    search_fields = ("text", "cid", "content_id")
    list_select_related = ("digital_human",)
    ordering = ("-pk",)
    fields = (
        "player",
        "digital_human",
        "text",
        "mode",
        "status",
        "reason",
        "hint",
        "how_far",
        "estimated_seconds",
        "took_seconds",
        "seconds",
        "size",
        "attempts",
        "content_id",
        "created_at",
        "started_at",
        "finished_at",
        "timeline",
    )
    readonly_fields = fields
    actions = ("cancel", "again")
    show_full_result_count = False

    @display(description="")
    def thumb(self, render: Render) -> str:
        if not render.poster:
            return "–"
        return format_html(
            '<img src="{}" alt="" loading="lazy" style="height:48px;width:36px;object-fit:cover;border-radius:6px">',
            render.poster.url,
        )

    @display(description=_("script"))
    def script(self, render: Render) -> str:
        return render.text if len(render.text) <= 40 else render.text[:40] + "…"

    @display(description=_("status"), label=STATUS_LABELS)
    def state(self, render: Render) -> tuple[str, str]:
        return render.status, render.get_status_display()

    @display(description=_("progress"))
    def how_far(self, render: Render) -> str:
        if render.is_finished:
            return "100 %" if render.status == Render.Status.DONE else "–"
        return f"{render.get_stage_display()} {render.progress} %"

    @display(description=_("length"))
    def length(self, render: Render) -> str:
        return f"{render.seconds:.1f} s" if render.seconds else "–"

    @display(description=_("preview"))
    def player(self, render: Render) -> str:
        if not render.video:
            return "–"
        captions = render.captions.url if render.captions else ""
        return format_html(
            '<video controls preload="metadata" poster="{}" src="{}" style="max-height:420px;border-radius:12px">'
            '</video><p><a class="text-primary-600" href="{}" download>MP4</a> · '
            '<a class="text-primary-600" href="{}" download>SRT</a></p>',
            render.poster.url if render.poster else "",
            render.video.url,
            render.video.url,
            captions,
        )

    @admin.action(description=_("Cancel"), permissions=["steer"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Render]) -> None:
        count = sum(services.cancel_render(render) for render in queryset)
        self._say(request, ngettext("%d render was cancelled.", "%d renders were cancelled.", count) % count, count)

    @admin.action(description=_("Make again"), permissions=["steer"])
    def again(self, request: HttpRequest, queryset: QuerySet[Render]) -> None:
        count = sum(services.retry_render(render) for render in queryset)
        self._say(request, ngettext("%d render was queued.", "%d renders were queued.", count) % count, count)

    def has_steer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("avatars.change_render")

    def _say(self, request: HttpRequest, text: str, count: int) -> None:
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)
