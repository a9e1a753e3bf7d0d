"""The flows that steps run, as they are published now."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from conversations.machine.levels import Published
from conversations.machine.values import Machine
from conversations.models import Flow, FlowVersion


@dataclass(frozen=True, kw_only=True)
class Library:
    """The flows that can run in steps, by key. `known` are those that a step names, also if they do not run; `versions`
    are the rows of the running ones.
    """

    flows: Mapping[int, Published] = field(default_factory=dict)
    known: Mapping[int, Flow] = field(default_factory=dict)
    versions: Mapping[int, FlowVersion] = field(default_factory=dict)

    @property
    def machines(self) -> list[Machine]:
        """All that can run."""
        return [one.machine for one in self.flows.values()]

    def machine(self, flow: int | None) -> Machine | None:
        """The running version of a flow; None if it is not published, switched off or gone."""
        version = self.flows.get(flow) if flow else None
        return version.machine if version else None


def library_for(machines: Iterable[Machine]) -> Library:
    """The flows that these machines run, and those that they run in turn: a query for each level."""
    flows, known, versions = dict[int, Published](), dict[int, Flow](), dict[int, FlowVersion]()
    wanted = {flow for machine in machines for flow in flows_in(machine)}
    while wanted:
        rows = Flow.objects.select_related("live").in_bulk(wanted)
        known |= rows
        for pk, row in rows.items():
            if row.live is None or not row.enabled:
                continue
            row.live.flow = row
            with suppress(ValueError):  # of a format that is not read any more
                flows[pk] = Published(version=row.live.pk, machine=row.live.machine)
                versions[row.live.pk] = row.live
        missing = {one for pk in rows if pk in flows for one in flows_in(flows[pk].machine)}
        wanted = missing - known.keys()
    return Library(flows=flows, known=known, versions=versions)


def flows_in(machine: Machine) -> list[int]:
    """The flows that steps of a machine run, in the order of the steps."""
    named = (node.subflow.flow for node in machine.nodes if node.subflow)
    return list(dict.fromkeys(flow for flow in named if flow))
