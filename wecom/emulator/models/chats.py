"""Group chats that applications made."""

from django.db import models

from wecom.emulator.models.base import Row
from wecom.emulator.models.directory import App


class Chat(Row):
    """A group chat (群聊) of members of one company, made by an application, which alone may write into it."""

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
