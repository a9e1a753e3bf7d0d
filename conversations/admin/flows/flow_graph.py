"""The picture of a flow on a page, and its problems, with links to the states that have them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from conversations import services
from conversations.flows.graph import Marks, svg
from conversations.flows.problems import Problem
from conversations.machine.values import Machine
from conversations.models import Flow, FlowVersion, State
from core.web.admin import change_url

NO_MARKS = Marks()


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A problem, the page of its state, and the page of the row it collides with."""

    problem: Problem
    url: str = ""
    about_url: str = ""


def drawing(machine: Machine, marks: Marks = NO_MARKS) -> SafeString | str:
    """The drawing itself, with links to the graphs of its sub-flows; "" for a flow without steps."""
    marks = replace(marks, runs=services.subflow_runs(machine, lambda pk: reverse("draft-graph", args=[pk])))
    return svg(machine, marks) if machine.nodes else ""


def picture(machine: Machine, marks: Marks = NO_MARKS) -> SafeString:
    """The picture in a scrollable frame."""
    return render_to_string("admin/flows/picture.html", {"drawing": drawing(machine, marks)})


def picture_of(version: FlowVersion, *, here: str = "") -> SafeString:
    """The picture of a version, or a notice if its format is not readable."""
    machine = services.readable_machine(version)
    if machine is None:
        return render_to_string("admin/flows/picture.html", {"unreadable": True})
    return picture(machine, Marks(here=here))


def faults(flow: Flow) -> list[Fault]:
    """The problems of the draft, errors first."""
    states: dict[str, State] = {}
    for state in flow.states.order_by("-position", "-pk"):
        states[state.name] = state
    return [
        Fault(
            problem=problem,
            url=change_url(states[problem.state]) if problem.state in states else "",
            about_url=change_url(problem.about) if problem.about else "",
        )
        for problem in services.check_flow(flow)
    ]


def links(states: Iterable[State]) -> dict[str, str]:
    """The page of each state."""
    return {state.key: change_url(state) for state in states}
