"""The outcome of an import for each entry of a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.interchange.row_differences import Difference, differences
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Segment, Series

Kind = Literal["segment", "campaign", "series"]
PARTS: Mapping[Kind, str] = {"segment": "segments", "campaign": "campaigns", "series": "series"}
"""The part of a file that holds each kind."""
Verdict = Literal["new", "changed", "same"]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """The outcome of one entry: its `differences` from the row, and the fields `missing` before it can be approved."""

    kind: Kind
    name: str
    verdict: Verdict
    pk: int
    differences: tuple[Difference, ...] = ()
    missing: tuple[SchedulingError, ...] = ()


def outcome(
    kind: Kind,
    row: Segment | Campaign | Series,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    missing: Sequence[SchedulingError] = (),
) -> Imported:
    """The outcome for a row, from its entry as it was and as it is; `before` is empty for a new one."""
    verdict: Verdict = "same" if before == after else "changed" if before else "new"
    changed = tuple(differences(before, after)) if verdict == "changed" else ()
    return Imported(kind=kind, name=row.name, verdict=verdict, pk=row.pk, differences=changed, missing=tuple(missing))
