"""Messages in both directions, and the chats that they appear in."""

from django.db import models

from wecom.emulator.models.applications import App
from wecom.emulator.models.base import Row
from wecom.emulator.models.directory import Member
from wecom.emulator.models.group_chats import Chat


class Message(Row):
    """A message from an application to any number of members, or from one member to the application."""

    app_id: int
    sender_id: int | None

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="messages")
    sender = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, blank=True)
    msgtype = models.CharField(max_length=32)
    content = models.JSONField()
    msgid = models.CharField(max_length=128, unique=True)
    sent_at = models.FloatField()
    recalled = models.BooleanField(default=False)

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return f"{self.msgtype} {self.msgid}"


class Entry(Row):
    """A message in one member's chat. Received ones make up the ledger."""

    message_id: int
    member_id: int

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="entries")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="entries")
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="entries")
    received = models.BooleanField(help_text="By the person; false for what they sent themselves.")
    at = models.FloatField()
    read = models.BooleanField(default=False)
    chat = models.ForeignKey(
        Chat, on_delete=models.CASCADE, null=True, blank=True, help_text="The group chat that it was written into."
    )
    changed = models.JSONField(null=True, blank=True, help_text="What the application made of a card: for this person.")

    class Meta:
        app_label = "emulator"
        ordering = ["pk"]
        indexes = [models.Index(fields=["member", "app", "received", "at"], name="emulator_entry_quota")]

    def __str__(self) -> str:
        return f"{self.message_id} for {self.member_id}"


class ResponseCode(Row):
    """A code with which an application updates a card once. One comes with the message, one with each click."""

    LIFETIME = 72 * 3600.0  # seconds

    app_id: int

    app = models.ForeignKey(App, on_delete=models.CASCADE)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=128, unique=True)
    created_at = models.FloatField()
    used_at = models.FloatField(null=True, blank=True)

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.code


class Accepted(Row):
    """A request with `enable_duplicate_check`: repeats get the same answer until it expires."""

    app = models.ForeignKey(App, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64)
    answer = models.JSONField()
    until = models.FloatField()

    class Meta:
        app_label = "emulator"
        indexes = [models.Index(fields=["app", "digest", "until"], name="emulator_accepted_find")]

    def __str__(self) -> str:
        return self.digest
