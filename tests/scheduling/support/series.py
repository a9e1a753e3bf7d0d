"""Series for tests: written with their steps, approved by a second person, and swept under a clock that moves."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from scheduling import services
from scheduling.models import Campaign, CampaignContent, Delivery, Enrolment, EnrolmentStep, Series
from tests.scheduling.support.campaigns import EVERYONE, approve, work
from tests.scheduling.support.plain_messages import SHANGHAI, clock
from wecom.models import Member
from wecom.services import set_facts

NINE = time(9)


def make_series(*days: Any, **fields: Any) -> Series:
    """A draft with a step for each day at 9:00, or for each pair of a day and a time."""
    fields.setdefault("name", "入职")
    fields.setdefault("audience", EVERYONE)
    wishes = {name: fields.pop(name) for name in ("valid_minutes", "message_class") if name in fields}
    series = services.save_series(Series(**fields))
    for one in days or (0, 1, 3):
        day, at = one if isinstance(one, tuple) else (one, NINE)
        add_step(series, day, at, **wishes)
    series.refresh_from_db()
    return series


def add_step(series: Series, day: int, at: time | None = NINE, text: str = "", **fields: Any) -> Campaign:
    step = Campaign(name=f"第{day}天", **fields)
    return services.save_step(series, step, [CampaignContent(text=text or f"第{day}天")], day=day, at=at)


def launch(*days: Any, now: str, **fields: Any) -> Series:
    """A series that is approved and runs since a moment in Shanghai."""
    return services.start_series(approve(make_series(*days, **fields)), now=clock(now))


def run_days(first: str, last: str, *, at: Iterable[str] = ("09:00",)) -> None:
    """What beat and the workers do on each of these days at these times of day."""
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        for one in at:
            sweep(f"{day.isoformat()}T{one}:05")
        day += timedelta(days=1)


def sweep(now: str) -> int:
    moment = clock(now)
    began = services.sweep_series(now=moment)
    work(moment, calls=False)
    return began


def give_date(member: Member, day: str, key: str = "start_date") -> None:
    set_facts(member, {key: day})


def got(member: Member, series: Series | None = None) -> list[str]:
    """When a member's turns were, as day and step, in their order; with the reason where they did not get it."""
    rows = EnrolmentStep.objects.filter(enrolment__member=member).select_related("run", "step")
    rows = rows.filter(enrolment__series=series) if series else rows
    return [_told(row, member) for row in rows.order_by("run__moment", "step__day", "pk")]


def enrolment(member: Member) -> Enrolment:
    return Enrolment.objects.get(member=member)


def _told(row: EnrolmentStep, member: Member) -> str:
    assert row.run is not None
    moment: datetime = row.run.moment
    reason = Delivery.objects.filter(run=row.run, member=member).values_list("reason", flat=True)
    words = f"{moment.astimezone(SHANGHAI):%m-%d %H:%M} day {row.step.day}"
    return " ".join([words, *filter(None, reason)])
