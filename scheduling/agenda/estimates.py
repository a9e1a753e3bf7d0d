"""How many members get an entry, and whether two entries reach the same ones: about, and kept for ten minutes.

A large company takes a second for each audience, so an audience without a kept count is only counted for as long as a
caller allows; the rest stays unknown, and a later call goes on.
"""

import hashlib
import json
import time
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.db.models import Q

from core.storage import lenient_cache
from scheduling.agenda.agenda_entries import Audience
from scheduling.agenda.sender_calendars import Applications
from scheduling.audience import reach
from scheduling.audience.audience_rule import AudienceRule, Selection
from scheduling.exceptions import SchedulingError
from scheduling.segments.query import Compiler
from wecom.models import Member

KEPT_SECONDS = 600
BROKEN = -1  # names what does not exist any more

T = TypeVar("T", int, bool)


class Estimates:
    """Counts audiences, each once. `uncounted` is how many answers are missing because the time was up."""

    def __init__(self, applications: Applications, *, today: date, seconds: float) -> None:
        self.applications = applications
        self.today = today
        self.uncounted = 0
        self._until = time.monotonic() + seconds
        self._known: dict[str, int | bool | None] = {}
        self._digests: dict[int, tuple[Audience, str]] = {}
        self._pairs: dict[tuple[str, str], bool] = {}
        self._compilers: dict[int, Compiler] = {}

    def members(self, audience: Audience) -> int | None:
        """How many members would get it today; None where that is not known (yet)."""
        count = self._answer(f"count:{self._digest(audience)}", lambda: self._count(audience))
        return None if count == BROKEN else count

    def overlap(self, audience: Audience, other: Audience) -> bool:
        """Whether a member is in both; False where that is not known (yet)."""
        # The entries of a campaign share one audience, so that a month has few pairs of them.
        pair = (self._digest(audience), self._digest(other))
        if pair not in self._pairs:
            self._pairs[pair] = self._overlap(audience, other)
        return self._pairs[pair]

    def _overlap(self, audience: Audience, other: Audience) -> bool:
        if self.applications.company(audience.application) != self.applications.company(other.application):
            return False
        sure = surely_overlap(audience.rule, other.rule)
        if sure is not None:
            return sure
        names = sorted((self._digest(audience), self._digest(other)))
        return bool(self._answer(f"overlap:{':'.join(names)}", lambda: self._both(audience, other)))

    def _answer(self, name: str, find: Callable[[], T]) -> T | None:
        if name not in self._known:
            answer = lenient_cache.kept(
                f"agenda:{name}", lambda: find() if time.monotonic() < self._until else None, seconds=KEPT_SECONDS
            )
            self.uncounted += answer is None
            self._known[name] = answer
        return self._known[name]  # type: ignore[return-value]

    def _count(self, audience: Audience) -> int:
        application = self.applications.rows[audience.application]
        try:
            members = reach.members_of(
                audience.rule, application=application, today=self.today, compiler=self._compiler(audience)
            )
        except SchedulingError:
            return BROKEN
        return reach.with_reasons(members, application=application).filter(skip_reason="").count()

    def _both(self, audience: Audience, other: Audience) -> bool:
        try:
            conditions = [self._condition(audience), self._condition(other)]
        except SchedulingError:
            return False
        company = self.applications.company(audience.application)
        here = Member.objects.filter(corporation=company).exclude(status=Member.Status.LEFT)
        return here.filter(*conditions).exists()

    def _condition(self, audience: Audience) -> Q:
        compiler = self._compiler(audience)
        return reach.selected(audience.rule.include, compiler) & ~reach.selected(audience.rule.exclude, compiler)

    def _compiler(self, audience: Audience) -> Compiler:
        corporation = self.applications.rows[audience.application].corporation
        if corporation.pk not in self._compilers:
            self._compilers[corporation.pk] = Compiler(corporation, today=self.today)
        return self._compilers[corporation.pk]

    def _digest(self, audience: Audience) -> str:
        if id(audience) not in self._digests:
            whole = {"application": audience.application, "day": f"{self.today}", "rule": audience.rule.as_json()}
            digest = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:32]
            self._digests[id(audience)] = (audience, digest)  # which keeps the audience, and so its ID
        return self._digests[id(audience)][1]


def surely_overlap(rule: AudienceRule, other: AudienceRule) -> bool | None:
    """Whether two audiences overlap, without the directory; None where only that knows."""
    if _only_members(rule.include) and _only_members(other.include):
        named = set(rule.include.members) - set(rule.exclude.members)
        others = set(other.include.members) - set(other.exclude.members)
        if not named & others:
            return False
        return None if rule.exclude or other.exclude else True
    if rule.exclude or other.exclude:
        return None
    if rule == other or rule.include.everyone or other.include.everyone:
        return bool(rule.include) and bool(other.include)
    names = ("departments", "tags", "segments", "members")
    shared = any(set(getattr(rule.include, name)) & set(getattr(other.include, name)) for name in names)
    return True if shared or (rule.include.sheet and rule.include.sheet == other.include.sheet) else None


def _only_members(selection: Selection) -> bool:
    return set(selection.as_json()) <= {"members"}
