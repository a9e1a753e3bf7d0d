"""Companies, their departments and members, and the self-built applications with their secrets."""

from django.db import models

from wecom.emulator.models.base import Row


class Corp(Row):
    """A company on the platform."""

    corp_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.corp_id


class Department(Row):
    """A department; number 1 is the root."""

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE, related_name="departments")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    parent = models.PositiveIntegerField(default=1)

    class Meta:
        app_label = "emulator"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["corp", "number"], name="emulator_department_once")]

    def __str__(self) -> str:
        return self.name


class Member(Row):
    """A person of the company. User IDs are compared without regard to case and answered in lower case."""

    class Status(models.IntegerChoices):
        ACTIVE = 1
        DISABLED = 2
        INACTIVE = 4
        LEFT = 5

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE, related_name="members")
    userid = models.CharField(max_length=64)
    name = models.CharField(max_length=64)
    position = models.CharField(max_length=64, blank=True)
    departments = models.JSONField(default=list)
    status = models.PositiveSmallIntegerField(choices=Status.choices, default=Status.ACTIVE)
    visible = models.BooleanField(default=True, help_text="In the visible range of the company's applications.")

    class Meta:
        app_label = "emulator"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["corp", "userid"], name="emulator_member_once")]

    def __str__(self) -> str:
        return self.userid

    @property
    def reachable(self) -> bool:
        """Whether an application may see this person and write to them."""
        return self.visible and self.status in {self.Status.ACTIVE, self.Status.INACTIVE}


class App(Row):
    """A self-built application (自建应用) with the three values of its callback form."""

    corp_id: int

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE, related_name="apps")
    agent_id = models.PositiveIntegerField()
    name = models.CharField(max_length=32)
    description = models.CharField(max_length=120, blank=True)
    secret = models.CharField(max_length=64)
    token = models.CharField(max_length=32)
    aes_key = models.CharField(max_length=43)
    callback_url = models.CharField(max_length=500, blank=True)
    redirect_domain = models.CharField(max_length=255, blank=True, help_text="Trusted domain (可信域名); empty is any.")
    menu = models.JSONField(default=list, blank=True, help_text="The buttons below the chat.")

    class Meta:
        app_label = "emulator"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["corp", "agent_id"], name="emulator_app_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.agent_id})"


class AccessToken(Row):
    """A token that was handed out. Times are unix seconds of the emulator's clock."""

    app_id: int

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="tokens")
    value = models.CharField(max_length=128, unique=True)
    expires_at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return f"{self.app_id} until {self.expires_at:.0f}"


class WrongSecret(Row):
    """A `gettoken` with a wrong secret; several within the hour block the caller's address."""

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE)
    address = models.CharField(max_length=64)
    at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return f"{self.address} at {self.at:.0f}"
