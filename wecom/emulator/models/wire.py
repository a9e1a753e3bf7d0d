"""What went over the wire: API calls, callbacks with every delivery, the faults that were asked for, the clock."""

from django.db import models

from wecom.emulator.models.base import Row
from wecom.emulator.models.directory import App
from wecom.emulator.models.messages import Message


class Fault(Row):
    """Something that shall go wrong with the next calls of a path."""

    class Kind(models.TextChoices):
        ERRCODE = "errcode"
        STATUS = "status"
        HTML = "html"
        EMPTY = "empty"
        TRUNCATED = "truncated"
        DELAY = "delay"
        RESET = "reset"
        HALF_CLOSE = "half_close"
        DROP = "drop"
        PARTIAL = "partial"
        UNLICENSED = "unlicensed"
        MIX = "mix"

    name = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=100, help_text="message/send; * is every path.")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    value = models.FloatField(default=0, help_text="The errcode, the HTTP status, or seconds.")
    processed = models.BooleanField(default=False, help_text="The call takes effect before the fault strikes.")
    times = models.PositiveIntegerField(null=True, blank=True, help_text="How many calls are left; empty is all.")
    share = models.FloatField(default=1.0, help_text="Which share of the calls is hit.")
    member = models.CharField(max_length=64, blank=True, help_text="Only calls that address this user ID.")
    mix = models.JSONField(default=list, blank=True, help_text="Names of faults, one of which strikes each time.")
    seed = models.IntegerField(null=True, blank=True, help_text="Makes which calls are hit, and how, repeatable.")
    seen = models.PositiveIntegerField(default=0, help_text="Calls that it could have struck.")
    hits = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "emulator"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.path}: {self.kind} {self.value:g}"


class Call(Row):
    """One call of the API. Bodies are cut; the digest is of the whole."""

    path = models.CharField(max_length=100)
    app = models.ForeignKey(App, on_delete=models.SET_NULL, null=True, blank=True)
    at = models.FloatField()
    errcode = models.IntegerField(null=True, blank=True)
    status = models.PositiveIntegerField(null=True, blank=True, help_text="Empty where the connection was reset.")
    milliseconds = models.FloatField()
    digest = models.CharField(max_length=64)
    request = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    fault = models.CharField(max_length=64, blank=True)

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return f"{self.path} → {self.errcode}"


class Callback(Row):
    """One callback to an application: plain, and sealed as it goes out. A retry is the same bytes again."""

    app_id: int
    message_id: int | None

    class Status(models.TextChoices):
        QUEUED = "queued"
        DELIVERED = "delivered"
        FAILED = "failed"

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="callbacks")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, blank=True, related_name="callbacks")
    userid = models.CharField(max_length=64)
    kind = models.CharField(max_length=32, help_text="The message type, or the event.")
    plain = models.TextField()
    query = models.CharField(max_length=255)
    body = models.TextField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.QUEUED)
    copies = models.PositiveSmallIntegerField(default=1)
    delay = models.FloatField(default=0)
    at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return f"{self.kind} from {self.userid}: {self.status}"


class Attempt(Row):
    """One delivery of a callback."""

    callback = models.ForeignKey(Callback, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    at = models.FloatField()
    milliseconds = models.FloatField()
    status = models.PositiveIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "emulator"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.number}: {self.status or self.error}"


class Clock(Row):
    """How far the emulator's clock is from the real one; a single row."""

    offset = models.FloatField(default=0)

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return f"{self.offset:+g} s"
