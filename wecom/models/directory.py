"""The company's directory as far as its applications see it: departments, members, tags, and the work of reading it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import text_search
from core.work.base import Work
from wecom.models.company import Application, Corporation

ROOT = 1  # the platform's number of the whole company
ERASED = "erased-"  # what the user ID of an erased member begins with


class DepartmentQuerySet(models.QuerySet["Department"]):
    """Queries on departments."""

    def existing(self) -> "DepartmentQuerySet":
        """Without those that were dissolved."""
        return self.filter(gone_at=None)


class Department(models.Model):
    """A department (部门). Its place in the tree is the number of its parent, which may be out of sight."""

    corporation = models.ForeignKey(
        Corporation, models.CASCADE, related_name="departments", verbose_name=_("corporation")
    )
    number = models.PositiveBigIntegerField(_("number"))
    parent_number = models.PositiveBigIntegerField(_("number of the department above"), default=0)
    name = models.CharField(_("name"), max_length=128, blank=True)
    name_en = models.CharField(_("English name"), max_length=128, blank=True)
    order = models.PositiveBigIntegerField(
        _("order"), default=0, help_text=_("Departments with a larger number come first.")
    )
    leaders = models.JSONField(_("leaders"), default=list, blank=True, help_text=_("User IDs of the leaders."))
    applications = models.ManyToManyField(
        Application, related_name="departments", blank=True, verbose_name=_("visible to")
    )
    gone_at = models.DateTimeField(_("dissolved at"), null=True, blank=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "number"], name="department_unique_number"),
        ]
        indexes = [models.Index(fields=["corporation", "parent_number"], name="department_children")]

    def __str__(self) -> str:
        return self.name or f"#{self.number}"


class MemberQuerySet(models.QuerySet["Member"]):
    """Queries on members."""

    def beyond(self, application: Application) -> "MemberQuerySet":
        """Members whom the application cannot reach: they left, or are known to be out of its visible range."""
        out = ApplicationMember.objects.filter(application=application, in_range=False).values("member")
        return self.filter(models.Q(status=Member.Status.LEFT) | models.Q(pk__in=out))

    def called(self, words: str) -> "MemberQuerySet":
        """Members whose user ID, name or alias contains each of these words."""
        return self.filter(text_search.matching(Member, ("user_id", "name", "alias"), words))

    def note_leaving(self, *, now: datetime) -> None:
        """Note since when members have left, as far as is known; forget it of those who are back."""
        self.filter(status=Member.Status.LEFT, left_at=None).exclude(user_id__startswith=ERASED).update(left_at=now)
        self.exclude(status=Member.Status.LEFT).exclude(left_at=None).update(left_at=None)

    def names(self, user_ids: Iterable[str]) -> dict[tuple[int, str], str]:
        """Their names, by corporation and user ID; without those that have no name."""
        rows = self.filter(user_id__in=set(user_ids)).exclude(name="")
        return {(number, user_id): name for number, user_id, name in rows.values_list("corporation", "user_id", "name")}


class Member(models.Model):
    """A member of the company (成员), created on first contact or read from the directory.

    User IDs are lower-cased: the platform ignores case. Phone numbers, e-mail and pictures are not kept, since nothing
    here needs them. A sync never deletes a member; it sets `left`.
    """

    SEARCHED: ClassVar = ("user_id", "name", "alias", "position")

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        DISABLED = "disabled", _("disabled")
        NOT_ACTIVATED = "not_activated", _("not activated yet")
        LEFT = "left", _("has left the company")

    class Gender(models.TextChoices):
        MALE = "male", _("male")
        FEMALE = "female", _("female")

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="members", verbose_name=_("corporation"))
    user_id = models.CharField(_("user ID"), max_length=64)
    name = models.CharField(_("name"), max_length=64, blank=True)
    alias = models.CharField(_("alias"), max_length=64, blank=True)
    position = models.CharField(_("position"), max_length=128, blank=True)
    gender = models.CharField(_("gender"), max_length=6, choices=Gender, blank=True)
    status = models.CharField(
        _("status"),
        max_length=13,
        choices=Status,
        blank=True,
        help_text=_("Empty until the directory is synchronised."),
    )
    departments = models.ManyToManyField(
        Department, through="Membership", related_name="members", verbose_name=_("departments")
    )
    main_department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("main department")
    )
    direct_leaders = models.JSONField(
        _("direct leaders"), default=list, blank=True, help_text=_("User IDs of the leaders.")
    )
    attributes = models.JSONField(
        _("attributes"), default=dict, blank=True, help_text=_("Fields that the company added to its directory.")
    )
    created_at = models.DateTimeField(_("first seen"), default=timezone.now, editable=False)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True, editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "user_id"], name="member_unique_user_id"),
            models.CheckConstraint(
                condition=models.Q(status__in=["", "active", "disabled", "not_activated", "left"]),
                name="member_known_status",
            ),
        ]
        indexes = [
            models.Index(fields=["user_id"], name="member_user_id"),
            models.Index(fields=["name"], name="member_name"),
        ]

    def __str__(self) -> str:
        return self.name or self.user_id


class Membership(models.Model):
    """That a member is in a department. `seen_by` is the sync that confirmed it last."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="memberships")
    department = models.ForeignKey(Department, models.CASCADE, related_name="memberships")
    is_leader = models.BooleanField(_("leads it"), default=False)
    seen_by = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["member", "department"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.department_id}"


