"""Outbound messages in the admin: inspect them, send them again, decide unclear ones."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from core.confidentiality.admin import SomeWordsAdmin
from core.web.admin import (
    NOTHING,
    STATUS_TONES,
    badge,
    reason_words,
    row_action,
    row_link,
    short_time,
    shorten,
)
from core.web.admin_filters import ReasonFilter
from wecom import services
from wecom.admin.callbacks import KindFilter
from wecom.admin.people import FIRST, ManyPeopleAdmin
from wecom.exceptions import ContentError
from wecom.models import Attempt, Member, Outbound, Recall

OUTCOMES = {"sent": "good", "retry": "warn", "ambiguous": "warn", "failed": "bad", "held": "bad"}


class AttemptInline(TabularInline[Attempt, Outbound]):
    model = Attempt
    fields = ("number", "began", "took", "result", "errcode", "detail")
    readonly_fields = fields
    extra = 0
    can_delete = False
    hide_title = True
    ordering = ("number",)

    @display(description=_("started at"))
    def began(self, attempt: Attempt) -> str:
        return short_time(attempt.started_at)

    @display(description=_("took"))
    def took(self, attempt: Attempt) -> str:
        return f"{(attempt.ended_at - attempt.started_at).total_seconds():.2f} s" if attempt.ended_at else NOTHING

    @display(description=_("outcome"))
    def result(self, attempt: Attempt) -> str:
        return badge(attempt.get_outcome_display(), OUTCOMES.get(attempt.outcome, "info"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Outbound)
class OutboundAdmin(SomeWordsAdmin, ManyPeopleAdmin):
    words_columns = ("content", "options", "body", "fingerprint", "upload", "attached")
    words_in = Q(reach=1)
    people_field = "recipients"
    list_display = ("id", "kind", "to", "says", "state", "why", "attempts", "timeline", "when")
    list_filter = ("status", ("reason", ReasonFilter), ("msgtype", KindFilter), "application")
    search_fields = ("=cid", "=msgid")
    sortable_by = ("id", "when")
    search_help_text = _("Search for a name, a user ID, a correlation ID or a message ID.")
    list_select_related = ("application__corporation", "upload")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("to", "kind", "says_all", "file", "application", "timeline")}),
        (
            _("Delivery"),
            {"fields": ("state", "why", "attempts", "errcode", "remedy", "msgid", "not_reached", "recalled")},
        ),
        (_("Times"), {"fields": ("created_at", "due_at", "finished_at")}),
    )
    inlines = (AttemptInline,)
    actions = ("resend", "treat_as_sent", "recall")
    actions_detail = ("resend_this", "treat_as_sent_this", "recall_this")

    def has_words(self, row: Outbound) -> bool:
        """A message to one person may answer, repeat or pass on words of a member."""
        return row.reach == 1

    def people_in(self, rows: Sequence[Outbound]) -> Iterable[int]:
        return Member.objects.keys_of((row.application.corporation_id, row.recipients[0]) for row in rows)

    @display(description=_("type"), ordering="msgtype")
    def kind(self, outbound: Outbound) -> str:
        return outbound.kind

    @display(description=_("recipients"))
    def to(self, outbound: Outbound) -> str:
        names, count = self.people(outbound), len(outbound.recipients)
        return names if count <= FIRST else format_html("{} … ({})", names, count)

    @display(description=_("text"))
    def says(self, outbound: Outbound) -> str:
        return str(self.said(outbound, shorten(_shown(outbound), 44)))

    @display(description=_("content"))
    def says_all(self, outbound: Outbound) -> str:
        return format_html('<div class="ou-words">{}</div>', self.said(outbound, _shown(outbound)))

    @display(description=_("file"))
    def file(self, outbound: Outbound) -> str:
        return row_link(outbound.upload)

    @display(description=_("not reached"))
    def not_reached(self, outbound: Outbound) -> str:
        invalid = self.people(outbound, outbound.invalid)
        unlicensed = self.people(outbound, outbound.unlicensed)
        known = [invalid] if invalid else []
        known += [format_html("{} ({})", unlicensed, _("without a licence"))] if unlicensed else []
        return format_html_join(", ", "{}", ((recipient,) for recipient in known)) or NOTHING

    @display(description=_("what helps"))
    def remedy(self, outbound: Outbound) -> str:
        if (outbound.status, outbound.reason) == (Outbound.Status.FAILED, Outbound.Reason.UNKNOWN):
            return str(_("The attempts below are all that is known. Ask the person whether it arrived, then decide."))
        return services.remedy_for(outbound.errcode) or NOTHING

    @admin.action(description=_("Send again"), permissions=["send"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Outbound]) -> None:
        count = sum(services.resend(outbound) for outbound in queryset)
        text = ngettext("%d message was queued again.", "%d messages were queued again.", count) % count
        self.show_result(request, text, done=bool(count))

    resend_this = row_action(
        resend,
        icon="send",
        title=_("Send this message again?"),
        words=_("If it arrived the first time, the person gets it twice."),
    )

    @admin.action(description=_("Treat as sent"), permissions=["send"])
    def treat_as_sent(self, request: HttpRequest, queryset: QuerySet[Outbound]) -> None:
        count = sum(services.treat_as_sent(outbound) for outbound in queryset)
        text = ngettext("%d message counts as sent.", "%d messages count as sent.", count) % count
        self.show_result(request, text, done=bool(count))

    treat_as_sent_this = row_action(
        treat_as_sent,
        icon="done_all",
        title=_("Treat this message as sent?"),
        words=_("Choose this if the person says that it arrived. It is not sent again."),
    )

    @display(description=_("recalled"))
    def recalled(self, outbound: Outbound) -> str:
        recall = Recall.objects.filter(outbound=outbound).first()
        if recall is None:
            return NOTHING
        return format_html(
            "{} {}", badge(recall.get_status_display(), STATUS_TONES.get(recall.status, "")), reason_words(recall)
        )

    @admin.action(description=_("Recall"), permissions=["send"])
    def recall(self, request: HttpRequest, queryset: QuerySet[Outbound]) -> None:
        count = 0
        for outbound in queryset:
            try:
                services.recall(outbound)
                count += 1
            except ContentError as problem:
                self.message_user(request, f"{outbound}: {problem}", messages.ERROR)
        if count:
            text = ngettext("%d message is being recalled.", "%d messages are being recalled.", count) % count
            self.show_result(request, text)

    recall_this = row_action(
        recall,
        icon="undo",
        title=_("Recall this message?"),
        words=_("It disappears from all recipients' chats, with all its parts, except in the WeChat plugin."),
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The actions that this message allows: a queued one can only be recalled."""
        row = Outbound.objects.filter(pk=object_id).first()
        useful_now = {"recall_this"} if row and services.can_be_recalled(row) else set()
        ended = Outbound.objects.filter(pk=object_id).exclude(status__in=Outbound.UNFINISHED).first()
        useful = {"resend_this"} if ended else set()
        if ended and (ended.status, ended.reason) == (Outbound.Status.FAILED, Outbound.Reason.UNKNOWN):
            useful.add("treat_as_sent_this")
        useful |= useful_now
        return [action for action in super().get_actions_detail(request, object_id) if action.path in useful]

    def has_send_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("wecom.change_outbound")


def _shown(outbound: Outbound) -> str:
    """The words as the page shows them: those of a private message to nobody."""
    return gettext("– (private)") if outbound.private else _words(outbound)


def _words(outbound: Outbound) -> str:
    """The readable part of the message: the text or the title, else the payload."""
    content = outbound.content
    text = content.get("content") or content.get("title") or (content.get("main_title") or {}).get("title")
    return text if isinstance(text, str) else json.dumps(outbound.content, ensure_ascii=False)
