"""Marks that the drawing shows besides the flow itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from conversations.flows.problems import Problem
from conversations.machine.edges import On


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number on the drawing, in words for its title, and the URL of the rows that it counts."""

    sort: str
    count: int
    words: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Run:
    """The flow that a step runs: its name, and the page of its graph."""

    name: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Marks on states, by key, and on the ways between them, as (from, to). Unknown keys are ignored.

    `here` is the state to mark, `counts` are the waiting members, `links` the URLs of boxes, `problems` the faults of a
    state, and `walked` the ways that were taken. `states` and `ways` have a tone each: added, removed, changed, covered
    or uncovered. `numbers` stand in boxes, `way_numbers` on ways. `runs` are the flows that states run.
    """

    here: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    walked: Collection[tuple[str, str]] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[tuple[str, str], str] = field(default_factory=dict)
    numbers: Mapping[str, Sequence[Number]] = field(default_factory=dict)
    way_numbers: Mapping[tuple[str, On, str], Number] = field(default_factory=dict)
    runs: Mapping[str, Run] = field(default_factory=dict)

    @property
    def visited(self) -> set[str]:
        """The states that the taken ways touch."""
        return {key for way in self.walked for key in way}