class Tag(models.Model):
    """A tag (标签) of members and departments."""

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="tags", verbose_name=_("corporation"))
    number = models.PositiveBigIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=64, blank=True)
    members = models.ManyToManyField(Member, related_name="tags", blank=True, verbose_name=_("members"))
    departments = models.ManyToManyField(Department, related_name="tags", blank=True, verbose_name=_("departments"))
    gone_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [models.UniqueConstraint(fields=["corporation", "number"], name="tag_unique_number")]

    def __str__(self) -> str:
        return self.name or f"#{self.number}"


class ApplicationMember(models.Model):
    """Whether an application reaches a member: unknown without a row, or with `in_range` None.

    `stale_at` asks for the member to be looked up; `seen_by` is the sync that saw them last.
    """

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="application_members", verbose_name=_("application")
    )
    member = models.ForeignKey(Member, models.CASCADE, related_name="application_members", verbose_name=_("member"))
    in_range = models.BooleanField(_("in the visible range"), null=True, blank=True)
    stale_at = models.DateTimeField(null=True, blank=True, editable=False)
    seen_by = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        db_table = "wecom_reach"
        verbose_name = _("visibility")
        verbose_name_plural = _("visibilities")
        constraints = [models.UniqueConstraint(fields=["application", "member"], name="reach_unique")]
        indexes = [
            models.Index(fields=["application"], condition=models.Q(stale_at__isnull=False), name="reach_stale"),
            models.Index(fields=["application", "in_range"], name="reach_range"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} for {self.application_id}"


class DirectorySyncQuerySet(models.QuerySet["DirectorySync"]):
    """Queries on syncs."""

    def whole(self) -> Self:
        return self.filter(kind=DirectorySync.Kind.FULL)

    def read_to_the_end(self, application: Application) -> Self:
        """The syncs after which a user ID without a row is one that the application cannot see."""
        return self.whole().filter(application=application, status=Work.Status.DONE, reason="")


class DirectorySync(Work):
    """Reads the directory through one application: all of it, or only the changed members.

    `stage` and `cursor` are the checkpoint from which the next attempt goes on. Members whom
    the sync did not see are looked up one by one, after everything was read.
    """

    task = "wecom.sync_directory"
    max_attempts = 30  # each goes on from the checkpoint
    lease = timedelta(seconds=90)
    every: ClassVar[timedelta] = timedelta(hours=24)

    class Kind(models.TextChoices):
        FULL = "full", _("everything")
        CHANGES = "changes", _("what changed")

    class Stage(models.TextChoices):
        DEPARTMENTS = "departments", _("departments")
        MEMBERS = "members", _("members")
        TAGS = "tags", _("tags")
        UNSEEN = "unseen", _("members who left")
        DETAILS = "details", _("details")

    class Reason(models.TextChoices):
        HELD = "held", _("waits for a setting to be corrected")
        BUSY = "busy", _("the platform is busy")
        REFUSED = "refused", _("the platform refused it")
        FORBIDDEN = "forbidden", _("the application may not read the contacts")
        INCOMPLETE = "incomplete", _("some of it could not be read")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="directory_syncs", verbose_name=_("application")
    )
    kind = models.CharField(_("what"), max_length=8, choices=Kind, default=Kind.FULL)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, blank=True, editable=False)
    cursor = models.CharField(max_length=255, blank=True, editable=False)
    departments_total = models.PositiveIntegerField(_("departments"), default=0, editable=False)
    departments_read = models.PositiveIntegerField(_("departments read"), default=0, editable=False)
    members_read = models.PositiveIntegerField(_("members read"), default=0, editable=False)
    tags_read = models.PositiveIntegerField(_("tags read"), default=0, editable=False)
    looked_up = models.PositiveIntegerField(_("members looked up"), default=0, editable=False)
    notes = models.JSONField(default=list, blank=True, editable=False)
    errcode = models.IntegerField(_("error code"), null=True, blank=True)

    objects = DirectorySyncQuerySet.as_manager()

    class Meta:
        verbose_name = _("directory sync")
        verbose_name_plural = _("directory syncs")
        indexes = [
            models.Index(fields=["status", "due_at"], name="directorysync_due"),
            models.Index(fields=["order_key", "status", "id"], name="directorysync_order"),
        ]

    def __str__(self) -> str:
        return f"{self.application} #{self.pk}"

    @property
    def progress(self) -> int:
        """0 to 100: mostly how many of the departments were read."""
        if self.status == self.Status.DONE:
            return 100
        first = {"": 0, self.Stage.DEPARTMENTS: 2, self.Stage.TAGS: 85, self.Stage.UNSEEN: 92, self.Stage.DETAILS: 94}
        if self.stage in first:
            return first[self.stage]
        return 5 + 80 * min(self.departments_read, self.departments_total) // max(1, self.departments_total)
