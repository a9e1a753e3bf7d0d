"""The log of API calls, and the faults injected into them."""

from django.db import models

from wecom.emulator.models.applications import App
from wecom.emulator.models.base import Row


class Call(Row):
    """A logged call. Long bodies are cut; the digest covers the whole body."""

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


class Fault(Row):
    """A fault of the next calls of a path."""

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
