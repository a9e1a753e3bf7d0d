"""Messages in the admin: to read and to recall."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from avatars.models import Consent
from conversations import services
from conversations.admin import explanations
from conversations.models import Message, MessageQuerySet
from core.confidentiality.admin import WordsAdmin
from core.web.admin import STATUS_TONES, badge, row_link, shorten
from wecom.exceptions import ContentError

DELIVERIES = {"done": _("delivered"), "failed": _("not delivered")}


class ConsentFilter(admin.SimpleListFilter):
    """Messages whose video or voice requires a consent. Offers withdrawn consents; any consent's page links here."""

    title = _("withdrawn consent")
    parameter_name = "consent"

    def has_output(self) -> bool:
        """Also shown for a consent that is not offered, because its page links here."""
        return bool(self.value()) or super().has_output()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        consents = Consent.objects.exclude(withdrawn_at=None).order_by("-withdrawn_at")[:20]
        return [(str(consent.pk), str(consent)) for consent in consents]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        chosen = self.value() or ""
        consent = Consent.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
        return queryset.resting_on(consent) if consent and isinstance(queryset, MessageQuerySet) else queryset


class RecallableFilter(admin.SimpleListFilter):
    """Messages that WeChat Work can still recall."""

    title = _("recall")
    parameter_name = "recallable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("still possible"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset.recallable() if self.value() and isinstance(queryset, MessageQuerySet) else queryset


@admin.register(Message)
class MessageAdmin(WordsAdmin):
    words_fields = ("words", "all_words", "reasons")
    words_columns = ("content__text", "cause", "download", "ticket_line")
    words_searched = ("content__text",)
    list_display = ("id", "way", "member", "words", "outcome", "timeline", "when")
    list_filter = (
        *("direction", "state", "degraded", "content__kind", "application"),
        *(RecallableFilter, ConsentFilter),
    )
    actions = ("recall",)
    search_fields = ("content__text", "member__user_id", "member__name", "=cid")
    search_help_text = _("Search for words, a user ID, a name or a correlation ID.")
    list_select_related = ("content", "member", "outbound", "download")
    sortable_by = ("id", "when")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("way", "member", "all_words", "outcome", "timeline", "created_at")}),
        (_("How it was made and sent"), {"fields": ("render_link", "outbound_link")}),
        (_("Why?"), {"fields": ("reasons",)}),
    )

    class Media:
        css = {"all": ("conversations/flows.css", "conversations/why.css")}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(partial(explanations.dialog, self))
        return [path("<int:pk>/why/", view, name="conversations_message_why"), *super().get_urls()]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Message | None:
        """With who reads it, whose rights decide which links *Why?* has."""
        message: Any = super().get_object(request, object_id, from_field)
        if message is not None:
            message.reader = request.user
        return message  # type: ignore[no-any-return]  # Unfold is not typed

    def get_fieldsets(self, request: HttpRequest, obj: Message | None = None) -> Any:
        """A message of a member has no *Why?*."""
        shown, made, why = self.fieldsets
        told = (shown, made) if obj is None or obj.direction == Message.Direction.IN else (shown, why, made)
        return self.without_words(request, told)

    @display(description=_("reasons"))
    def reasons(self, message: Any) -> SafeString:
        return explanations.panel(message, message.reader)

    @admin.action(description=_("Recall"), permissions=["recall"])
    def recall(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        count = 0
        for message in queryset:
            try:
                services.recall(message)
                count += 1
            except ContentError as problem:
                self.message_user(request, f"{message}: {problem}", messages.ERROR)
        if count:
            self.show_result(request, ngettext("%d message is recalled.", "%d messages are recalled.", count) % count)

    def has_recall_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("conversations.change_message")

    @display(description=_("direction"), ordering="direction")
    def way(self, message: Message) -> str:
        return badge(message.get_direction_display(), "info" if message.direction == Message.Direction.IN else "")

    @display(description=_("text"))
    def words(self, message: Message) -> str:
        return shorten(str(message.content), 60)

    @display(description=_("text"))
    def all_words(self, message: Message) -> SafeString:
        return render_to_string("admin/conversations/message_content.html", {"message": message})

    @display(description=_("status"), ordering="state")
    def outcome(self, message: Message) -> str:
        if message.reason:
            return badge(message.get_reason_display(), "warn")
        if message.degraded:
            return badge(_("sent as text instead"), "warn")
        if message.state == Message.State.WAITING:
            return badge(message.get_state_display(), "info")
        if message.outbound is None or message.state != Message.State.SENDING:
            return badge(message.get_state_display())
        label = DELIVERIES.get(message.outbound.status, message.outbound.get_status_display())
        return badge(label, STATUS_TONES.get(message.outbound.status, ""))

    @display(description=_("render"))
    def render_link(self, message: Message) -> str:
        return row_link(message.render)

    @display(description=_("outbound message"))
    def outbound_link(self, message: Message) -> str:
        return row_link(message.outbound)
