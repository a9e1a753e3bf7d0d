"""Self-built applications (自建应用), and their data on the workbench."""

from django.db import models

from wecom.emulator.models.base import Row
from wecom.emulator.models.directory import Corp, Member


def everybody() -> dict[str, list[int]]:
    """A visible range (可见范围) that covers the whole company."""
    return {"users": [], "parties": [1], "tags": []}


class App(Row):
    """A self-built application (自建应用) with its secret and the three values of its callback form.

    Agent ID 0 is the contacts assistant (通讯录同步), which has a secret and a callback form too.
    """

    class Format(models.TextChoices):
        XML = "xml"
        JSON = "json"

    ASSISTANT = 0

    corp_id: int

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE, related_name="apps")
    agent_id = models.PositiveIntegerField()
    name = models.CharField(max_length=32)
    description = models.CharField(max_length=120, blank=True)
    secret = models.CharField(max_length=64)
    token = models.CharField(max_length=32)
    aes_key = models.CharField(max_length=43)
    callback_url = models.CharField(max_length=500, blank=True)
    callback_format = models.CharField(max_length=4, choices=Format.choices, default=Format.XML)
    redirect_domain = models.CharField(max_length=255, blank=True, help_text="Trusted domain (可信域名); empty is any.")
    menu = models.JSONField(default=list, blank=True, help_text="The buttons below the chat.")
    scope = models.JSONField(default=everybody, help_text="Who may see it: users, parties, tags.")
    privileged = models.BooleanField(default=False, help_text="Made before June 2022: gets phone, e-mail, picture …")
    profile = models.JSONField(default=dict, blank=True, help_text="What agent/set changed, beside name and domain.")
    closed = models.BooleanField(default=False, help_text="Disabled in the console: it may not send.")
    counted_day = models.PositiveIntegerField(default=0, help_text="The day that `counted` is of.")
    counted = models.PositiveIntegerField(default=0, help_text="People written to on that day.")
    workbench = models.JSONField(default=dict, blank=True, help_text="Whether it is open, and the template.")
    hears_contacts = models.BooleanField(default=False, help_text="Gets change_contact, as the assistant does.")

    class Meta:
        app_label = "emulator"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["corp", "agent_id"], name="emulator_app_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.agent_id})"


class WorkbenchData(Row):
    """The data of one member on the workbench (工作台) instead of the template's."""

    app = models.ForeignKey(App, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    data = models.JSONField()

    class Meta:
        app_label = "emulator"
        constraints = [models.UniqueConstraint(fields=["app", "member"], name="emulator_workbench_once")]

    def __str__(self) -> str:
        return f"{self.app} for {self.member}"
