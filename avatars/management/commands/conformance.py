"""`manage.py conformance`: checks the engines of the settings against the demands on engines."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from avatars import services
from avatars.conformance.base import Check, CheckRequest, Outcome, Verdict
from avatars.exceptions import StudioError
from avatars.reasons import availability
from core import backends

MARKS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.NOT_RUN: "–"}
LEAST_SECONDS = 120.0  # seconds for an engine's test renders, even where its own limit is shorter: models have to load
RENDERS = 2.5  # a check may render twice
KINDS = tuple(kind for kind in services.EngineKind if kind.value in services.ENGINE_CHECKS)
Results = Iterator[tuple[Check, Outcome]]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An engine of the settings, and its availability."""

    kind: services.EngineKind
    name: str
    availability: services.EngineAvailability

    @property
    def time_limit(self) -> float:
        """Seconds for one check: the engine's own limit for a video or a sentence, and some more."""
        entry = backends.entry(self.kind.setting, self.name)
        own = entry.get("time_limit") or entry.get("options", {}).get("time_limit") or 0.0
        return max(LEAST_SECONDS, RENDERS * float(own))


class Command(BaseCommand):
    """Ends with status 1 where a check fails, or where an engine that was named cannot be checked."""

    help = "Check the engines that the settings name against what is demanded of engines; no database is needed."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--engine", action="append", default=[], metavar="NAME", help="one; may be repeated")
        parser.add_argument("--voice", default="", help="to speak with; else the one that the settings name")
        parser.add_argument("--speaks", default="", choices=["", "zh", "en", "both"], help="what a voice is to speak")
        parser.add_argument("--seconds", type=float, help="for one check; else by the engine's own time limit")
        parser.add_argument("--list", action="store_true", help="the checks, and what they demand")
        parser.add_argument("--json", action="store_true", help="for programs: an array of objects")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], help="of the answers")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"] or settings.LANGUAGE_CODE):
            if options["list"]:
                self._list()
            else:
                self._handle(options)

    def _list(self) -> None:
        for kind in KINDS:
            self.stdout.write(str(kind.label))
            for check in services.ENGINE_CHECKS[kind.value]:
                self.stdout.write(f"  {check.key:<12} {check.title}")

    def _handle(self, options: dict[str, Any]) -> None:
        self._voice, self._speaks, self._seconds = options["voice"], options["speaks"], options["seconds"]
        subjects = _chosen(options["engine"])
        rows: list[dict[str, Any]] = []
        studio = services.Studio()
        try:
            for subject in subjects:
                rows += self._told(subject, studio, quiet=options["json"])
        except KeyboardInterrupt as stop:
            raise CommandError(_("Stopped."), returncode=130) from stop
        finally:
            studio.close()
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
        else:
            self._sum_up(rows)
        bad = {Verdict.FAILED}
        unchecked = options["engine"] and any(not subject.availability.ok for subject in subjects)
        if unchecked or any(row["verdict"] in bad for row in rows):
            sys.exit(1)

    def _told(self, subject: Subject, studio: services.Studio, *, quiet: bool) -> list[dict[str, Any]]:
        """Check an engine, and say so line by line."""
        if not quiet:
            self.stdout.write(self.style.MIGRATE_HEADING(f"{subject.kind.label} · {subject.name}"))
        rows = []
        for check, outcome in self._results(subject, studio):
            rows.append(_row(subject, check, outcome))
            # A missing requirement is printed once, not for every check.
            if not quiet and (subject.availability.ok or len(rows) == 1):
                self._say(rows[-1], titled=subject.availability.ok)
        return rows

    def _results(self, subject: Subject, studio: services.Studio) -> Results:
        checks = services.ENGINE_CHECKS[subject.kind.value]
        if not subject.availability.ok:
            message, remedy = availability.lack(subject.availability), availability.supply(subject.availability)
            lacking = Outcome(verdict=Verdict.NOT_RUN, words=message, remedy=remedy)
            yield from ((check, lacking) for check in checks)
            return
        voice = self._voice or str(backends.entry(subject.kind.setting, subject.name).get("voice", ""))
        rest = list(checks)
        while rest:
            check = rest.pop(0)
            wish = CheckRequest(
                kind=subject.kind.value,
                engine=subject.name,
                check=check.key,
                voice=voice if subject.kind is services.EngineKind.SPEECH else "",
                language=self._speaks,
            )
            outcome, alive = self._outcome(studio, wish, self._seconds or subject.time_limit)
            yield check, outcome
            if not alive or (check is checks[0] and outcome.verdict is Verdict.FAILED):
                message = _("The check “%(title)s” failed before.") % {"title": check.title}
                yield from ((other, Outcome(verdict=Verdict.NOT_RUN, words=message)) for other in rest)
                return

    def _outcome(self, studio: services.Studio, wish: CheckRequest, limit: float) -> tuple[Outcome, bool]:
        """The outcome of a check, and whether its engine is alive after it."""
        try:
            memory = settings.AVATARS["MEMORY_LIMIT_MB"]
            return studio.check_engine(wish, time_limit=limit, memory_limit_mb=memory), True
        except StudioError as error:
            message, remedy = _VIOLENT.get(error.code, ("", ""))
            said = (_(message) % {"seconds": limit}) if message else f"{error.message} ({error.code})"
            return Outcome(verdict=Verdict.FAILED, words=said, remedy=_(remedy) if remedy else ""), False

    def _say(self, row: dict[str, Any], *, titled: bool) -> None:
        verdict = Verdict(row["verdict"])
        style = {Verdict.PASSED: self.style.SUCCESS, Verdict.FAILED: self.style.ERROR}.get(verdict, self.style.WARNING)
        title = f"{row['check']:<12} {row['title']}" if titled else _("not available, so nothing was run")
        self.stdout.write(f"  {style(MARKS[verdict])} {title}")
        for line in (row["words"], row["remedy"]):
            if line:
                self.stdout.write(f"      → {line}")
        self.stdout.flush()

    def _sum_up(self, rows: list[dict[str, Any]]) -> None:
        counts = {verdict.value: sum(row["verdict"] == verdict for row in rows) for verdict in Verdict}
        self.stdout.write(_("%(passed)d passed, %(failed)d failed, %(not_run)d not run") % counts)


