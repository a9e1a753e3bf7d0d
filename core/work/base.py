"""Work as rows: the database is the truth, Celery only wakes workers.

A task takes an ID and claims its row by compare-and-swap, the only lock that works alike on SQLite and PostgreSQL.
Losing or doubling a broker message is therefore harmless, and a sweeper wakes what is due or whose lease ran out.
"""

import logging
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

from celery import current_app
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from core.exceptions import OpenUserError
from core.logs import about

logger = logging.getLogger(__name__)

GIVES_WAY_AFTER_ATTEMPTS = 3
GIVES_WAY_AFTER = timedelta(seconds=60)
SWEEP_LIMIT = 500
LAST = 9  # of Redis' priorities, where 0 comes first

W = TypeVar("W", bound="Work")


class LeaseLost(OpenUserError):
    """Another worker has taken this row over; what this one did must not be written."""


class WorkQuerySet(models.QuerySet[W]):
    """Queries every kind of work has."""

    def unfinished(self) -> Self:
        return self.filter(status__in=Work.UNFINISHED)

    def claimable(self, now: datetime) -> Self:
        """Due, not held by a living worker, and with nothing earlier of the same order key unfinished."""
        free = models.Q(status=Work.Status.QUEUED) | models.Q(status=Work.Status.RUNNING, lease_until__lt=Now())
        earlier = self.model._base_manager.filter(
            order_key=models.OuterRef("order_key"),
            pk__lt=models.OuterRef("pk"),
            status__in=Work.UNFINISHED,
            gave_way=False,
        )
        # The key is compared before, not within: SQLite would walk all rows without a key for each of them.
        first = models.Q(order_key="") | ~models.Exists(earlier)
        return self.filter(free, first, due_at__lte=now)

    def to_wake(self, now: datetime) -> Self:
        """What the sweeper wakes: claimable, and not woken a moment ago."""
        asleep = now - timedelta(seconds=settings.WORK_REWAKE_SECONDS)
        return self.claimable(now).filter(models.Q(woken_at=None) | models.Q(woken_at__lt=asleep))


