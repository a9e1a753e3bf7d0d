"""Callbacks to applications, with each delivery attempt."""

from django.db import models

from wecom.emulator.models.applications import App
from wecom.emulator.models.base import Row
from wecom.emulator.models.messages import Message


class Callback(Row):
    """A callback to an application, in plain text and as it is sent: encrypted and signed."""

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
    """One delivery of a callback, with the answer."""

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
