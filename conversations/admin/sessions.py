"""Sessions in the admin: the state of each member in their flow."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.dateparse import parse_date
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from conversations import services
from conversations.admin.conversations import conversation_link
from conversations.admin.flows.flow_graph import picture_of
from conversations.machine.values import Machine
from conversations.models import Desk, Session, SessionCaller, StateEntry
from core.confidentiality.admin import WordsAdmin
from core.text.slot_values import RECEIVED
from core.web.admin import NOTHING, badge, row_action, row_link, short_time
from wecom.models import Download

STATUS_TONES = {
    Session.Status.ACTIVE: "info",
    Session.Status.SLEEPING: "info",
    Session.Status.COMPLETED: "good",
    Session.Status.GAVE_UP: "warn",
    Session.Status.EXPIRED: "warn",
    Session.Status.FAILED: "bad",
}


class WayFilter(admin.SimpleListFilter):
    """Sessions that took a way in a version, as the numbers on the graph name it: “from>to>since>version”.

    All but `to` may be empty. They need not be in that version any more, as after a sub-flow.
    """

    title = _("went through")
    parameter_name = "went"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = request.GET.get(self.parameter_name, "")
        source, target, _since, _version = _way(chosen)
        return [(chosen, f"{source} → {target}" if source else target)] if target else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        source, target, since, version = _way(self.value() or "")
        if not target:
            return queryset
        entries = StateEntry.objects.filter(session=OuterRef("pk"), state=target)
        entries = entries.filter(version=int(version)) if version else entries
        entries = entries.filter(source=source) if source else entries
        entries = entries.filter(at__date__gte=since) if since else entries
        return queryset.filter(Exists(entries))


class InsideFilter(admin.SimpleListFilter):
    """Sessions in a sub-flow that a step of a version runs: “version>step”."""

    title = _("in a sub-flow of")
    parameter_name = "inside"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = request.GET.get(self.parameter_name, "")
        return [(chosen, chosen.partition(">")[2])] if ">" in chosen else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        version, _sign, state = (self.value() or "").partition(">")
        if not version.isdecimal():
            return queryset
        return queryset.filter(
            Exists(SessionCaller.objects.filter(session=OuterRef("pk"), version=int(version), state=state))
        )


def _way(written: str) -> tuple[str, str, date | None, str]:
    source, target, since, version = [*written.split(">"), "", "", "", ""][:4]
    version = version if version.isdecimal() else ""
    try:
        return source, target, parse_date(since), version
    except ValueError:  # no day of the calendar
        return source, target, None, version


@admin.register(Session)
class SessionAdmin(WordsAdmin):
    list_has_words = False
    words_fields = ("around", "filled", "walked")
    words_columns = ("slots", "labels", "data", "sources", "path", "callers", "offered", "held")
    list_display = ("id", "member", "version", "where", "condition", "timeline", "started", "next")
    list_display_links = ("id", "member")
    list_filter = ("status", "version__flow", WayFilter, InsideFilter)
    search_fields = ("conversation__member__user_id", "conversation__member__name", "=cid")
    search_help_text = _("Search for a user ID, a name or a correlation ID.")
    list_select_related = ("version__flow", "conversation__member")
    ordering = ("-pk",)
    fieldsets = (
        (
            None,
            {"fields": ("who", "flow", "language_now", "around", "condition", "where", "filled", "walked", "timeline")},
        ),
        (_("Times"), {"fields": ("started", "asked", "next", "finished", "tries", "reminded")}),
        (_("Where it is"), {"fields": ("drawing",)}),
    )
    actions = ("stop",)
    actions_detail = ("stop_this",)

    class Media:
        css = {"all": ("conversations/flows.css",)}
        js = ("conversations/flows.js",)

    def people_in(self, rows: Sequence[Any]) -> Iterable[int]:
        return (row.conversation.member_id for row in rows)

    @display(description=_("member"), ordering="conversation__member__user_id")
    def member(self, session: Session) -> str:
        return str(session.conversation.member)

    @display(description=_("member"))
    def who(self, session: Session) -> str:
        return conversation_link(session, session.conversation)

    @display(description=_("flow version"))
    def flow(self, session: Session) -> str:
        return row_link(session.version)

    @display(description=_("language"))
    def language_now(self, session: Session) -> str:
        return str(Desk.Language(services.session_language(session)).label)

    @display(description=_("in a sub-flow of"))
    def around(self, session: Session) -> SafeString | str:
        rows = (
            (
                row_link(caller.version),
                _named(services.readable_machine(caller.version), caller.state),
                _rows_of(caller),
            )
            for caller in session.callers.select_related("version__flow")
        )
        return format_html_join("", "<p>{}: {}</p>{}", rows) or NOTHING

    @display(description=_("step"), ordering="state")
    def where(self, session: Session) -> str:
        return _named(services.readable_machine(session.version), session.state) or NOTHING

    @display(description=_("status"), ordering="status")
    def condition(self, session: Session) -> str:
        return badge(session.get_status_display(), STATUS_TONES.get(Session.Status(session.status), ""))

    @display(description=_("started at"), ordering="started_at")
    def started(self, session: Session) -> str:
        return short_time(session.started_at)

    @display(description=_("asked at"))
    def asked(self, session: Session) -> str:
        return short_time(session.asked_at)

    @display(description=_("finished at"))
    def finished(self, session: Session) -> str:
        return short_time(session.finished_at)

    @display(description=_("next reminder or end"), ordering="due_at")
    def next(self, session: Session) -> str:
        return short_time(session.due_at)

    @display(description=_("answers so far"))
    def filled(self, session: Session) -> SafeString:
        return _rows_of(session)

    @display(description=_("questions answered"))
    def walked(self, session: Session) -> str:
        machine = services.readable_machine(session.version)
        return " → ".join(_named(machine, key) for key in session.path) or NOTHING

    @display(description=_("graph"))
    def drawing(self, session: Session) -> SafeString:
        """The flow that it is in, below those around it."""
        places: list[Session | SessionCaller] = [*session.callers.select_related("version__flow"), session]
        return format_html_join("", "{}", ((picture_of(place.version, here=place.state),) for place in places))

    @admin.action(description=_("End session"), permissions=["steer"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        rows = queryset.select_related("conversation__application", "conversation__member")
        count = sum(services.stop_session(session) for session in rows)
        text = ngettext("%d session was ended.", "%d sessions were ended.", count) % count
        self.show_result(request, text, done=bool(count))

    stop_this = row_action(
        stop,
        icon="stop_circle",
        title=_("End this session?"),
        words=_("The flow stops here. The member is not told, and is answered as usual from now on."),
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only an active session can be ended."""
        is_active = Session.objects.unfinished().filter(pk=object_id).exists()
        return list(super().get_actions_detail(request, object_id)) if is_active else []

    def has_steer_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("conversations.change_session")


