"""A problem of a flow: the fault, its step, and the remedy."""

from dataclasses import dataclass

from django.db.models import Model


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem: `state` is the name of the step, "" for the whole flow; `about` is the row that it collides with."""

    code: str
    words: str
    state: str = ""
    is_error: bool = True
    about: Model | None = None

    def __str__(self) -> str:
        return f"{self.state}: {self.words}" if self.state else self.words
