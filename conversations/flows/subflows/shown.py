"""The flows that the steps of a flow run, for its drawing."""

from collections.abc import Callable

from conversations.flows.graph.marks import Run
from conversations.flows.subflows.library import flows_in
from conversations.machine.values import Machine
from conversations.models import Flow


def runs_of(machine: Machine, url: Callable[[int], str] | None = None) -> dict[str, Run]:
    """The flow of each step that runs one, by the key of the step; `url` gives the page of a flow."""
    flows = flows_in(machine)
    names = dict(Flow.objects.filter(pk__in=flows).values_list("pk", "name")) if flows else {}
    return {
        node.key: Run(name=names[node.subflow.flow], url=url(node.subflow.flow) if url else "")
        for node in machine.nodes
        if node.subflow is not None and node.subflow.flow in names
    }
