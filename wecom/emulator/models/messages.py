"""Messages in both directions, the chats that they appear in, and media files."""

from django.db import models

from wecom.emulator.models.base import Row
from wecom.emulator.models.chats import Chat
from wecom.emulator.models.directory import App, Corp, Member


class Media(Row):
    """A temporary media file (临时素材), valid for three days of the emulator's clock."""

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE)
    media_id = models.CharField(max_length=128, unique=True)
    kind = models.CharField(max_length=8)
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    seconds = models.FloatField(null=True, blank=True, help_text="Length of a voice message.")
    sealed = models.BooleanField(default=False, help_text="Kept encrypted: ranges are multiples of 16 bytes.")
    by_url = models.BooleanField(default=False, help_text="Fetched by upload_by_url: cannot be sent in a message.")
    created_at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.media_id


class Message(Row):
    """One thing said: by the application to any number of people, or by one person to the application."""

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
    """One message in one person's chat with the application. Those received are the ledger."""

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
    """What lets an application change a card once: one comes with the message, one with each click."""

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
    """A request under `enable_duplicate_check`, remembered with its answer for as long as it asked."""

    app = models.ForeignKey(App, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64)
    answer = models.JSONField()
    until = models.FloatField()

    class Meta:
        app_label = "emulator"
        indexes = [models.Index(fields=["app", "digest", "until"], name="emulator_accepted_find")]

    def __str__(self) -> str:
        return self.digest
