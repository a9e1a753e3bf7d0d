"""The company's directory as far as its applications see it: departments, members, tags."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from functools import reduce
from operator import or_
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import text_search
from core.text import member_names, name_pinyin
from wecom.models.company import Application, Corporation

MOST_NAMES = 5_000  # in one statement
MOST_NOTED = 100  # in one statement, which reads all rows
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

    def beyond(self, application: Application | int) -> "MemberQuerySet":
        """Members out of reach of the application: they left, or are known to be out of its visible range."""
        out = ApplicationMember.objects.filter(application=application, in_range=False).values("member")
        return self.filter(models.Q(status=Member.Status.LEFT) | models.Q(pk__in=out))

    def called(self, query: str) -> "MemberQuerySet":
        """Members whose user ID, name or alias contains each of these words."""
        return self.filter(text_search.matching(Member, ("user_id", "name", "alias"), query))

    def note_leaving(self, *, now: datetime) -> None:
        """Note since when members have left, as far as is known; forget it of those who are back."""
        self.filter(status=Member.Status.LEFT, left_at=None).exclude(user_id__startswith=ERASED).update(left_at=now)
        self.exclude(status=Member.Status.LEFT).exclude(left_at=None).update(left_at=None)

    def names(self, user_ids: Iterable[str]) -> dict[tuple[int, str], str]:
        """Their names, by corporation and user ID; without those that have no name."""
        rows = self.filter(user_id__in=set(user_ids)).exclude(name="")
        return {(number, user_id): name for number, user_id, name in rows.values_list("corporation", "user_id", "name")}

    def keys_of(self, people: Iterable[tuple[int, str]]) -> list[int]:
        """The keys of those members among people, who are given by corporation and user ID."""
        wanted = {(corporation, user_id.lower()) for corporation, user_id in people}
        rows = self.filter(user_id__in={user_id for _corporation, user_id in wanted})
        return [
            key
            for key, corporation, user_id in rows.values_list("pk", "corporation", "user_id")
            if (corporation, user_id) in wanted
        ]

    def readings(self, names: Collection[str], *, with_notes: Collection[str] = ()) -> dict[str, str]:
        """Those of members, `with_notes` as in 曾丽（人事）, too, with the pinyin, "" where there is none or two."""
        wanted, by_name = list(names), dict[str, set[str]]()
        for first in range(0, len(wanted), MOST_NAMES):
            named = self.filter(name__in=wanted[first : first + MOST_NAMES]).values_list("name", "pinyin").distinct()
            for name, reading in named:
                by_name.setdefault(name, set()).add(reading)
        for name, reading in self._noted(set(with_notes) - by_name.keys()):
            by_name.setdefault(name, set()).add(reading)
        nonempty = {name: readings - {""} for name, readings in by_name.items()}
        return {name: readings.pop() if len(readings) == 1 else "" for name, readings in nonempty.items()}

    def _noted(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        """Those of these names that members have beside a note, with the pinyin."""
        holds_one = [models.Q(name__contains=name) for name in sorted(names)[:MOST_NOTED]]
        rows = self.filter(reduce(or_, holds_one)).values_list("name", "pinyin") if holds_one else ()
        called = ((member_names.chinese_name(name), reading) for name, reading in rows)
        return ((name, reading) for name, reading in called if name in names)


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

    class Language(models.TextChoices):
        CHINESE = "zh-hans", _("Chinese")
        ENGLISH = "en", _("English")

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="members", verbose_name=_("corporation"))
    user_id = models.CharField(_("user ID"), max_length=64)
    name = models.CharField(pgettext_lazy("of a member", "name"), max_length=64, blank=True)
    alias = models.CharField(_("alias"), max_length=64, blank=True)
    position = models.CharField(pgettext_lazy("of a member", "position"), max_length=128, blank=True)
    gender = models.CharField(_("gender"), max_length=6, choices=Gender, blank=True)
    status = models.CharField(
        _("status"),
        max_length=13,
        choices=Status,
        blank=True,
        help_text=_("Empty until the directory is synchronised."),
    )
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=Language,
        blank=True,
        default="",
        db_default="",
        help_text=_("The member sets it with /language, too. Empty: the language that they write."),
    )
    pinyin = models.CharField(
        _("pinyin of the name"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "How videos and voice messages read the name, with tones: céng zhì wěi or ceng2 zhi4 wei3. The surname "
            "alone is enough. Empty: as the dictionary has it."
        ),
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
            models.CheckConstraint(
                condition=models.Q(language__in=["", "zh-hans", "en"]), name="member_known_language"
            ),
        ]
        indexes = [
            models.Index(fields=["user_id"], name="member_user_id"),
            models.Index(fields=["name"], name="member_name"),
            models.Index(fields=["status", "id"], name="member_status"),
        ]

    def __str__(self) -> str:
        return self.name or self.user_id

    def clean(self) -> None:
        if self.pinyin:
            name_pinyin.check_pinyin(self.name, self.pinyin)

    def was_read_as(self, name: str) -> bool:
        """Whether the pinyin was written for an earlier name, and does not fit this one."""
        return name_pinyin.reads_differently(self.pinyin, name, self.name)


class Membership(models.Model):
    """That a member is in a department. `seen_by` is the sync that confirmed it last.

    `joined_at` is when this was first heard; None if they may have been there long before, as when the directory was
    read for the first time.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="memberships")
    department = models.ForeignKey(
        Department,
        models.CASCADE,
        db_index=False,  # two indexes begin with it
        related_name="memberships",
    )
    is_leader = models.BooleanField(_("leads it"), default=False)
    seen_by = models.PositiveBigIntegerField(default=0, editable=False)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now, null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["member", "department"], name="membership_unique")]
        indexes = [
            models.Index(fields=["department", "joined_at"], name="membership_joined"),
            models.Index(fields=["department", "member"], name="membership_members"),
        ]

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
            models.Index(fields=["member"], condition=models.Q(in_range=False), name="reach_outside"),
            models.Index(fields=["member"], condition=models.Q(in_range__isnull=False), name="reach_known"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} for {self.application_id}"
