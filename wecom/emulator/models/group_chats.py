"""Group chats (群聊会话) that applications created."""

from django.db import models

from wecom.emulator.models.applications import App
from wecom.emulator.models.base import Row


class Chat(Row):
    """A group chat of members. Only the application that created it can send messages to it."""

    app_id: int

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="chats")
    chat_id = models.CharField(max_length=32)
    name = models.CharField(max_length=50, blank=True)
    owner = models.CharField(max_length=64)
    userids = models.JSONField(default=list)
    created_at = models.FloatField()

    class Meta:
        app_label = "emulator"
        ordering = ["pk"]
        indexes = [models.Index(fields=["chat_id"], name="emulator_chat_find")]

    def __str__(self) -> str:
        return self.name or self.chat_id
