"""The history of campaigns: who took which step of their life, when and why."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.models.campaigns import Campaign


class CampaignChange(models.Model):
    """A step in the life of a campaign: who, when, why, and what the campaign was like then."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="changes", verbose_name=_("campaign"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    before = models.CharField(_("from"), max_length=9, choices=Campaign.State, blank=True)
    after = models.CharField(_("to"), max_length=9, choices=Campaign.State)
    why = models.CharField(_("why"), max_length=300, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    description = models.JSONField(_("what it was like"), default=dict, blank=True)

    class Meta:
        verbose_name = _("step of a campaign")
        verbose_name_plural = _("steps of campaigns")
        ordering = ("-pk",)
        indexes = [models.Index(fields=["campaign", "after"], name="campaign_change_state")]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.before} → {self.after}"
