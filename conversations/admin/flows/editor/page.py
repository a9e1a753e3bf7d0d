"""The page of the graph: the drawing, the steps as a list, and its state for the script."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse

from conversations import services
from conversations.admin.flows.flow_graph import drawing, links
from conversations.flows.graph import Marks
from conversations.flows.problems import Problem
from conversations.machine.nodes.node import Node
from conversations.models import Flow, State
from core.web.admin import change_url

VIEW = "conversations.view_flow"
EDIT = tuple(
    f"conversations.{verb}_{model}" for model in ("state", "transition") for verb in ("add", "change", "delete")
)
PUBLISH = "conversations.publish_flow"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A step in the list beside the drawing, with the steps that it leads to."""

    step: State
    url: str
    targets: tuple[str, ...]
    problems: tuple[Problem, ...]


def graph_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; with `part` in the query only its live parts, or nothing if the draft still equals `seen`."""
    flow = viewable(request, pk)
    if "part" in request.GET:
        if request.GET.get("seen") == services.draft_fingerprint(flow):
            return HttpResponse(status=204)
        return HttpResponse(live(request, flow))
    context = {
        **admin.site.each_context(request),
        **parts(request, flow),
        "title": flow.name,
        "opts": Flow._meta,
        "media": admin.site.get_model_admin(State).media,
        "may_publish": request.user.has_perm(PUBLISH),
    }
    return TemplateResponse(request, "admin/flows/editor/page.html", context)


def viewable(request: HttpRequest, pk: int) -> Flow:
    """The flow. Raises `PermissionDenied` without the right to view it."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    return get_object_or_404(Flow.objects.select_related("live"), pk=pk)


def live(request: HttpRequest, flow: Flow) -> str:
    """The parts of the page that a change of the draft changes."""
    return render_to_string("admin/flows/editor/live.html", parts(request, flow), request)


def parts(request: HttpRequest, flow: Flow) -> dict[str, Any]:
    """The context of those parts."""
    states = list(flow.states.prefetch_related("transitions__target").order_by("position", "pk"))
    machine = services.draft_of(flow, states)
    problems = services.check_flow(flow, machine)
    by_key = {node.key: tuple(problem for problem in problems if problem.state == node.name) for node in machine.nodes}
    names = {node.key: node.name for node in machine.nodes}
    counts = services.sessions_by_state(flow)
    marks = Marks(counts=counts, links=links(states), problems=by_key)
    nodes = {node.key: node for node in machine.nodes}
    return {
        "flow": flow,
        "seen": services.draft_fingerprint(flow),
        "drawing": drawing(machine, marks),
        "steps": [_listed(state, nodes[state.key], names, by_key[state.key]) for state in states],
        "problems": problems,
        "errors": sum(problem.is_error for problem in problems),
        "is_changed": services.readable_machine(flow.live) != machine,
        "waiting": sum(counts.values()),
        "undo": services.next_undo(flow),
        "redo": services.next_redo(flow),
        "may_edit": request.user.has_perms(EDIT),
    }


def _listed(state: State, node: Node, names: dict[str, str], problems: tuple[Problem, ...]) -> Listed:
    targets = dict.fromkeys(names[edge.to] for edge in node.edges if edge.to in names)
    return Listed(step=state, url=change_url(state), targets=tuple(targets), problems=problems)
