"""The flaws of a file: all at once, each with its place and the remedy."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.exceptions import OpenUserError

Place = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """One thing that is wrong. `line` is None where the place is not in the file, such as something that is missing."""

    place: str
    words: str
    remedy: str
    code: str
    line: int | None = None


class FileError(OpenUserError):
    """A flaw that keeps rows from becoming a file, or a file from becoming rows."""


class FileRefused(FileError):
    """A file that nothing is taken over from."""

    def __init__(self, message: str = "", *, flaws: Sequence[Flaw] = (), **options: str) -> None:
        super().__init__(message, **options)
        self.flaws = tuple(flaws)


@dataclass(kw_only=True)
class Findings:
    """Collects the flaws of a file. `lines` has the line of each place in the file.

    `inner_lists` has the fields whose errors count the entries of a list in them: with `{"rule": "rules"}` the error of
    `rule.1.value` is one of the place `rule.rules[1].value`.
    """

    lines: dict[Place, int] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    inner_lists: Mapping[str, str] = field(default_factory=dict)

    def copy(self) -> "Findings":
        return replace(self, flaws=list(self.flaws))

    def add(self, place: Place, message: str, remedy: str, *, code: str = "file_invalid") -> None:
        self.flaws.append(
            Flaw(place=written(place), words=message, remedy=remedy, code=code, line=self._line_of(place)),
        )

    def add_error(self, place: Place, error: OpenUserError) -> None:
        """The error of a service, whose field lies below a place."""
        self.add((*place, *self._parts(error.field)), error.message, error.remedy, code=error.code)

    def add_invalid(self, place: Place, error: ValidationError, remedy: str) -> None:
        """The error that a field of a model has for a value."""
        self.add(place, " ".join(error.messages), remedy)

    def below(self, place: Place) -> bool:
        """Whether something at a place, or in it, is wrong."""
        if not place:
            return bool(self.flaws)
        start = written(place)
        return any(flaw.place == start or flaw.place.startswith((f"{start}.", f"{start}[")) for flaw in self.flaws)

    def refuse(self) -> None:
        """Raise `FileRefused` if anything is wrong, in the order of the lines."""
        if self.flaws:
            raise refused(sorted(self.flaws, key=lambda flaw: flaw.line or 0))

    def _line_of(self, place: Place) -> int | None:
        """The line of a place; of the nearest enclosing place, if the file lacks it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place)

    def _parts(self, field_name: str) -> Place:
        """The field of an error as a place."""
        first = field_name.partition(".")[0]
        parts: list[str | int] = []
        for part in filter(None, field_name.split(".")):
            if re.fullmatch(r"\d{1,6}", part):
                parts += [self.inner_lists[first], int(part)] if first in self.inner_lists else [int(part)]
            else:
                parts.append(part)
        return tuple(parts)


def refused(flaws: Sequence[Flaw]) -> FileRefused:
    """The error of a file with these flaws: the first of them, and how many more there are."""
    first, more = flaws[0], len(flaws) - 1
    message = f"{first.place}: {first.words}" if first.place else first.words
    if more:
        message = _("%(first)s (and %(more)d more)") % {"first": message, "more": more}
    return FileRefused(message, flaws=flaws, code=first.code, remedy=first.remedy, field=first.place)


def written(place: Place) -> str:
    """A place as people write it: `campaigns[2].contents.en.text`."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return path.removeprefix(".")
