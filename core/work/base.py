"""Background work as rows: the database is the truth, Celery only wakes workers.

A task takes an ID and claims its row by compare-and-swap, the only lock that works on both SQLite and PostgreSQL. So a
lost or doubled broker message does no harm, and `core/work/sweeper.py` wakes rows that are due or whose lease expired.
"""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import traces
from core.exceptions import OpenUserError
from core.logs import set_correlation_id
from core.work import metrics
from core.work.broker import publish_task
from core.work.clock import SharedTimeField, database_time_in
from core.work.process_identity import process_token
from core.work.statements import StandIns, Statement
from core.work.updates import returning, update_row

GIVES_WAY_AFTER_ATTEMPTS = 3
GIVES_WAY_AFTER = timedelta(seconds=60)
FAR = datetime.max.replace(year=9000, tzinfo=UTC)
"""When a row is due that waits for a person or for its turn, and not for a moment."""
LATER = 'EXISTS (SELECT 1 FROM "{table}" later WHERE later.order_key = %s AND later.status = %s AND later.id > %s)'

W = TypeVar("W", bound="Work")
Given = Callable[[datetime], models.Q]
Along = Callable[[datetime], Mapping[str, Any]]


class LeaseLost(OpenUserError):
    """Another worker has taken over the row; this worker's results must not be written."""


class WorkQuerySet(models.QuerySet[W]):
    """The queries of every kind of work."""

    def unfinished(self) -> Self:
        return self.filter(status__in=Work.UNFINISHED)

    def claimable(self, now: datetime) -> Self:
        """Rows that are due, not leased, and first among the unfinished rows of their order key."""
        free = models.Q(status=Work.Status.QUEUED) | models.Q(status=Work.Status.RUNNING, lease_until__lt=Now())
        earlier = self.model._base_manager.filter(
            order_key=models.OuterRef("order_key"),
            pk__lt=models.OuterRef("pk"),
            status__in=Work.UNFINISHED,
            gave_way=False,
        )
        # Outside of the subquery: SQLite would scan all rows without a key for each of them.
        first = models.Q(order_key="") | ~models.Exists(earlier)
        return self.filter(free, first, due_at__lte=now)

    def to_wake(self, now: datetime) -> Self:
        """Claimable rows that were not woken recently."""
        recently = now - timedelta(seconds=settings.WORK_REWAKE_SECONDS)
        return self.claimable(now).filter(models.Q(woken_at=None) | models.Q(woken_at__lt=recently))

    def free_leases_of(self, process: str) -> int:
        """End the leases of a process that died, by its token. Returns how many."""
        running = self.filter(status=Work.Status.RUNNING, lease_owner__startswith=process)
        return running.update(lease_until=database_time_in(timedelta(seconds=-1)))


