"""The rules for all campaigns of a company: quiet hours, caps, and the switch that stops them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduling.models import SendingPolicy
from wecom.models import Application, Corporation


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The policy of a company as a value."""

    quiet_from: time | None = None
    quiet_until: time | None = None
    daily_cap: int | None = None
    weekly_cap: int | None = None
    is_stopped: bool = False

    @property
    def quiet_hours(self) -> str:
        """The quiet hours as pages show them; "" without any."""
        if self.quiet_from is None or self.quiet_until is None:
            return ""
        return f"{self.quiet_from:%H:%M}–{self.quiet_until:%H:%M}"

    def quiet_until_when(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The end of the quiet hours that `now` lies in; None outside of them."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        local = now.astimezone(zone)
        clock, overnight = local.time(), self.quiet_from > self.quiet_until
        inside = self.quiet_from <= clock or clock < self.quiet_until
        if not (inside if overnight else self.quiet_from <= clock < self.quiet_until):
            return None
        day = local.date() + timedelta(days=1 if overnight and clock >= self.quiet_from else 0)
        return datetime.combine(day, self.quiet_until, zone)


def policy_of(application: Application) -> Policy:
    """The policy of an application's company, which may have been read along with the application."""
    if Application.corporation.is_cached(application) and Corporation.sending_policy.is_cached(application.corporation):
        row = getattr(application.corporation, "sending_policy", None)
    else:
        row = SendingPolicy.objects.filter(corporation=application.corporation_id).first()
    return policy_value(row if row is not None else SendingPolicy())  # without a row, that of a new company


def policy_value(row: SendingPolicy) -> Policy:
    """A row as a value."""
    return Policy(
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        daily_cap=row.daily_cap,
        weekly_cap=row.weekly_cap,
        is_stopped=row.stopped_at is not None,
    )


def cap_windows(now: datetime, zone: ZoneInfo, policy: Policy) -> list[tuple[datetime, int]]:
    """For each cap the moment from which messages count, and how many there may be: of the day, and of the week."""
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    monday = midnight - timedelta(days=midnight.weekday())
    windows = ((midnight, policy.daily_cap), (monday, policy.weekly_cap))
    return [(since, most) for since, most in windows if most is not None]
