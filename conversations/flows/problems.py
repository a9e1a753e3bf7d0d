"""A problem of a flow: what is wrong at which step, and how to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem: `state` is the name of the step, "" for the whole flow."""

    code: str
    words: str
    state: str = ""
    is_error: bool = True

    def __str__(self) -> str:
        return f"{self.state}: {self.words}" if self.state else self.words
