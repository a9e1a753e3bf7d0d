"""When a message may go out: not in the quiet hours of the company, and only in the send window of its campaign."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduling.business_calendar import Calendar
from scheduling.campaigns.sending_policy import Policy, policy_of
from scheduling.models import Batch, Campaign
from wecom.models import Application

EVERY_WEEKDAY = frozenset(range(1, 8))
LONGEST_SEARCH = 366  # days; a company that closes for longer has no working days
MOST_TURNS = 20  # from quiet hours to the window and back, before it is looked at again at that moment
WHOLE_DAY = time()


@dataclass(frozen=True, kw_only=True)
class SendWindow:
    """Times of day and days. Where both times are equal it is the whole day; over midnight it belongs to its first day.

    Attributes:
        weekdays: 1 is Monday, 7 is Sunday.
        calendar: the company's working days, if it opens on these only; an unknown year counts Monday to Friday.
        in_quiet_hours: whether it is open in the quiet hours of the company too, because the campaign passes them.
    """

    opens: time = WHOLE_DAY
    closes: time = WHOLE_DAY
    weekdays: frozenset[int] = EVERY_WEEKDAY
    calendar: Calendar | None = None
    in_quiet_hours: bool = False

    def opening_after(self, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """The window that is open or opens next, as its beginning and end; None if no day has one."""
        today = now.astimezone(zone).date()
        overnight = self.closes <= self.opens
        for days in range(-1, LONGEST_SEARCH):
            day = today + timedelta(days=days)
            if day.isoweekday() not in self.weekdays or (self.calendar and not self.calendar.works_on(day)):
                continue
            begin = datetime.combine(day, self.opens, zone)
            end = datetime.combine(day + timedelta(days=overnight), self.closes, zone)
            if end > now:
                return begin.astimezone(UTC), end.astimezone(UTC)
        return None


@dataclass(frozen=True, kw_only=True)
class Hold:
    """The end of a message's wait, and the last reason for it."""

    until: datetime
    reason: Batch.Reason


@dataclass(frozen=True, kw_only=True)
class SendHours:
    """The hours that policy and window allow together, by the clock of a zone."""

    policy: Policy
    window: SendWindow = field(default_factory=SendWindow)

    def hold(self, now: datetime, zone: ZoneInfo) -> Hold | None:
        """Why and until when a message must wait; None if it may go out now."""
        at, reason = now, None
        for _turn in range(MOST_TURNS):
            quiet = self._quiet_until(at, zone)
            if quiet is not None:
                at, reason = quiet.astimezone(UTC), Batch.Reason.QUIET
                continue
            opening = self.window.opening_after(at, zone)
            begins = opening[0] if opening else at + timedelta(days=LONGEST_SEARCH)
            if begins <= at:
                break
            at, reason = begins, Batch.Reason.WINDOW
        return Hold(until=at, reason=reason) if reason else None

    def never_allow(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether each window lies within quiet hours, or no day has one. Quiet hours are the same every day."""
        opening = self.window.opening_after(now, zone)
        if opening is None:
            return True
        begin, end = opening
        quiet = self._quiet_until(begin, zone)
        return quiet is not None and quiet >= end

    def _quiet_until(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        return None if self.window.in_quiet_hours else self.policy.quiet_until_when(at, zone)


def hours_of(campaign: Campaign, application: Application) -> SendHours:
    """When a campaign may go out."""
    return SendHours(policy=policy_of(application), window=window_of(campaign))


def window_of(campaign: Campaign) -> SendWindow:
    """The send window of a campaign; the whole of every day where it names none."""
    days, named = campaign.window_days, campaign.window_from is not None and campaign.window_until is not None
    chosen = days == Campaign.WindowDays.CHOSEN
    return SendWindow(
        opens=campaign.window_from if named and campaign.window_from else WHOLE_DAY,
        closes=campaign.window_until if named and campaign.window_until else WHOLE_DAY,
        weekdays=frozenset(chosen_weekdays(campaign)) if chosen else EVERY_WEEKDAY,
        calendar=campaign.calendar if days == Campaign.WindowDays.WORKING else None,
        in_quiet_hours=campaign.passes_quiet_hours,
    )


def chosen_weekdays(campaign: Campaign) -> list[int]:
    """The weekdays that are chosen for a send window, 1 to 7; other values in the column are ignored."""
    chosen = campaign.window_weekdays
    return [day for day in chosen if day in range(1, 8)] if isinstance(chosen, list) else []
