"""The processes that work, so that the work of a dead one is taken over in seconds."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class WorkerProcess(models.Model):
    """A process that holds leases of work. `core.work.processes` writes its heartbeat and removes it once it is dead.

    Attributes:
        token: the beginning of the `lease_owner` of every row that it works on.
        machine: where its `pid` means something; empty where we cannot look.
        ticks: when it started by that machine's clock, because a pid is used again.
        locked: whether it holds a lock for as long as it lives (`core.work.life_lock`).
    """

    TOKEN_LENGTH: ClassVar[int] = 16

    token = models.CharField(max_length=TOKEN_LENGTH, primary_key=True)
    machine = models.CharField(max_length=100, blank=True)
    host = models.CharField(max_length=253)
    pid = models.PositiveIntegerField()
    ticks = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    heartbeat_at = models.DateTimeField(db_default=Now())
    locked = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = "worker process"
        verbose_name_plural = "worker processes"
        default_permissions = ()  # it is shown nowhere

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}"
