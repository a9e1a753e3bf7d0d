"""Checks that say what is wrong and what helps. Run in order; each can be run again alone.

An app writes its own as subclasses of `Check`; `openuser/doctor` puts them in order.
"""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


class Level(StrEnum):
    """How it stands: `warn` works but deserves a look, `bad` does not work."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a check found: `words` say what is the case, `remedy` what helps, `where` where to click.

    `code` names the finding for programs, and stays the same in every language.
    """

    level: Level
    words: str
    code: str = ""
    remedy: str = ""
    where: str = ""


class Check(ABC):
    """One thing that must be in order; `after` names checks without which this one would say nothing."""

    id: ClassVar[str]
    title: ClassVar[Any]
    after: ClassVar[tuple[str, ...]] = ()

    @property
    def key(self) -> str:
        """Which check, of what."""
        return self.id

    @property
    def subject(self) -> str:
        """The name of what is looked at, where there may be several."""
        return ""

    @abstractmethod
    def look(self) -> Finding:
        """See how it stands. Changes nothing that anybody would notice."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """A check, what it found, and how long that took."""

    check: Check
    finding: Finding
    seconds: float


def good(words: str) -> Finding:
    return Finding(level=Level.GOOD, words=words)


def warn(code: str, words: str, *, remedy: str = "", where: str = "") -> Finding:
    return Finding(level=Level.WARN, code=code, words=words, remedy=remedy, where=where)


def bad(code: str, words: str, *, remedy: str = "", where: str = "") -> Finding:
    return Finding(level=Level.BAD, code=code, words=words, remedy=remedy, where=where)


def run(checks: Iterable[Check], *, failed: Mapping[str, str] | None = None) -> Iterator[Result]:
    """Every check in turn. What needs one that failed is not looked at, and says which that was.

    `failed` has the keys of those that failed before, each with the title to name.
    """
    roots = dict(failed or {})
    for check in checks:
        began = time.monotonic()
        root = _root(check, roots)
        finding = _look(check) if root is None else not_checked(root)
        if finding.level in {Level.BAD, Level.SKIPPED}:
            roots[check.key] = root or str(check.title)
        yield Result(check=check, finding=finding, seconds=time.monotonic() - began)


def consequences(checks: Iterable[Check], bad: Collection[str]) -> dict[str, str]:
    """What `run` takes as `failed`, where only the keys of those are known that were found bad."""
    roots: dict[str, str] = {}
    for check in checks:
        root = _root(check, roots)
        if root is not None or check.key in bad:
            roots[check.key] = root or str(check.title)
    return roots


def not_checked(root: str) -> Finding:
    """That something else must be mended first."""
    words = _("Not checked, because this is not in order: %s.") % root
    return Finding(level=Level.SKIPPED, words=words, code="not_checked")


def _root(check: Check, roots: Mapping[str, str]) -> str | None:
    """The title of what must be mended before this check says anything."""
    return next((roots[key] for name in check.after for key in (name, name + _scope(check)) if key in roots), None)


def _scope(check: Check) -> str:
    """What the key has behind the name; checks of one thing do not wait for those of another."""
    return check.key.removeprefix(check.id)


def _look(check: Check) -> Finding:
    try:
        return check.look()
    except Exception as error:  # a process edge: one check that fails must not hide the others
        logger.exception("A check failed.", extra={"check": check.key})
        words = _("This check itself failed: %s.") % type(error).__name__
        return bad("error", words, remedy=_("The log has the details."))
