"""Steps in the admin: one page each, with the fields that its kind needs."""

from typing import Any

from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations import services
from conversations.admin.flows import step_fields
from conversations.admin.flows.flow_graph import faults, links, picture
from conversations.admin.flows.forms import STEP, StateForm, TransitionForm
from conversations.admin.flows.second_language import (
    OF_THE_MODEL,
    beside,
    for_readers,
    shown_beside,
    texts_in,
    without_second,
)
from conversations.flows.graph import Marks
from conversations.machine.nodes.registry import kind_named
from conversations.models import OF_STEPS, DraftSnapshot, Flow, State, Transition
from core.web.admin import LabelledInline, ProtectedDeleteAdmin, change_url, shorten

IN_BOTH = (*OF_STEPS, *OF_THE_MODEL)


class TransitionInline(LabelledInline):
    model = Transition
    form = TransitionForm
    fk_name = "state"
    fields = ("position", "when", "slot", "test", "value", "target")
    ordering = ("position", "pk")
    ordering_field = "position"
    extra = 0
    hide_title = True
    verbose_name_plural = _("Where it leads – the first transition that fits is taken; without one, the next step")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transition]:
        queryset: QuerySet[Transition] = super().get_queryset(request)
        return queryset.select_related("state", "target")

    def get_formset(self, request: HttpRequest, obj: State | None = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        states = tuple(State.objects.filter(flow=obj.flow_id)) if obj else ()
        formset.form = type("TransitionForm", (formset.form,), {"flow_states": states})
        target = formset.form.base_fields.get("target")
        if target is not None:
            target.queryset = State.objects.filter(flow=obj.flow_id if obj else None)
            target.widget = target.widget.widget  # states are created on the page of their flow
        return formset


@admin.register(State)
class StateAdmin(ProtectedDeleteAdmin):
    form = StateForm
    list_display = ("name", "flow", "kind", "says", "key")
    list_filter = ("flow", "kind")
    list_select_related = ("flow",)
    search_fields = ("name", "key", "text", "flow__name")
    search_help_text = _("Search in names, keys and texts.")
    ordering = ("flow", "position", "pk")
    inlines = (TransitionInline,)
    change_form_outer_before_template = "admin/flows/state.html"
    warn_unsaved_form = True

    class Media:
        css = {"all": ("conversations/flows.css",)}
        js = ("conversations/subflow_answers.js",)

    @property
    def fieldsets(self) -> Any:
        """Those that the kinds declare."""
        programs = {"fields": ("key",), "classes": ("collapse",)}
        return ((None, {"fields": step_fields.lines()}), (_("For programs"), programs))

    @property
    def conditional_fields(self) -> dict[str, str]:
        return shown_beside(step_fields.conditions(), IN_BOTH)

    @display(description=_("text"))
    def says(self, state: State) -> str:
        return shorten(state.text, 60)

    @display(description=_("texts in other languages"))
    def in_second_language(self, state: State) -> str:
        return texts_in(state, state.flow.also_in)

    def get_fieldsets(self, request: HttpRequest, obj: State | None = None) -> Any:
        """A new state names its flow, which cannot be changed later."""
        (_title, main), *others = self.fieldsets
        if obj is None:
            return ((None, {"fields": ("flow", *main["fields"])}), *others)
        return self.fieldsets_of(obj, may_change=self.has_change_permission(request, obj))

    def fieldsets_of(self, state: State, *, may_change: bool) -> Any:
        """The fields of a state, with a second column if its flow has another language."""
        if not state.flow.also_in:
            return self.fieldsets
        if may_change:
            return beside(self.fieldsets, IN_BOTH)
        return for_readers(beside(self.fieldsets, OF_THE_MODEL))

    def get_form(self, request: HttpRequest, obj: State | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Without the second column, which the form adds by itself."""
        kwargs["fields"] = without_second(self.get_fieldsets(request, obj))
        return super().get_form(request, obj, change, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: State | None = None) -> Any:
        """No transitions for an end, nor for a new step until it is saved."""
        return self.inlines if obj and kind_named(obj.kind).leads_on else ()

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """States are reached through their flow, not from the menu."""
        return {}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        state = State.objects.filter(pk=object_id).select_related("flow").first() if object_id.isdecimal() else None
        # Lazy: after saving, the response redirects and shows no picture.
        page = SimpleLazyObject(lambda: _page(state)) if state else None
        extra = {**(extra_context or {}), "state_page": page}
        response: HttpResponse = super().change_view(request, object_id, form_url, extra)
        return response

    def save_model(self, request: HttpRequest, obj: State, form: Any, change: bool) -> None:
        """A new step comes last."""
        services.open_draft(obj.flow)
        if not change:
            last = State.objects.filter(flow=obj.flow_id).aggregate(last=Max("position"))["last"]
            obj.position = (last or 0) + STEP
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """After this the step is whole, so its change can be undone on the graph."""
        super().save_related(request, form, formsets, change)
        done = DraftSnapshot.Change.SAVED if change else DraftSnapshot.Change.ADDED
        services.record_draft(form.instance.flow, done, step=form.instance.name, by=request.user)  # type: ignore[arg-type]

    def response_post_save_change(self, request: HttpRequest, obj: State) -> HttpResponse:
        return HttpResponseRedirect(change_url(obj.flow))

    def response_post_save_add(self, request: HttpRequest, obj: State) -> HttpResponse:
        return HttpResponseRedirect(change_url(obj))

    def delete_model(self, request: HttpRequest, obj: State) -> None:
        request.flow_to_show = obj.flow  # type: ignore[attr-defined]
        services.remove_step(obj, by=request.user)  # type: ignore[arg-type]

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        response: HttpResponse = super().response_delete(request, obj_display, obj_id)
        flow: Flow | None = getattr(request, "flow_to_show", None)
        return HttpResponseRedirect(change_url(flow)) if flow and response.status_code == 302 else response


def _page(state: State) -> dict[str, Any]:
    """The context of the part above the form."""
    around = list(State.objects.filter(flow=state.flow_id))
    index = around.index(state)
    return {
        "flow": state.flow,
        "before": around[index - 1] if index else None,
        "after": around[index + 1] if index + 1 < len(around) else None,
        "faults": [fault for fault in faults(state.flow) if fault.problem.state == state.name],
        "picture": picture(services.draft_of(state.flow), Marks(here=state.key, links=links(around))),
    }