def _rows_of(standing: Session | SessionCaller) -> SafeString:
    """The answers of a session."""
    machine = services.readable_machine(standing.version)
    files = _files(machine, standing)
    rows = [
        {
            **{"name": name, "value": value, "label": _labelled(machine, standing, name)},
            **{"given": name in standing.data, "download": files.get(value)},
        }
        for name, value in standing.slots.items()
    ]
    return render_to_string("admin/flows/slots.html", {"rows": rows})


def _named(machine: Machine | None, key: str) -> str:
    node = machine.node(key) if machine else None
    return node.name if node else key


def _files(machine: Machine | None, standing: Session | SessionCaller) -> dict[str, Download]:
    """The files among the answers, by the number that a slot has."""
    slots = machine.slots if machine else {}
    numbers = [value for name, value in standing.slots.items() if name in slots and slots[name].type in RECEIVED]
    downloads = Download.objects.filter(pk__in=numbers) if numbers else ()
    return {str(download.pk): download for download in downloads}


def _labelled(machine: Machine | None, standing: Session | SessionCaller, name: str) -> str:
    slot, value = machine.slot(name) if machine else None, str(standing.slots[name])
    label = slot.label(value, language=machine.language) if slot and machine else value
    label = standing.labels.get(name, label)
    return "" if label == value else label
