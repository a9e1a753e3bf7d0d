"""A company's directory: departments, members and tags."""

from django.db import models
from django.db.models.functions import Lower

from wecom.emulator.models.base import Row


class Corp(Row):
    """A company (企业) on the platform."""

    corp_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.corp_id


class Department(Row):
    """A department (部门). Number 1 is the root."""

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
    """A member (成员). User IDs are compared without regard to case and returned in lower case."""

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
        """Whether applications can send messages to this member; `visible_range` decides for a single application."""
        return self.visible and self.status in {self.Status.ACTIVE, self.Status.INACTIVE}

    @property
    def employed(self) -> bool:
        """Whether the directory still has this member."""
        return self.status != self.Status.LEFT


class Tag(Row):
    """A tag (标签) of members and departments. Only the application that created it may change it."""

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