_VIOLENT = {
    "time_limit": (
        gettext_noop("It took longer than %(seconds).0f s, and was ended."),
        gettext_noop("See what it waits for; give it more time with --seconds where it is only slow."),
    ),
    "memory_limit": (
        gettext_noop("It needed too much memory, and was ended."),
        gettext_noop("OPENUSER_RENDER_MEMORY_MB sets a worker's memory limit."),
    ),
    "studio_died": (
        gettext_noop("Its process died."),
        gettext_noop("See the log: a library that it uses may have crashed."),
    ),
}


def _chosen(wanted: list[str]) -> list[Subject]:
    """The engines of these names, all of them without. Raises `CommandError` for a name that there is not."""
    known = [
        Subject(kind=kind, name=name, availability=availability)
        for kind in KINDS
        for name, availability in services.engine_availabilities(kind)
    ]
    names = {subject.name for subject in known}
    for name in wanted:
        if name not in names:
            message = _("There is no engine “%(name)s” in the settings; there are: %(names)s.")
            raise CommandError(message % {"name": name, "names": ", ".join(sorted(names))})
    return [subject for subject in known if not wanted or subject.name in wanted]


def _row(subject: Subject, check: Check, outcome: Outcome) -> dict[str, Any]:
    """A result as programs and people read it."""
    failed = outcome.verdict is Verdict.FAILED
    message = _(outcome.words) if outcome.words else ""
    return {
        "kind": subject.kind.value,
        "engine": subject.name,
        "check": check.key,
        "title": str(check.title),
        "verdict": outcome.verdict.value,
        "words": message % outcome.values if outcome.values else message,
        "remedy": outcome.remedy or (str(check.remedy) if failed else ""),
    }
