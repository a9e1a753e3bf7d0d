"""Worker processes, the counts of all processes, erasures that all machines follow, and records of readings."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WorkerProcess(models.Model):
    """A process that holds leases of work. `core.work.processes` writes its heartbeat and removes it once it is dead.

    Attributes:
        token: the beginning of the `lease_owner` of every row that it works on.
        machine: where its `pid` means something; empty where we cannot look.
        ticks: when it started by that machine's clock, because a pid is used again.
        locked: whether it holds a lock for as long as it lives (`core.work.life_lock`).
        queues: that it takes tasks from, separated by commas.
        looped_at: when the loop that takes them last went round.
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
    queues = models.CharField(max_length=200, default="", db_default="")
    looped_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "worker process"
        verbose_name_plural = "worker processes"
        default_permissions = ()  # it is shown nowhere

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}"


class MetricCount(models.Model):
    """The sum over all processes of one series of a metric. `core.metrics` writes it.

    Attributes:
        labels: the values of the labels, as a JSON list.
        part: of a histogram, the upper limit of the bucket, or `sum`.
    """

    name = models.CharField(max_length=100)
    labels = models.CharField(max_length=500)
    part = models.CharField(max_length=20, blank=True)
    value = models.FloatField()

    class Meta:
        verbose_name = "metric count"
        verbose_name_plural = "metric counts"
        default_permissions = ()  # it is shown nowhere
        constraints = [models.UniqueConstraint(fields=["name", "labels", "part"], name="metric_count_once")]

    def __str__(self) -> str:
        return f"{self.name}{self.labels}{self.part}"


class Erasure(models.Model):
    """Something that no machine may keep a copy of. `core.storage.erasures` writes it, and each machine follows.

    Attributes:
        kind: the kind of thing with this name, such as a file of the bucket.
    """

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=500)
    erased_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        verbose_name = "erasure"
        verbose_name_plural = "erasures"
        default_permissions = ()  # it is shown nowhere

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class AccessRecord(models.Model):
    """A reading of a member's message by an account or a program: one an hour for each page. It has no text.

    Attributes:
        person: the key of the member; 0 for a reading of many.
        page: the label of a model, or the name of a page.
    """

    class Way(models.TextChoices):
        ROW = "row", _("on its page")
        LIST = "list", _("in a list")
        SEARCH = "search", _("in a search")
        EXPORT = "export", _("exported")

    reader = models.CharField(_("read by"), max_length=160)
    is_program = models.BooleanField(_("program"), default=False)
    page = models.CharField(_("page"), max_length=60)
    way = models.CharField(_("way"), max_length=6, choices=Way)
    person = models.BigIntegerField(default=0)
    rows = models.PositiveIntegerField(_("rows"), default=1)
    hour = models.DateTimeField(_("hour"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "reader", "is_program", "person", "page", "way"], name="access_record_once_an_hour"
            )
        ]
        indexes = [
            models.Index(fields=["person", "hour"], name="access_record_person"),
            models.Index(fields=["reader", "hour"], name="access_record_reader"),
        ]

    def __str__(self) -> str:
        return f"{self.reader} {self.hour:%Y-%m-%d %H:00} {self.page}"
