"""The clock of a rehearsal: it jumps from one moment at which work is due to the next, and does that work."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Min, Q
from django.utils.translation import gettext as _

from scheduling.campaigns.member_zones import zones_of
from scheduling.deliveries import batches, run_progress, run_start
from scheduling.exceptions import SchedulingError
from scheduling.models import FAR, Batch, Campaign, CampaignRun, Delivery, Series
from scheduling.rehearsal.joiners import Joiners
from scheduling.series import sweep
from scheduling.series.due_days import DueDays
from wecom.models import Member

MOST_RUNS = 600
"""Runs of all campaigns in one rehearsal: ten a day for two months. More would take minutes."""
MOST_ROUNDS = 200  # at one moment, until nothing is due any more
A_DAY = timedelta(days=1)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class MovedClock:
    """Moves from a moment to an end, and tells each moment that it comes to.

    `last_days` are those of members who leave, by their key.
    """

    def __init__(
        self,
        now: datetime,
        *,
        until: datetime,
        last_days: Mapping[int, date],
        joiners: Joiners,
        zone: ZoneInfo,
        moved: Callable[[datetime], None] = lambda _moment: None,
    ) -> None:
        self.now = now
        self.moved = moved
        self.until = until
        self.joiners = joiners
        self.leaves = {
            key: datetime.combine(day + A_DAY, time(), zone).astimezone(UTC) for key, day in last_days.items()
        }
        self.zones: dict[int, list[ZoneInfo]] = {}
        self.has_series = Series.objects.exists()
        self.first_run = CampaignRun.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def move(self) -> None:
        """Do all that is due until the end. Raises `SchedulingError` if that is too much."""
        while True:
            self._let_leave()
            self.joiners.take_in(self.now)
            following = self._do_what_is_due()
            if following >= self.until:
                return
            self.now = following
            self.moved(following)

    def _do_what_is_due(self) -> datetime:
        """Returns the next moment at which something is due."""
        for _round in range(MOST_ROUNDS):
            began = self._begin()
            if not (began + self._send()):
                break
            if began and CampaignRun.objects.filter(pk__gt=self.first_run).count() > MOST_RUNS:
                fault = _("More than %d messages would go out in these days.") % MOST_RUNS
                remedy = _("Choose fewer days, or rehearse it without the other campaigns.")
                raise SchedulingError(fault, code="rehearsal_long", field="days", remedy=remedy)
            # A series may go on at the same moment; campaigns say by their rows when they do.
            following = self.now if self.has_series else min(self._moments(later=False), default=self.until)
            if following > self.now:
                return following
        return min(self._moments(later=True), default=self.until)

    def _begin(self) -> int:
        """The part of the sweeper and its workers: runs begin, and their audiences are frozen."""
        keys = Campaign.objects.due(self.now).order_by("next_at", "pk").values_list("pk", flat=True)
        count = sum(run_start.begin(pk, now=self.now) is not None for pk in list(keys))
        if self.has_series:
            for pk in list(Series.objects.running().order_by("pk").values_list("pk", flat=True)):
                count += len(sweep.sweep(pk, now=self.now, zones=self._zones_of(pk)))
        for pk in list(CampaignRun.work_rows().claimable(self.now).order_by("pk").values_list("pk", flat=True)):
            run = CampaignRun.claim(pk, now=self.now)
            if run is not None:
                run_start.start(run, now=self.now)
                count += 1
        return count

    def _send(self) -> int:
        """The decisions of batches' workers; those who would get it have got it."""
        run_progress.release_stuck(now=self.now, most=MOST_RUNS)
        due = Batch.work_rows().claimable(self.now).order_by("pk").values_list("pk", flat=True)
        return sum(self._send_batch(pk) for pk in list(due))

    def _send_batch(self, pk: int) -> int:
        batch = Batch.claim(pk, now=self.now)
        if batch is None:
            return 0
        batch.run = CampaignRun.objects.select_related("campaign__application").get(pk=batch.run_id)
        with transaction.atomic():
            application = batches.let_through(batch, now=self.now)
            if application is not None:
                members = batches.receivers(batch, application, now=self.now)
                got = Delivery.objects.filter(run=batch.run_id, batch=batch.number, member__in=members)
                got.update(status=Delivery.Status.SENT)
                batch.settle(Batch.Status.DONE, "")
                run_progress.end_batch(batch, sent=len(members), failed=0, now=self.now)
        return 1

    def _let_leave(self) -> None:
        gone = [key for key, moment in self.leaves.items() if moment <= self.now]
        if gone:
            Member.objects.filter(pk__in=gone).update(status=Member.Status.LEFT)
            self.leaves = {key: moment for key, moment in self.leaves.items() if key not in gone}

    def _moments(self, *, later: bool) -> Iterator[datetime]:
        """The moments at which something may be due: all of them, or those after now."""
        after = self.now if later else BEGINNING
        on = Campaign.objects.filter(state__in=Campaign.ON, next_at__gt=after).aggregate(first=Min("next_at"))
        queued = CampaignRun.objects.filter(status=CampaignRun.Status.QUEUED, due_at__gt=after)
        open_ones = Batch.objects.filter(status=Batch.Status.QUEUED, run__campaign__state=Campaign.State.RUNNING)
        held = Min("due_at", filter=Q(due_at__gt=after) & ~Q(due_at=FAR))
        by_zone = Min("moment", filter=Q(moment__gt=after, due_at=FAR))
        figures = open_ones.aggregate(held=held, by_zone=by_zone)
        firsts = (on["first"], queued.aggregate(first=Min("due_at"))["first"], figures["held"], figures["by_zone"])
        yield from (moment for moment in firsts if moment is not None)
        yield from self.leaves.values()
        yield from self.joiners.ahead(self.now)
        if self.has_series:
            for series in Series.objects.running():
                yield from self._turns(series)

    def _zones_of(self, pk: int) -> list[ZoneInfo]:
        """The zones of a series, read once: where members are does not change in these days."""
        if pk not in self.zones:
            self.zones[pk] = zones_of(Series.objects.select_related("application").get(pk=pk))
        return self.zones[pk]

    def _turns(self, series: Series) -> Iterator[datetime]:
        """The next moment of each step in each zone, and the next day, on which others come into the series."""
        times = {*series.steps.exclude(at=None).values_list("at", flat=True), time()}
        for zone in self._zones_of(series.pk):
            days = DueDays(zone=zone)
            today = days.local_day(self.now)
            for at in times:
                moments = (days.moment(day, at) for day in (today, today + A_DAY))  # type: ignore[arg-type]
                yield next(moment for moment in moments if moment > self.now)
