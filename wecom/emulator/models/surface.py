"""What an application shows beside its messages: its place on the workbench, and pages that use the JS-SDK."""

from django.db import models

from wecom.emulator.models.base import Row
from wecom.emulator.models.directory import App, Member


class JsTicket(Row):
    """What a page's signature is made with."""

    class Kind(models.TextChoices):
        COMPANY = "company", "config"
        APPLICATION = "application", "agentConfig"

    LIFETIME = 7200.0  # seconds

    app_id: int

    app = models.ForeignKey(App, on_delete=models.CASCADE)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    value = models.CharField(max_length=128, unique=True)
    expires_at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.value


class WorkbenchData(Row):
    """What an application shows one member on the workbench (工作台), in the place of its template's data."""

    app = models.ForeignKey(App, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    data = models.JSONField()

    class Meta:
        app_label = "emulator"
        constraints = [models.UniqueConstraint(fields=["app", "member"], name="emulator_workbench_once")]

    def __str__(self) -> str:
        return f"{self.app} for {self.member}"
