"""Checks of an installation: each reports a problem and its remedy, and can be run again alone.

An app adds checks as subclasses of `Check`; `openuser/doctor` puts them in order.
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
    """The result of a check: `warn` works but needs attention, `bad` does not work."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of a check: `words` describe it, `remedy` says how to fix it, `where` where to click.

    `code` is stable, for programs; the texts are translated.
    """

    level: Level
    words: str
    code: str = ""
    remedy: str = ""
    where: str = ""


class Check(ABC):
    """One check; `after` names the checks that must pass before this one makes sense."""

    id: ClassVar[str]
    title: ClassVar[Any]
    after: ClassVar[tuple[str, ...]] = ()

    @property
    def key(self) -> str:
        """The check's ID, plus the name of its subject if there are several."""
        return self.id

    @property
    def subject(self) -> str:
        """The name of the examined thing, if there are several."""
        return ""

    @abstractmethod
    def run(self) -> Finding:
        """Run the check, without lasting side effects."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """A check, its finding and its duration."""

    check: Check
    finding: Finding
    seconds: float


def good(message: str) -> Finding:
    return Finding(level=Level.GOOD, words=message)


def warn(code: str, message: str, *, remedy: str = "", where: str = "") -> Finding:
    return Finding(level=Level.WARN, code=code, words=message, remedy=remedy, where=where)


def bad(code: str, message: str, *, remedy: str = "", where: str = "") -> Finding:
    return Finding(level=Level.BAD, code=code, words=message, remedy=remedy, where=where)


def run_checks(checks: Iterable[Check], *, failed: Mapping[str, str] | None = None) -> Iterator[Result]:
    """Run checks in order. Checks that depend on a failed one are skipped, and name it.

    `failed` maps the keys of checks that failed earlier to the title to name.
    """
    roots = dict(failed or {})
    for check in checks:
        began = time.monotonic()
        root = _root(check, roots)
        finding = _run(check) if root is None else not_checked(root)
        if finding.level in {Level.BAD, Level.SKIPPED}:
            roots[check.key] = root or str(check.title)
        yield Result(check=check, finding=finding, seconds=time.monotonic() - began)


def failures(checks: Iterable[Check], bad: Collection[str]) -> dict[str, str]:
    """The `failed` argument of `run_checks`, from the keys of the checks that were found bad."""
    roots: dict[str, str] = {}
    for check in checks:
        root = _root(check, roots)
        if root is not None or check.key in bad:
            roots[check.key] = root or str(check.title)
    return roots


def not_checked(root: str) -> Finding:
    """A skipped check, with the title of the check to fix first."""
    message = _("Not checked, because this check failed: %s.") % root
    return Finding(level=Level.SKIPPED, words=message, code="not_checked")


def _root(check: Check, roots: Mapping[str, str]) -> str | None:
    """The title of the failed check that this one depends on."""
    return next((roots[key] for name in check.after for key in (name, name + _scope(check)) if key in roots), None)


def _scope(check: Check) -> str:
    """The suffix of the key, so that checks of one application do not wait for those of another."""
    return check.key.removeprefix(check.id)


def _run(check: Check) -> Finding:
    try:
        return check.run()
    except Exception as error:  # a process edge: a crash of one check must not hide the others
        logger.exception("A check failed.", extra={"check": check.key})
        message = _("This check itself failed: %s.") % type(error).__name__
        return bad("error", message, remedy=_("The log has the details."))
