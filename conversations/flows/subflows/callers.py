"""Which flows run a flow in one of their steps."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from conversations.machine.nodes.registry import kinds_with
from conversations.machine.subflows import Subflow
from conversations.models import Flow, FlowVersion, State


def drafts_running(flow: Flow) -> list[State]:
    """The steps of drafts that run it, with their flows."""
    return list(_running_steps().filter(subflow=flow).exclude(flow=flow).select_related("flow"))


def live_callers(flow: Flow) -> dict[str, tuple[Subflow, ...]]:
    """The published flows that run it, by name."""
    return {version.flow.name: running for version in _live() if (running := tuple(_running(version, flow.pk)))}


def callers_of(flow: Flow) -> list[Flow]:
    """The flows whose draft or running version runs it, by name."""
    callers = {state.flow.pk: state.flow for state in drafts_running(flow)}
    callers |= {version.flow.pk: version.flow for version in _live() if any(_running(version, flow.pk))}
    callers.pop(flow.pk, None)
    return sorted(callers.values(), key=lambda one: one.name)


def all_callers_of(flow: Flow) -> list[Flow]:
    """The flows whose draft or running version runs it, directly or through others, by name."""
    callers: dict[int, set[int]] = {}
    for called, caller in _running_steps().values_list("subflow", "flow").distinct():
        callers.setdefault(called, set()).add(caller)
    for version in _live():
        for called in _called(version):
            callers.setdefault(called, set()).add(version.flow_id)
    found, ahead = set[int](), [flow.pk]
    while ahead:
        new = callers.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return list(Flow.objects.filter(pk__in=found - {flow.pk}).select_related("live").order_by("name"))


def _running_steps() -> QuerySet[State]:
    """The steps of drafts that run a flow; one that did before it became of another kind runs none."""
    return State.objects.filter(kind__in=kinds_with("subflow"), subflow__isnull=False)


def _live() -> Iterable[FlowVersion]:
    """The versions that run, of flows that have a step that runs another one."""
    rows = FlowVersion.objects.filter(pk__in=Flow.objects.filter(live__isnull=False).values("live"))
    rows = rows.annotate(written=Cast("definition", TextField())).filter(written__contains='"subflow"')
    return rows.select_related("flow").order_by("flow__name")


def _called(version: FlowVersion) -> set[int]:
    return {one.flow for one in _subflows(version) if one.flow}


def _running(version: FlowVersion, flow: int) -> Iterator[Subflow]:
    return (one for one in _subflows(version) if one.flow == flow)


def _subflows(version: FlowVersion) -> Iterator[Subflow]:
    try:
        machine = version.machine
    except ValueError:  # of a format that is not read any more
        return
    yield from (node.subflow for node in machine.nodes if node.subflow is not None)
