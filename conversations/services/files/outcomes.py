"""The outcome of an import for each entry of a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from conversations.flows.problems import Problem
from core.interchange.row_differences import Difference, differences

Kind = Literal["flow", "answer", "document"]
PARTS: Mapping[Kind, str] = {"flow": "flows", "answer": "answers", "document": "documents"}
"""The part of a file that holds each kind."""
Verdict = Literal["new", "changed", "same"]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """The outcome of one entry: its `differences` from the row, and the `problems` of a flow before it is published."""

    kind: Kind
    name: str
    verdict: Verdict
    pk: int
    differences: tuple[Difference, ...] = ()
    problems: tuple[Problem, ...] = ()


def outcome(kind: Kind, name: str, pk: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> Imported:
    """The outcome for a row, from its entry as it was and as it is; `before` is empty for a new one."""
    verdict: Verdict = "same" if before == after else "changed" if before else "new"
    changed = differences(_by_key(before), _by_key(after)) if verdict == "changed" else ()
    return Imported(kind=kind, name=name, verdict=verdict, pk=pk, differences=tuple(changed))


def _by_key(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry whose steps are told by their keys, so that a step that was inserted does not change all after it."""
    if "steps" not in entry:
        return dict(entry)
    steps = {step["key"]: {name: value for name, value in step.items() if name != "key"} for step in entry["steps"]}
    return {**entry, "steps": steps, "order": list(steps)}
