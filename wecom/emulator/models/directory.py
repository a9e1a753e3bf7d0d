"""Companies, their departments and members, and the self-built applications with their secrets."""

from django.db import models
from django.db.models.functions import Lower

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
    name_en = models.CharField(max_length=100, blank=True)
    parent = models.PositiveIntegerField(default=1)
    order = models.PositiveBigIntegerField(default=0)
    leaders = models.JSONField(default=list, blank=True, help_text="User IDs.")

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
    main_department = models.PositiveIntegerField(null=True, blank=True)
    leads = models.JSONField(default=list, blank=True, help_text="The departments that this person leads.")
    direct_leaders = models.JSONField(default=list, blank=True, help_text="User IDs.")
    alias = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict, blank=True, help_text="gender, mobile, email, biz_mail, address, avatar.")
    extattr = models.JSONField(default=list, blank=True, help_text="Fields of the company's own, as the API has them.")
    status = models.PositiveSmallIntegerField(choices=Status.choices, default=Status.ACTIVE)
    visible = models.BooleanField(default=True, help_text="In the visible range of the company's applications.")
    licensed = models.BooleanField(default=True, help_text="Has a basic interface licence (基础接口许可).")

    class Meta:
        app_label = "emulator"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["corp", "userid"], name="emulator_member_once")]
        indexes = [models.Index("corp", Lower("userid"), name="emulator_member_find")]

    def __str__(self) -> str:
        return self.userid

    @property
    def reachable(self) -> bool:
        """Whether any application may see this person and write to them; see `scope` for one of them."""
        return self.visible and self.status in {self.Status.ACTIVE, self.Status.INACTIVE}

    @property
    def employed(self) -> bool:
        """False for who left: the directory no longer has them."""
        return self.status != self.Status.LEFT


class Tag(Row):
    """A tag of members and departments. Only the application that made it may change who has it."""

    app_id: int | None

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE, related_name="tags")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=32)
    userids = models.JSONField(default=list, blank=True)
    departments = models.JSONField(default=list, blank=True)
    app = models.ForeignKey("App", on_delete=models.SET_NULL, null=True, blank=True, help_text="Who made it.")

    class Meta:
        app_label = "emulator"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["corp", "number"], name="emulator_tag_once")]

    def __str__(self) -> str:
        return self.name


def everybody() -> dict[str, list[int]]:
    """The visible range of an application that was made for the whole company."""
    return {"users": [], "parties": [1], "tags": []}


class App(Row):
    """A self-built application (自建应用) with the three values of its callback form.

    Number 0 is the contacts assistant (通讯录同步), which has a secret and a callback form like an application.
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
