"""The emulator's clock."""

from django.db import models

from wecom.emulator.models.base import Row


class Clock(Row):
    """The offset from real time, in seconds; a single row."""

    offset = models.FloatField(default=0)

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return f"{self.offset:+g} s"
