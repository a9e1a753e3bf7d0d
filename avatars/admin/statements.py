"""Statements in the admin: read-only; the pages of digital humans and voices record them."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from avatars.models import DigitalHuman, Statement, Voice
from core.web.admin import NOTHING, ReadOnlyAdmin, badge, change_url, link, row_link

STATES = {Statement.State.HOLDS: "good", Statement.State.VOID: "warn", Statement.State.WITHDRAWN: "bad"}


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    list_display = ("subject", "says", "stands", "why", "recorded_by", "recorded_at", "photographed")
    list_display_links = ("says",)
    list_select_related = ("digital_human", "voice")
    list_filter = ("looks_photographed",)
    search_fields = ("recorded_by", "reason", "digital_human__name", "voice__name")
    search_help_text = _("Search for a digital human, a voice, a name or a reason.")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("subject", "says", "stands", "why", "recorded_by", "recorded_at")}),
        (_("The picture"), {"fields": ("sha256", "photographed")}),
        (_("Withdrawal"), {"fields": ("withdrawn_at", "withdrawn_by")}),
    )

    @display(description=_("about"))
    def subject(self, statement: Statement) -> str:
        row: Any = statement.digital_human or statement.voice
        return row_link(row)

    @display(description=_("statement"))
    def says(self, statement: Statement) -> str:
        return statement.claim

    @display(description=_("status"))
    def stands(self, statement: Statement) -> str:
        return badge(statement.state.label, STATES[statement.state])

    @display(description=_("looks like a photograph"), ordering="looks_photographed")
    def photographed(self, statement: Statement) -> str:
        if statement.looks_photographed is None:
            return NOTHING
        if not statement.looks_photographed:
            return gettext("no")
        return gettext("yes, reason given") if statement.reason else gettext("yes")

    @display(description=_("reason"))
    def why(self, statement: Statement) -> str:
        return statement.reason_words or NOTHING


class OriginAdmin(ModelAdmin[Any]):
    """A page whose form states where a picture or a voice comes from: with the right to record consents only."""

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"may_state": self.has_record_permission(request)})

    def has_record_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("avatars.add_consent")


def statement_words(subject: DigitalHuman | Voice) -> str:
    """The latest statement about a digital human or voice, in words, with a link to all of them."""
    found = subject.statements.order_by("-pk").first() if subject.pk else None
    if found is None:
        return NOTHING
    when = timezone.localtime(found.recorded_at)
    words = gettext("%(claim)s: %(by)s, %(when)s") % {
        "claim": found.claim,
        "by": found.recorded_by or "?",
        "when": f"{when:%Y-%m-%d %H:%M}",
    }
    page = link(change_url(found), words)
    return format_html("{} {} {}", badge(found.state.label, STATES[found.state]), page, found.reason_words)
