"""A check of an engine, its outcome, and the exceptions by which a check ends."""

import logging
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from avatars.exceptions import AvatarError

logger = logging.getLogger("avatars.conformance")


class Verdict(StrEnum):
    """The outcome of a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcome of a check: `words` are a message of the catalogues with its `values`, `remedy` is an error's own."""

    verdict: Verdict
    words: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One demand on an engine. `test` takes the stage of its kind, and raises `Broken` if it is not met.

    `title` is the demand and `remedy` the advice for an engine that fails it, both translated.
    """

    key: str
    title: Any
    remedy: Any
    test: Callable[[Any], None]


@dataclass(frozen=True, kw_only=True)
class CheckRequest:
    """An engine of the settings to check (`kind` is a key of `CHECKS`), and the check.

    `voice` is for speech engines; `language` is "zh", "en", "both", or "" for the first that the engine takes.
    """

    kind: str
    engine: str
    check: str
    voice: str = ""
    language: str = ""


class _Said(Exception):
    """Ends a check, with a message of the catalogues and its values."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message, values)
        self.words, self.values = message, values

    def __str__(self) -> str:
        return self.words % self.values if self.values else self.words


class Broken(_Said):
    """A demand is not met."""


class NotApplicable(_Said):
    """There is nothing to check here."""


def demand(met: bool, message: str, **values: Any) -> None:
    """Raise `Broken` with these words unless it is met."""
    if not met:
        raise Broken(message, **values)


def judged(check: Check, stage: Any) -> Outcome:
    """The outcome of a check. Any exception of the engine becomes its outcome: here third-party code runs."""
    try:
        check.test(stage)
    except Broken as broken:
        return Outcome(verdict=Verdict.FAILED, words=broken.words, values=broken.values)
    except NotApplicable as reason:
        return Outcome(verdict=Verdict.NOT_RUN, words=reason.words, values=reason.values)
    except AvatarError as error:
        return failure(error)
    except Exception as error:  # noqa: BLE001 - here third-party code runs
        return _raised(error)
    return Outcome(verdict=Verdict.PASSED)


def failure(error: AvatarError) -> Outcome:
    """The outcome of a check that an error ended."""
    return Outcome(verdict=Verdict.FAILED, words=f"{error.message} ({error.code})", remedy=error.remedy)


def _raised(error: Exception) -> Outcome:
    """The message and the place of an exception that no engine may raise; the texts of checks are no secret."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"
    logger.warning("A check met an exception.", extra={"kind": type(error).__name__, "at": place})
    return Outcome(verdict=Verdict.FAILED, words=f"{type(error).__name__}: {error} ({place})")
