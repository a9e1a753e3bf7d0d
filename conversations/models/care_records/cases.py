"""Cases of members who wrote about a sensitive subject: private tickets, with a right of their own."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.care_records.subjects import CareSubject
from conversations.models.operators import OperatorGroup
from wecom.models import Application, Member


class CareCaseQuerySet(models.QuerySet["CareCase"]):
    """Queries on cases."""

    def unfinished(self) -> "CareCaseQuerySet":
        return self.exclude(status=CareCase.Status.CLOSED)

    def told_since(self, group: OperatorGroup, since: datetime) -> "CareCaseQuerySet":
        """Those that this group was told about."""
        return self.filter(group=group, told_at__gte=since)

    def seen_by(self, user: Any) -> "CareCaseQuerySet":
        """Those that an account may read: of its own groups, or all with the right to read them."""
        if user.has_perm("conversations.read_carecase"):
            return self
        return self.filter(group__operators__user=user.pk, group__operators__enabled=True).distinct()


class CareCase(models.Model):
    """What a member wrote about a sensitive subject, and who looks after them. No other table has these words."""

    class Status(models.TextChoices):
        OPEN = "open", _("waits for a person")
        TAKEN = "taken", _("a person looks after it")
        CLOSED = "closed", _("closed")

    class FoundBy(models.TextChoices):
        """How it was noticed."""

        WORDS = "words", _("by its words")
        MEANING = "meaning", _("by its meaning")

    subject = models.ForeignKey(CareSubject, models.PROTECT, related_name="cases", verbose_name=_("subject"))
    application = models.ForeignKey(Application, models.CASCADE, related_name="+", verbose_name=_("application"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="care_cases", verbose_name=_("member"))
    group = models.ForeignKey(
        OperatorGroup, models.SET_NULL, null=True, blank=True, related_name="care_cases", verbose_name=_("group")
    )
    said = models.TextField(_("what the member wrote"))
    times = models.PositiveIntegerField(_("messages"), default=1)
    found_by = models.CharField(_("noticed"), max_length=8, choices=FoundBy)
    language = models.CharField(max_length=8, blank=True, default="", editable=False)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    note = models.TextField(_("note"), blank=True, help_text=_("For those who look after it."))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("taken by")
    )
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)
    last_said_at = models.DateTimeField(_("last message"), default=timezone.now)
    told_at = models.DateTimeField(_("group told at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = CareCaseQuerySet.as_manager()

    MOST_SAID: ClassVar = 4000  # characters that a case keeps, from the newest back

    class Meta:
        verbose_name = _("care case")
        verbose_name_plural = _("care cases")
        permissions = [("read_carecase", "Can read the care cases of all groups")]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "member", "subject"],
                condition=~models.Q(status="closed"),
                name="carecase_one_unfinished",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "told_at"], name="carecase_told"),
            models.Index(fields=["status", "closed_at"], name="carecase_closed"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def add(self, text: str, *, now: datetime) -> None:
        """One more message of the member about it; the oldest words give way."""
        lines = f"{self.said}\n{text}"[-self.MOST_SAID :]
        self.said, self.times, self.last_said_at = lines, self.times + 1, now
        self.save(update_fields=["said", "times", "last_said_at"])
