"""An explanation as values: lines that a page or a program shows."""

from dataclasses import dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True, kw_only=True)
class Link:
    """A row that a line is about, by its model, such as `conversations.Answer`; `query` is the part of its page."""

    model: str
    pk: int
    query: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that was decisive: `topic` names it for programs, `label` and `words` for people."""

    topic: str
    label: str
    words: str
    link: Link | None = None


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a message was sent; `by` is "" if that was not recorded. `version` and `state` are those of a flow."""

    by: str
    summary: str
    lines: tuple[Line, ...] = ()
    version: Any = None
    state: str = ""


def link_to(row: models.Model | None) -> Link | None:
    """A link to a row, if there is one."""
    return Link(model=row._meta.label, pk=row.pk) if row is not None else None
