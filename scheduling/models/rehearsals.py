"""Rehearsals of campaigns and series."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.work.base import Work
from scheduling.models.campaigns import Campaign
from scheduling.models.series import Series


class RehearsalRun(Work):
    """A rehearsal that a person or a program asked for, and its result, which is deleted after some days."""

    task = "scheduling.rehearse"
    max_attempts = 3
    lease = timedelta(seconds=30)

    class Reason(models.TextChoices):
        SUPERSEDED = "superseded", _("another rehearsal was asked for")

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, null=True, blank=True, related_name="rehearsals", verbose_name=_("campaign")
    )
    series = models.ForeignKey(
        Series, models.CASCADE, null=True, blank=True, related_name="rehearsals", verbose_name=_("series")
    )
    asked_by = models.CharField(
        _("asked by"), max_length=80, editable=False, help_text="The kind and the number of a person or a client."
    )
    wish = models.JSONField(_("who takes part, and which days"), default=dict)
    in_full = models.BooleanField(_("shows personal facts"), default=False)
    language = models.CharField(_("language"), max_length=12)
    percent = models.PositiveSmallIntegerField(_("percent"), default=0)
    result = models.JSONField(_("result"), null=True, blank=True)
    error = models.JSONField(_("what went wrong"), null=True, blank=True)

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(campaign=None) ^ models.Q(series=None), name="rehearsal_of_one_subject"
            )
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="rehearsal_due"),
            models.Index(fields=["created_at"], name="rehearsal_age"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign or self.series} #{self.pk}"
