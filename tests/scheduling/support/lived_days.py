"""Days that are really lived through, beside what a rehearsal told of them."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from scheduling import services
from scheduling.models import Batch, Campaign, CampaignRun, Delivery
from tests.scheduling.support.plain_messages import SHANGHAI, clock
from wecom.models import Member, Outbound

NOW = clock("2026-09-28T08:30")  # a Monday; 1 to 7 October are holidays
DAYS = 14
TIMES = ("00:00", "07:00", "08:00", "08:30", "09:00", "10:00", "11:00", "12:00", "22:30")


def live_through(
    until: datetime, leavers: dict[str, date], *, events: Callable[[datetime], object] = lambda now: None
) -> None:
    """What the sweeper, the workers and the platform do, at the times of day at which something is due.

    `events` is what happens besides, first at each moment.
    """
    midnight = datetime.combine(NOW.astimezone(SHANGHAI).date(), time(), SHANGHAI)
    for hours in range(24 * 2 * DAYS):
        now = midnight + timedelta(minutes=30 * hours)
        if not NOW <= now < until or f"{now:%H:%M}" not in TIMES:
            continue
        for user_id, last_day in leavers.items():
            if now.astimezone(SHANGHAI).date() > last_day:
                Member.objects.filter(user_id=user_id).update(status="left")
        events(now)
        services.sweep_campaigns(now=now)
        services.sweep_series(now=now)
        for model, function in ((CampaignRun, services.start_run), (Batch, services.send_batch)):
            for pk in list(model.work_rows().claimable(now).order_by("pk").values_list("pk", flat=True)):
                function(pk, now=now)
        for outbound in Outbound.objects.filter(status="queued"):
            Outbound.objects.filter(pk=outbound.pk).update(status="done")
            outbound.refresh_from_db()
            services.follow_call(outbound, now=now)


def what_happened() -> list[tuple[str, ...]]:
    rows = Delivery.objects.select_related("run__campaign", "member")
    batches = {(batch.run_id, batch.number): batch for batch in Batch.objects.all()}
    found = []
    for row in rows:
        batch = batches.get((row.run_id, row.batch))
        at = batch.ended_at if batch and batch.ended_at else row.run.moment
        found.append((row.member.user_id, f"{at:%m-%d %H:%M}", row.run.campaign.name, row.status, row.reason))
    return sorted(found)


def what_was_told(rehearsal: services.Rehearsal) -> list[tuple[str, ...]]:
    names = dict(Campaign.objects.values_list("pk", "name"))
    return sorted(
        (line.member.user_id, f"{one.at:%m-%d %H:%M}", names[one.campaign], one.status, one.reason)
        for line in rehearsal.timelines
        for one in line.occasions
    )
