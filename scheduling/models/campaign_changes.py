"""The history of campaigns: who took which step of their life, when and why."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from scheduling.models.campaigns import Campaign
from scheduling.models.mailings import MailingChange


class CampaignChange(MailingChange):
    """A step in the life of a campaign."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="changes", verbose_name=_("campaign"))
    before = models.CharField(_("from"), max_length=9, choices=Campaign.State, blank=True)
    after = models.CharField(_("to"), max_length=9, choices=Campaign.State)

    class Meta(MailingChange.Meta):
        verbose_name = _("step of a campaign")
        verbose_name_plural = _("steps of campaigns")
        indexes = [models.Index(fields=["campaign", "after"], name="campaign_change_state")]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.before} → {self.after}"
