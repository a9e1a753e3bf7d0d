"""Where a session is in a flow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from conversations.machine.values import Outcome


@dataclass(frozen=True, kw_only=True)
class Place:
    """The position of a session. `given` is the data it began with; `path` are the questions answered so far;
    `wakes_at` is the end of a wait."""

    at: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    tries: int = 0
    reminded: bool = False
    outcome: Outcome | None = None
    wakes_at: datetime | None = None
