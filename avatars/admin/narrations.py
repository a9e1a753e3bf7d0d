"""Narrations in the admin: scripts as voice messages."""

from collections.abc import Iterable, Sequence

from django.contrib import admin
from django.core.files.storage import default_storage
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from avatars.models import Narration
from core.confidentiality.admin import WordsAdmin
from core.web.admin import NOTHING, WorkAdmin, duration, row_link, shorten


@admin.register(Narration)
class NarrationAdmin(WordsAdmin, WorkAdmin):
    words_fields = ("script", "text", "recordings")
    words_columns = ("text", "recipe", "parts")
    words_searched = ("text",)
    list_display = ("id", "script", "digital_human", "state", "length", "timeline", "when")
    list_filter = ("status", "digital_human")
    search_fields = ("text", "=cid")
    search_help_text = _("Search for words of the script or a correlation ID.")
    list_select_related = ("digital_human",)
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("text", "digital_human", "recordings")}),
        (_("How it went"), {"fields": ("state", "why", "attempts", "length", "speech_engine_used", "rests_on")}),
        (_("Where it belongs"), {"fields": ("timeline", "created_at", "started_at", "finished_at")}),
    )

    def people_in(self, rows: Sequence[Narration]) -> Iterable[int]:
        """No member: equal scripts share one narration."""
        return ()

    @display(description=_("script"), ordering="text")
    def script(self, narration: Narration) -> str:
        return shorten(narration.text, 60)

    @display(description=_("length"), ordering="seconds")
    def length(self, narration: Narration) -> str:
        return duration(narration.seconds)

    @display(description=_("consent"))
    def rests_on(self, narration: Narration) -> str:
        return row_link(narration.voice_consent)

    @display(description=_("recordings"))
    def recordings(self, narration: Narration) -> str:
        links = [(default_storage.url(name), name.rpartition("/")[2]) for name in narration.parts]
        files = format_html_join(" · ", '<a class="ou-link" href="{}" download>{}</a>', links)
        # AMR has no place for the label.
        return format_html("{} ({})", files, gettext("made by AI: tell its listeners")) if links else NOTHING
