"""Sensitive subjects (关怀主题): how members write about each, what they read, and the group that is told."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from conversations.models.knowledge.entries import KnowledgeRevision
from conversations.models.operators import OperatorGroup


class CareSubjectQuerySet(models.QuerySet["CareSubject"]):
    """Queries on sensitive subjects."""

    def enabled(self) -> "CareSubjectQuerySet":
        return self.filter(enabled=True)

    def unconfirmed(self) -> "CareSubjectQuerySet":
        """Those in use whose hotlines and texts the company has not confirmed."""
        return self.enabled().filter(confirmed_at=None)

    def without_group(self) -> "CareSubjectQuerySet":
        """Those in use that no group is told about."""
        return self.enabled().exclude(group__enabled=True, group__operators__enabled=True)


class CareSubject(models.Model):
    """A sensitive subject. Rows come with the installation; the company edits and confirms them."""

    CONFIRMED: ClassVar = ("hotlines", "hotlines_en", "answer", "answer_en")

    key = models.SlugField(_("key"), max_length=30, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    enabled = models.BooleanField(_("enabled"), default=True, help_text=_("Off: such messages are answered as others."))
    position = models.PositiveSmallIntegerField(
        _("order"), default=10, help_text=_("Of two subjects in one message, the lower number is answered.")
    )
    words = models.TextField(
        _("words"),
        help_text=_(
            "One wording a line. “+” joins parts that must all be there. A line with “-” before it is never meant, one "
            "with “?” only suspected. “*” ends the beginning of an English word."
        ),
    )
    examples = models.TextField(
        _("examples"), blank=True, help_text=_("Whole messages, one a line: others that mean the same are found.")
    )
    answer = models.TextField(_("answer"), help_text=_("What members who write Chinese read."))
    answer_en = models.TextField(_("answer in English"))
    hotlines = models.TextField(_("hotlines"), blank=True, help_text=_("One a line, below the answer."))
    hotlines_en = models.TextField(_("hotlines in English"), blank=True)
    group = models.ForeignKey(
        OperatorGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="care_subjects",
        verbose_name=_("group that is told"),
        help_text=_("Its operators get a message at once, at any time of day. None: nobody is told."),
    )
    most_alerts = models.PositiveSmallIntegerField(
        _("alerts an hour at most"),
        default=20,
        validators=[MinValueValidator(1)],
        help_text=_("More cases within an hour are kept without a message to the group."),
    )
    keep_days = models.PositiveSmallIntegerField(
        _("kept for days"),
        default=180,
        validators=[MinValueValidator(1)],
        help_text=_("That long after a case was closed, it is deleted."),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("confirmed by"),
    )
    vectors = models.BinaryField(default=b"", editable=False)
    vectors_of = models.CharField(max_length=200, blank=True, default="", editable=False)

    objects = CareSubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("sensitive subject")
        verbose_name_plural = _("sensitive subjects")
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(condition=models.Q(most_alerts__gte=1), name="caresubject_alerts"),
            models.CheckConstraint(condition=models.Q(keep_days__gte=1), name="caresubject_kept"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Processes read the table anew: it has a number in common with the knowledge."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            KnowledgeRevision.objects.next()

    def name_in(self, language: str) -> str:
        return self.name if language.startswith("zh") else self.name_en or self.name
