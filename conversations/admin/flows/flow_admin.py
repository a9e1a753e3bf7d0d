"""Flows in the admin: their draft as a picture and as rows, and the actions on whole flows."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations import services
from conversations.admin.files.flow_file_pages import FlowFiles
from conversations.admin.flows import golden_page, publish_page
from conversations.admin.flows.flow_graph import faults, links, picture
from conversations.admin.flows.forms import FlowForm
from conversations.admin.flows.second_language import beside, for_readers, second, texts_in, without_second
from conversations.admin.flows.step_rows import StateFormSet, StateRowForm
from conversations.admin.flows.trial import simulator
from conversations.flows.graph import Marks
from conversations.machine.values import Machine
from conversations.models import (
    OF_FLOWS,
    DraftSnapshot,
    Flow,
    FlowStart,
    FlowVersion,
    GoldenConversation,
    Session,
    SessionCaller,
    State,
    Transition,
)
from core.web.admin import (
    NOTHING,
    LabelledInline,
    ProtectedDeleteAdmin,
    action,
    badge,
    change_url,
    link,
    row_action,
    shorten,
)

FIRST_ROWS = 3
# Without permission to change, the page has no fields for its script to read.
ALSO_IN = "typeof also_in === 'undefined' || also_in"


class StateInline(LabelledInline):
    model = State
    fk_name = "flow"
    form = StateRowForm
    formset = StateFormSet
    fields = ("position", "text", "kind", "choices", "name", "leads")
    readonly_fields = ("leads",)
    ordering = ("position", "pk")
    ordering_field = "position"
    show_change_link = True
    hide_title = True
    drawn: Machine | None = None  # of the request's flow; an inline lives for one request
    verbose_name_plural = _("Steps – each leads to the next, and the last one ends the flow")

    def get_queryset(self, request: HttpRequest) -> QuerySet[State]:
        queryset: QuerySet[State] = super().get_queryset(request)
        return queryset.prefetch_related("transitions__target")

    def get_extra(self, request: HttpRequest, obj: Flow | None = None, **kwargs: Any) -> int:
        return 0 if obj else FIRST_ROWS

    @display(description=_("leads to"))
    def leads(self, state: State) -> str:
        if state.pk is None:
            return NOTHING
        if self.drawn is None:
            self.drawn = services.draft_of(state.flow)
        names = {node.key: node.name for node in self.drawn.nodes}
        node = self.drawn.node(state.key)
        targets = dict.fromkeys(names[edge.to] for edge in node.edges) if node else ()
        text = shorten(", ".join(targets), 24) if targets else gettext("the end")
        return format_html('<span class="ou-leads">{}</span>', link(change_url(state), text))


@admin.register(Flow)
class FlowAdmin(FlowFiles, ProtectedDeleteAdmin):
    cascades_to = (FlowVersion, FlowStart, DraftSnapshot, GoldenConversation)
    form = FlowForm
    list_display = ("name", "language", "runs", "changed", "now", "begins", "enabled")
    list_filter = ("language", "enabled")
    list_select_related = ("live",)
    search_fields = ("name", "description", "triggers", "command", "states__text")
    search_help_text = _("Search for names, trigger words and texts of flows.")
    fieldsets = (
        (None, {"fields": ("name", "description", ("language", "also_in"), "enabled")}),
        (_("How it starts"), {"fields": ("triggers", ("command", "menu_key"), ("event", "card_key"), "departments")}),
        (_("How long it lasts"), {"fields": (("expire_after", "expire_text"),), "classes": ("collapse",)}),
    )
    conditional_fields: ClassVar = dict.fromkeys(map(second, OF_FLOWS), ALSO_IN)
    autocomplete_fields = ("departments",)
    inlines = (StateInline,)
    change_form_outer_before_template = "admin/flows/flow.html"
    actions_detail = ("publish_this", "draw_it", "try_it", "duplicate_this")
    warn_unsaved_form = True

    class Media:
        css = {"all": ("conversations/flows.css",)}
        js = ("core/confirm_action.js", "conversations/steps.js")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flow]:
        active = Session.objects.unfinished().filter(version__flow=OuterRef("pk")).order_by()
        counted = active.values("version__flow").annotate(count=Count("pk")).values("count")
        ways = Prefetch("transitions", queryset=Transition.objects.select_related("target"))
        queryset: QuerySet[Flow] = super().get_queryset(request)
        return queryset.annotate(
            session_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0)
        ).prefetch_related(Prefetch("states", queryset=State.objects.prefetch_related(ways)))

    @display(description=_("version that runs"))
    def runs(self, flow: Flow) -> str:
        if flow.live is None:
            return badge(_("not published"), "warn")
        return badge(f"v{flow.live.number}", "good" if flow.enabled else "")

    @display(description=_("draft"))
    def changed(self, flow: Flow) -> str:
        if flow.live is None:
            return NOTHING
        is_changed = services.is_draft_changed(flow, list(flow.states.all()))
        return badge(_("changed since"), "info") if is_changed else str(_("the same"))

    @display(description=_("sessions now"), ordering="session_count")
    def now(self, flow: Any) -> str:
        if not flow.session_count:
            return "0"
        address = reverse("admin:conversations_session_changelist")
        wanted = f"?version__flow__id__exact={flow.pk}&status__exact={Session.Status.ACTIVE}"
        return link(f"{address}{wanted}", str(flow.session_count))

    @display(description=_("starts with"))
    def begins(self, flow: Flow) -> str:
        event = [str(flow.get_event_display())] if flow.event else []
        return shorten(" · ".join([*flow.commands, *flow.trigger_words, *flow.patterns, *event]), 40) or NOTHING

    def get_fieldsets(self, request: HttpRequest, obj: Flow | None = None) -> Any:
        may_change = obj is None or self.has_change_permission(request, obj)
        return beside(self.fieldsets, OF_FLOWS) if may_change else for_readers(self.fieldsets)

    def get_form(self, request: HttpRequest, obj: Flow | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Without the second column, which the form adds by itself."""
        kwargs["fields"] = without_second(self.get_fieldsets(request, obj))
        return super().get_form(request, obj, change, **kwargs)

    @display(description=_("texts in other languages"))
    def in_second_language(self, flow: Flow) -> str:
        return texts_in(flow, flow.also_in)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        flow = Flow.objects.filter(pk=object_id).select_related("live").first() if object_id.isdecimal() else None
        # Lazy: after saving, the response redirects and shows no picture.
        page = SimpleLazyObject(lambda: self._page(request, flow)) if flow else None
        extra = {**(extra_context or {}), "flow_page": page}
        response: HttpResponse = super().change_view(request, object_id, form_url, extra)
        return response

    def _page(self, request: HttpRequest, flow: Flow) -> dict[str, Any]:
        """The context of the part above the form."""
        counts, draft = services.sessions_by_state(flow), services.draft_of(flow)
        return {
            "has_steps": bool(draft.nodes),
            "picture": picture(draft, Marks(counts=counts, links=links(flow.states.all()))),
            "faults": faults(flow),
            "callers": [link(change_url(caller), caller.name) for caller in services.callers_of(flow)],
            "is_changed": services.is_draft_changed(flow),
            "waiting": sum(counts.values()),
            "queued": flow.starts.filter(status=FlowStart.Status.WAITING).count(),
            "versions": flow.versions.count(),
            "may_publish": self.has_publish_permission(request),
        }

    def response_add(self, request: HttpRequest, obj: Flow, post_url_continue: str | None = None) -> HttpResponse:
        """Its page opens, where it can be tried and published."""
        if "_addanother" in request.POST or "_popup" in request.POST:
            response: HttpResponse = super().response_add(request, obj, post_url_continue)
            return response
        has_steps = obj.states.exists()
        next_words = _("Try it, then publish it.") if has_steps else _("Add its first step.")
        self.message_user(request, f"{_('The flow is there.')} {next_words}", messages.SUCCESS)
        return HttpResponseRedirect(change_url(obj))

    def save_model(self, request: HttpRequest, obj: Flow, form: Any, change: bool) -> None:
        if change:
            services.open_draft(obj)
        super().save_model(request, obj, form, change)
        users = services.callers_of(obj) if "enabled" in form.changed_data and not obj.enabled else []
        if users:
            notice = _("It does not run as a sub-flow any more. There it counts as failed: %s.")
            self.message_user(request, notice % ", ".join(f"“{caller.name}”" for caller in users), messages.WARNING)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """After this the steps are written, so their change can be undone on the graph."""
        super().save_related(request, form, formsets, change)
        services.record_draft(form.instance, DraftSnapshot.Change.EDITED, by=request.user)  # type: ignore[arg-type]

    def protected_because(self, row: Any) -> Any:
        if users := services.callers_of(row):
            text = _("It runs as a sub-flow in: %s. Change these flows and publish them first.")
            return text % ", ".join(f"“{caller.name}”" for caller in users)
        around = SessionCaller.objects.filter(version__flow=row)
        if Session.objects.filter(version__flow=row).exists() or around.exists():
            return _(
                "Members have been in it, and their sessions are kept. Untick “enabled” instead, so that no "
                "member can start it."
            )
        return ""

    @action(description=_("Publish"), permissions=["publish"], icon="publish")
    def publish_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page that shows the changes of a publication, and publishes."""
        return publish_page.page(self, request, Flow.objects.select_related("live").get(pk=object_id))

    def get_urls(self) -> list[URLPattern]:
        """With the golden conversations of a flow."""
        site = self.admin_site.admin_view
        return [
            path("<int:pk>/golden/", site(self.golden), name="conversations_flow_golden"),
            path("<int:pk>/golden/record/", site(self.record_golden), name="conversations_flow_record_golden"),
            *super().get_urls(),
        ]

    def golden(self, request: HttpRequest, pk: int) -> HttpResponse:
        return golden_page.page(self, request, get_object_or_404(Flow, pk=pk))

    def record_golden(self, request: HttpRequest, pk: int) -> HttpResponse:
        return golden_page.record(request, get_object_or_404(Flow, pk=pk))

    @action(description=_("Edit on the graph"), permissions=["view"], icon="account_tree")
    def draw_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("draft-graph", args=[object_id]))

    @action(description=_("Try it"), permissions=["view"], icon="play_circle")
    def try_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return simulator.page(self, request, Flow.objects.get(pk=object_id))

    @admin.action(description=_("Duplicate"), permissions=["copy"])
    def duplicate(self, request: HttpRequest, queryset: QuerySet[Flow]) -> None:
        for flow in queryset:
            copy = services.duplicate_flow(flow)
            self.message_user(request, _("“%s” was made. Nothing starts it yet.") % copy, messages.SUCCESS)

    duplicate_this = row_action(
        duplicate,
        icon="content_copy",
        title=_("Duplicate this flow?"),
        words=_("The copy has the same steps. It is not published, and has no command or words that start it."),
    )
    actions = ("duplicate", "export_chosen")
    actions_list = ("from_ready", "import_file")

    def has_copy_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("conversations.add_flow")

    def has_publish_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("conversations.publish_flow")
