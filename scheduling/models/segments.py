"""Segments: members by rules over the directory and facts. Sheets: members by a list that was uploaded."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.parties.acting_client import PartyRow
from wecom.models import Corporation


class SegmentQuerySet(models.QuerySet["Segment"]):
    """Queries on segments."""

    def naming(self, segment: "Segment") -> "list[Segment]":
        """Other segments of the company whose rule names this one."""
        others = self.filter(corporation=segment.corporation_id).exclude(pk=segment.pk).order_by("name")
        return [other for other in others if names_segment(other.rule, segment.pk)]

    def using_fact(self, corporation: int, key: str) -> "list[Segment]":
        """The company's segments whose rule asks for a fact."""
        return [
            segment
            for segment in self.filter(corporation=corporation).order_by("name")
            if names_fact(segment.rule, key)
        ]


class Segment(PartyRow):
    """Members that a rule selects. They are found each time, from the directory and facts of that time.

    `rule_by`, or the program, changed the rule last.
    """

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="segments", verbose_name=_("corporation"))
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=300, blank=True)
    rule: "models.JSONField[Any, Any]" = models.JSONField(
        _("rule"), default=dict, help_text=_("A group of conditions; see the page of the API.")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    rule_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("rule changed by"),
    )
    rule_at = models.DateTimeField(_("rule changed at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints = [
            models.UniqueConstraint(
                fields=["corporation", "name"],
                name="segment_unique_name",
                violation_error_message=_("Another segment has this name. Choose another one."),
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="segment_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class AudienceSheetQuerySet(models.QuerySet["AudienceSheet"]):
    """Queries on sheets."""

    def kept(self) -> "AudienceSheetQuerySet":
        """Those that their uploader confirmed after the preview."""
        return self.filter(kept=True)

    def expired(self, now: Any) -> "AudienceSheetQuerySet":
        """Those to delete: their time is over."""
        return self.filter(expires_at__lte=now)


class AudienceSheet(PartyRow):
    """A list of user IDs that was uploaded as an audience. It is deleted at `expires_at`."""

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="+", verbose_name=_("corporation"))
    name = models.CharField(_("name"), max_length=80)
    kept = models.BooleanField(_("kept"), default=False, help_text=_("Whether it was confirmed after the preview."))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    objects = AudienceSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("uploaded list of members")
        verbose_name_plural = _("uploaded lists of members")

    def __str__(self) -> str:
        return self.name


class AudienceSheetMember(models.Model):
    """A line of a sheet. The user ID may be unknown, or become known with the next sync."""

    sheet = models.ForeignKey(AudienceSheet, models.CASCADE, related_name="members", verbose_name=_("list"))
    line = models.PositiveIntegerField(_("line"))
    user_id = models.CharField(_("user ID"), max_length=64)

    class Meta:
        verbose_name = _("member of an uploaded list")
        verbose_name_plural = _("members of uploaded lists")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "user_id"], name="audiencesheetmember_unique_user_id"),
        ]

    def __str__(self) -> str:
        return self.user_id


def names_segment(rule: Any, key: int) -> bool:
    """Whether the JSON of a rule has a condition on this segment."""
    if not isinstance(rule, dict):
        return False
    if rule.get("subject") == "segment":
        return key in (rule.get("value") or ())
    return any(names_segment(inner, key) for inner in rule.get("rules", ()))


def names_fact(rule: Any, key: str) -> bool:
    """Whether the JSON of a rule has a condition on this fact."""
    if not isinstance(rule, dict):
        return False
    return rule.get("subject") == f"fact:{key}" or any(names_fact(inner, key) for inner in rule.get("rules", ()))
