"""The member, moment and language that a trial plays."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from conversations import services
from conversations.exceptions import FlowError
from conversations.machine.formulas.values import Context, stored
from conversations.machine.spoken import spoken_in
from conversations.machine.values import Machine
from conversations.models import Desk
from wecom.models import Application, Member

SEE_MEMBERS = "wecom.view_member"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The member that is played, the day that counts as today, and the time of it; without one, the real ones.

    `language` is one that is chosen for the trial; by default the member's.
    """

    member: Member | None = None
    day: date | None = None
    clock: time | None = None
    language: str = ""

    @property
    def application(self) -> Application | None:
        """Whose directory is searched: the application of the member, or the default one."""
        rows = Application.objects.order_by("-is_default")
        return (rows.filter(corporation=self.member.corporation_id) if self.member else rows).first()

    def context(self, machines: Collection[Machine]) -> Context:
        """The values that formulas know, and the moment that dates count from, in the member's zone."""
        now = timezone.localtime(timezone.now(), services.member_zone(self.member, machines))
        chosen = datetime.combine(self.day or now.date(), self.clock or now.time(), tzinfo=now.tzinfo)
        return services.played_context(machines, self.member, chosen)

    def known(self, machines: Collection[Machine]) -> list[tuple[str, str]]:
        """The member's facts that the conditions of these flows use, by name, as texts."""
        if self.member is None:
            return []
        return [(name, _shown(value)) for name, value in sorted(self.context(machines).member.items())]

    @property
    def speaks(self) -> str:
        """The language of the trial; "" for that of each flow."""
        return self.language or (self.member.language if self.member else "")

    def plain(self) -> dict[str, Any]:
        """As the login's session keeps it."""
        day, clock = (part.isoformat() if part else "" for part in (self.day, self.clock))
        member = self.member.pk if self.member else None
        return {"member": member, "day": day, "clock": clock, "language": self.language}


def _shown(value: Any) -> str:
    return (
        pgettext("between the items of a list", ", ").join(map(stored, value))
        if isinstance(value, tuple)
        else stored(value)
    )


def kept_cast(request: HttpRequest, kept: Mapping[str, Any] | None) -> Cast:
    """The cast of a trial that goes on; without the member once the account may no longer see members."""
    data = (kept or {}).get("cast", {})
    member = Member.objects.filter(pk=data.get("member")).first() if request.user.has_perm(SEE_MEMBERS) else None
    day, clock = parse_date(data.get("day", "")), parse_time(data.get("clock", ""))
    return Cast(member=member, day=day, clock=clock, language=data.get("language", ""))


def chosen_cast(request: HttpRequest) -> Cast:
    """The cast that the form names. Raises `FlowError` for a member or a day that there is not."""
    written = request.POST.get("member", "").strip()
    try:
        day, clock = parse_date(request.POST.get("day", "")), parse_time(request.POST.get("clock", ""))
    except ValueError as error:
        fault = _("There is no such day or time.")
        raise FlowError(fault, code="no_such_moment", field="day", remedy=_("Choose another one.")) from error
    if not written:
        return Cast(day=day, clock=clock)
    if not request.user.has_perm(SEE_MEMBERS):
        raise FlowError(_("You may not see members."), code="not_permitted", field="member")
    member = Member.objects.filter(user_id=written.lower()).first() or Member.objects.filter(name=written).first()
    if member is None:
        fault, remedy = _("There is no member “%s”.") % written, _("Write a user ID or the whole name.")
        raise FlowError(fault, code="no_such_member", field="member", remedy=remedy)
    return Cast(member=member, day=day, clock=clock)


def languages(machine: Machine, cast: Cast) -> list[tuple[str, str, bool]]:
    """The languages of a flow with several, each with its name, and whether it is spoken now."""
    spoken = spoken_in(machine, cast.speaks).language
    several = machine.languages if machine.translations else ()
    return [(language, str(Desk.Language(language).label), language == spoken) for language in several]