class Work(models.Model):
    """A row of background work. Subclasses name their Celery task; a service does the work."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    UNFINISHED: ClassVar = (Status.QUEUED, Status.RUNNING)
    FINISHED: ClassVar = (Status.DONE, Status.FAILED, Status.CANCELLED)
    task: ClassVar[str] = ""
    lease: ClassVar[timedelta] = timedelta(seconds=60)
    max_attempts: ClassVar[int] = 5
    _attempt_began: float | None = None
    _span: Any = None
    # True for models with a column `priority`. Rows below zero are bulk, and wait while other rows are queued.
    has_priority: ClassVar[bool] = False

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED, editable=False)
    reason = models.CharField(
        _("reason"), max_length=40, blank=True, editable=False, help_text=_("Code of the reason for the status.")
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    lease_owner = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = SharedTimeField(null=True, editable=False)
    due_at = SharedTimeField(_("due at"), default=timezone.now, editable=False)
    order_key = models.CharField(max_length=120, blank=True, editable=False)
    gave_way = models.BooleanField(default=False, editable=False)
    woken_at = SharedTimeField(null=True, editable=False)
    cid = models.CharField(_("correlation ID"), max_length=32, blank=True, editable=False)
    created_at = SharedTimeField(_("created at"), default=timezone.now, editable=False)
    started_at = SharedTimeField(_("first started at"), null=True, blank=True, editable=False)
    finished_at = SharedTimeField(_("finished at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_finished(self) -> bool:
        return self.status not in self.UNFINISHED

    @property
    def is_bulk(self) -> bool:
        """Whether the row may wait behind all others."""
        return self.has_priority and getattr(self, "priority", 0) < 0

    def wake(self, *, after: float = 0.0) -> None:
        """Queue the task once the transaction commits, or so many seconds later.

        If the broker is down, the sweeper wakes the row.
        """
        name, pk, bulk = self.task, self.pk, self.is_bulk
        transaction.on_commit(lambda: publish_task(name, pk, bulk=bulk, after=after))

    @classmethod
    def claim(
        cls, pk: int, *, now: datetime | None = None, given: Given | None = None, along: Along | None = None
    ) -> Self | None:
        """Lease the row for one attempt. Returns None if it is not due, leased, finished, or out of order.

        `given` makes a further condition of the same statement, and `along` its additional columns, which become
        attributes of the row. The statement is compiled once for each function.

        A row that has used up its attempts (a poison message: its workers died) is failed instead.
        """
        owner = process_token() + uuid.uuid4().hex[:16]
        # In one statement: a process suspended after it cannot take another worker's lease for its own.
        statement = _claiming(cls, given, along, cls.lease * settings.WORK_LEASE_SCALE, connection.vendor)
        values = statement.given(now or timezone.now(), pk=pk, owner=owner)
        claimed = list(cls._base_manager.raw(statement.sql, values))
        if not claimed:
            return None
        row = claimed[0]
        set_correlation_id(row.cid)
        row.begin_attempt()
        if row.attempts > cls.max_attempts:
            with transaction.atomic():
                row.fail_exhausted()
            return None
        return row

    @classmethod
    def claimed_by(cls, owner: str) -> dict[str, Any]:
        """The values that a claim writes."""
        return {
            "status": cls.Status.RUNNING,
            "attempts": models.F("attempts") + 1,
            "lease_owner": owner,
            "lease_until": _lease_end(cls.lease),
            "started_at": Coalesce("started_at", Now()),
        }

    @classmethod
    def work_rows(cls) -> "WorkQuerySet[Self]":
        manager = cls._default_manager
        assert isinstance(manager, models.Manager)
        return WorkQuerySet[Self](cls, using=manager.db)

    def _mine(self) -> "WorkQuerySet[Self]":
        return self.work_rows().filter(
            pk=self.pk, status=self.Status.RUNNING, lease_owner=self.lease_owner, attempts=self.attempts
        )

    def has_lease(self) -> bool:
        """Whether this worker still holds the lease: False once the row is cancelled or taken over."""
        return self._mine().exists()

    def lease_left(self) -> float:
        """Seconds until the lease of this attempt ends, by our own clock; 0 for a row that was not claimed here."""
        if self._attempt_began is None:
            return 0.0
        whole = self.lease.total_seconds() * float(settings.WORK_LEASE_SCALE)
        return self._attempt_began + whole - time.monotonic()

    def extend_lease(self) -> None:
        """Extend the lease of long work. Raises `LeaseLost` if another worker has the row."""
        if not self._mine().update(lease_until=_lease_end(self.lease)):
            raise LeaseLost(f"{self._meta.label} {self.pk} is no longer ours.")

    def update_leased(self, **fields: Any) -> None:
        """Update fields of a leased row. Raises `LeaseLost` if another worker has the row."""
        self.write_leased(fields)

    def write_leased(self, fields: dict[str, Any], *, reads: str = "TRUE", asked: Sequence[Any] = ()) -> Any:
        """`update_leased`; returns the SQL expression `reads` of the same statement, with `asked` as its parameters."""
        given = {"status": self.Status.RUNNING, "lease_owner": self.lease_owner, "attempts": self.attempts}
        record = update_row(self, fields, given=given, reads=reads, asked=asked)
        if record is None:
            raise LeaseLost(f"{self._meta.label} {self.pk} is no longer ours.")
        self.assign(fields)
        return record[0]

    def settle(self, status: "Work.Status", reason: str = "", **fields: Any) -> None:
        """Finish the row, fenced on (owner, attempt), and wake the next row of its order key.

        Call it inside the transaction that writes the results. Raises `LeaseLost`, and writes nothing, if another
        worker has the row.
        """
        fields |= {"status": status, "reason": reason, "finished_at": timezone.now()}
        fields |= {"lease_owner": "", "lease_until": None}
        if self.order_key:
            later = LATER.format(table=self._meta.db_table)
            is_followed = self.write_leased(fields, reads=later, asked=(self.order_key, self.Status.QUEUED, self.pk))
        else:
            is_followed = self.write_leased(fields, reads="FALSE")
        self.end_attempt(status)
        if is_followed:
            self._wake_next()

    def postpone(self, until: datetime, reason: str, *, count_attempt: bool = True, **fields: Any) -> None:
        """Put the row back into the queue. Pass `count_attempt=False` if the row is not to blame.

        After 3 attempts or 60 s the row gives way to later rows of its order key, so that one bad row cannot block a
        member for good.
        """
        tried_for = timezone.now() - (self.started_at or self.created_at)
        gives_way = count_attempt and (self.attempts >= GIVES_WAY_AFTER_ATTEMPTS or tried_for > GIVES_WAY_AFTER)
        fields |= {"status": self.Status.QUEUED, "reason": reason, "due_at": until, "woken_at": None}
        fields |= {"gave_way": self.gave_way or gives_way, "lease_owner": "", "lease_until": None}
        self.update_leased(**fields, attempts=self.attempts - (0 if count_attempt else 1))
        self.end_attempt(self.Status.QUEUED)
        if self.gave_way:
            self._wake_next()

    def give_way(self) -> None:
        """Let later rows of the same order key go first, because this one has to wait long."""
        self.work_rows().filter(pk=self.pk).update(gave_way=True)
        self._wake_next()

    def fail_exhausted(self) -> None:
        """Fail the row because its attempts are used up. Subclasses extend this to notify members."""
        self.settle(self.Status.FAILED, "attempts")

    def cancel(self, reason: str = "cancelled") -> bool:
        """Cancel the row; False if it was finished already. A running worker notices by its lost lease."""
        ended = {"status": self.Status.CANCELLED, "reason": reason, "finished_at": timezone.now()}
        rows = self.work_rows().filter(pk=self.pk).unfinished()
        changed = rows.update(**ended, lease_owner="", lease_until=None)
        if changed:
            self.assign({"status": self.Status.CANCELLED, "reason": reason})
            self._wake_next()
        return bool(changed)

    def restart(self, **fields: Any) -> bool:
        """Queue a finished row again, with its attempts reset; False if it is not finished."""
        fields |= {"status": self.Status.QUEUED, "reason": "", "attempts": 0, "due_at": timezone.now()}
        fields |= {"gave_way": False, "woken_at": None, "started_at": None, "finished_at": None}
        finished = self.work_rows().filter(pk=self.pk).exclude(status__in=self.UNFINISHED)
        if not finished.update(**fields):
            return False
        self.assign(fields)
        self.wake()
        return True

    def begin_attempt(self) -> None:
        """Measure an attempt from now; a claim does so."""
        self._span = traces.begin(f"work {self._kind()}", cid=self.cid, pk=self.pk, attempt=self.attempts)
        self._attempt_began = time.monotonic()
        metrics.JOB_WAIT.observe(max(0.0, (timezone.now() - self.due_at).total_seconds()), self._kind())

    def end_attempt(self, outcome: str) -> None:
        """Count the attempt by its outcome; every end of a lease calls this."""
        began, self._attempt_began = self._attempt_began, None
        if began is not None:  # else it was not claimed here, but settled by a service
            metrics.JOB_RUN.observe(time.monotonic() - began, self._kind(), "")
            metrics.JOB_ATTEMPTS.add(self._kind(), outcome)
            traces.end(self._span, outcome=outcome, reason=self.reason)

    @classmethod
    def _kind(cls) -> str:
        return cls._meta.label_lower

    def assign(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self, name, value)

    def _wake_next(self) -> None:
        if not self.order_key:
            return
        later = self.work_rows().filter(order_key=self.order_key, pk__gt=self.pk, status=self.Status.QUEUED)
        following = later.order_by("pk").first()
        if following is not None:
            following.wake()


@lru_cache(maxsize=100)
def _claiming(kind: type[W], given: Given | None, along: Along | None, lease: timedelta, vendor: str) -> Statement:
    """The statement of a claim: one for each condition, length of a lease and kind of database."""

    def build(values: StandIns) -> tuple[str, Sequence[Any]]:
        rows = kind.work_rows().claimable(values.now).filter(pk=values.number("pk"))
        rows = rows.filter(given(values.now)) if given is not None else rows
        read = along(values.now) if along is not None else None
        return returning(rows, read, **kind.claimed_by(values.text("owner")))

    return Statement(build)


def _lease_end(lease: timedelta) -> "models.ExpressionWrapper[Any]":
    return database_time_in(lease * settings.WORK_LEASE_SCALE)