class Work(models.Model):
    """A row that somebody has to do. Subclasses name their task and do the work in a service."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    UNFINISHED: ClassVar = (Status.QUEUED, Status.RUNNING)
    task: ClassVar[str] = ""
    lease: ClassVar[timedelta] = timedelta(seconds=60)
    max_attempts: ClassVar[int] = 5
    # Of a kind that has a column `priority`: what is below zero is bulk, and waits while anything else is queued.
    ranked: ClassVar[bool] = False

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED, editable=False)
    reason = models.CharField(
        _("reason"), max_length=40, blank=True, editable=False, help_text=_("A code that says why it is as it is.")
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    lease_owner = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(_("due at"), default=timezone.now, editable=False)
    order_key = models.CharField(max_length=120, blank=True, editable=False)
    gave_way = models.BooleanField(default=False, editable=False)
    woken_at = models.DateTimeField(null=True, editable=False)
    cid = models.CharField(_("correlation ID"), max_length=32, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("first started at"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_finished(self) -> bool:
        return self.status not in self.UNFINISHED

    @property
    def is_bulk(self) -> bool:
        """Whether nobody waits for it."""
        return self.ranked and getattr(self, "priority", 0) < 0

    def wake(self) -> None:
        """Tell a worker once the transaction commits. A dead broker changes nothing: the sweeper wakes it later."""
        name, pk, bulk = self.task, self.pk, self.is_bulk
        transaction.on_commit(lambda: publish_task(name, pk, bulk=bulk))

    @classmethod
    def claim(cls, pk: int, *, now: datetime | None = None) -> Self | None:
        """Take the row for one attempt, or None where nobody is home: not due, taken, finished, or out of turn.

        A row that used up its attempts (a poison: its workers died) is failed here instead.
        """
        owner = uuid.uuid4().hex
        changed = (
            cls._work()
            .claimable(now or timezone.now())
            .filter(pk=pk)
            .update(
                status=cls.Status.RUNNING,
                attempts=models.F("attempts") + 1,
                lease_owner=owner,
                lease_until=_from_now(cls.lease),
                started_at=Coalesce("started_at", Now()),
            )
        )
        if not changed:
            return None
        # By its owner: a machine that slept since the update must not read somebody else's claim as its own.
        row = cls._work().filter(pk=pk, lease_owner=owner).first()
        if row is None:
            return None
        about(row.cid)
        if row.attempts > cls.max_attempts:
            with transaction.atomic():
                row.exhaust()
            return None
        return row

    @classmethod
    def _work(cls) -> "WorkQuerySet[Self]":
        manager = cls._default_manager
        assert isinstance(manager, models.Manager)
        return WorkQuerySet[Self](cls, using=manager.db)

    def _mine(self) -> "WorkQuerySet[Self]":
        return self._work().filter(
            pk=self.pk, status=self.Status.RUNNING, lease_owner=self.lease_owner, attempts=self.attempts
        )

    def is_ours(self) -> bool:
        """False once the row was cancelled, or taken over by another worker."""
        return self._mine().exists()

    def extend(self) -> None:
        """Keep the lease while working long. Raises `LeaseLost` where somebody else has the row by now."""
        if not self._mine().update(lease_until=_from_now(self.lease)):
            raise LeaseLost(f"{self._meta.label} {self.pk} is no longer ours.")

    def record(self, **fields: Any) -> None:
        """Write progress while the lease holds; raises `LeaseLost` otherwise."""
        if not self._mine().update(**fields):
            raise LeaseLost(f"{self._meta.label} {self.pk} is no longer ours.")
        self._assign(fields)

    def settle(self, status: "Work.Status", reason: str = "", **fields: Any) -> None:
        """End the attempt for good, fenced on (owner, attempt), and wake what waited behind it.

        Call it inside the transaction that writes the consequences. Raises `LeaseLost` and writes nothing otherwise.
        """
        fields |= {"status": status, "reason": reason, "finished_at": timezone.now()}
        self.record(**fields, lease_owner="", lease_until=None)
        self._wake_next()

    def postpone(self, until: datetime, reason: str, *, burn: bool = True, **fields: Any) -> None:
        """Put the row back to the queue. `burn=False` does not count the attempt (the fault was not the row's).

        With an order key it gives way to later rows after 3 attempts or 60 s, so that one bad row cannot silence a
        person for good.
        """
        tried_for = timezone.now() - (self.started_at or self.created_at)
        gives_way = burn and (self.attempts >= GIVES_WAY_AFTER_ATTEMPTS or tried_for > GIVES_WAY_AFTER)
        fields |= {"status": self.Status.QUEUED, "reason": reason, "due_at": until, "woken_at": None}
        fields |= {"gave_way": self.gave_way or gives_way, "lease_owner": "", "lease_until": None}
        self.record(**fields, attempts=self.attempts - (0 if burn else 1))
        if self.gave_way:
            self._wake_next()

    def give_way(self) -> None:
        """Let later rows of the same order key go first: what this one waits for takes long."""
        self._work().filter(pk=self.pk).update(gave_way=True)
        self._wake_next()

    def exhaust(self) -> None:
        """Fail a row whose attempts are used up; subclasses tell whoever waits."""
        self.settle(self.Status.FAILED, "attempts")

    def cancel(self, reason: str = "cancelled") -> bool:
        """Cancel the row whatever it is doing; False where it was finished already. A running worker notices."""
        changed = (
            self._work()
            .filter(pk=self.pk)
            .unfinished()
            .update(
                status=self.Status.CANCELLED,
                reason=reason,
                finished_at=timezone.now(),
                lease_owner="",
                lease_until=None,
            )
        )
        if changed:
            self._assign({"status": self.Status.CANCELLED, "reason": reason})
            self._wake_next()
        return bool(changed)

    def restart(self, **fields: Any) -> bool:
        """Queue a finished row again, with a full count of attempts; False where it is not finished."""
        fields |= {"status": self.Status.QUEUED, "reason": "", "attempts": 0, "due_at": timezone.now()}
        fields |= {"gave_way": False, "woken_at": None, "started_at": None, "finished_at": None}
        finished = self._work().filter(pk=self.pk).exclude(status__in=self.UNFINISHED)
        if not finished.update(**fields):
            return False
        self._assign(fields)
        self.wake()
        return True

    def _assign(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self, name, value)

    def _wake_next(self) -> None:
        if not self.order_key:
            return
        later = self._work().filter(order_key=self.order_key, pk__gt=self.pk, status=self.Status.QUEUED)
        following = later.order_by("pk").first()
        if following is not None:
            following.wake()


def kinds() -> Iterator[type[Work]]:
    """Every concrete kind of work in the installation."""
    return (model for model in apps.get_models() if issubclass(model, Work))


def sweep(now: datetime | None = None) -> int:
    """Wake what is due or whose lease ran out, in any number of processes at once. Returns how many."""
    now = now or timezone.now()
    woken = 0
    for kind in kinds():
        rank = ["priority"] if kind.ranked else []
        order = [f"-{name}" for name in rank] + ["due_at", "pk"]
        due = list(kind._work().to_wake(now).order_by(*order).only("pk", *rank)[:SWEEP_LIMIT])
        kind._work().filter(pk__in=[row.pk for row in due]).update(woken_at=now)
        for row in due:
            publish_task(kind.task, row.pk, bulk=row.is_bulk)
        woken += len(due)
    return woken


def publish_task(name: str, pk: int, *, bulk: bool = False) -> None:
    """Queue a task by name, bulk behind everything else; a broker that is away is logged and forgiven."""
    try:
        current_app.send_task(name, args=[pk], retry=False, priority=LAST if bulk else None)
    except (OperationalError, OSError) as error:
        logger.warning("The broker is away; the sweeper will wake this row.", extra={"task": name, "pk": pk})
        logger.debug("The broker said so.", extra={"error": type(error).__name__})


def _from_now(span: timedelta) -> "models.ExpressionWrapper[Any]":
    """The database's clock plus a span, so that leases do not depend on any worker's clock."""
    span = span * settings.WORK_LEASE_SCALE
    return models.ExpressionWrapper(Now() + models.Value(span), output_field=models.DateTimeField())
