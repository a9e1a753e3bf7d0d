"""What members do with a campaign's message: buttons and choices of cards, and links that were opened."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.models.deliveries import CampaignRun
from wecom.models import Member


class CampaignResponse(models.Model):
    """A member's answer to a run: a button, a choice of a vote or form, or a link. Each counts once."""

    class Kind(models.TextChoices):
        CARD = "card", _("pressed on a card")
        LINK = "link", _("opened a link")

    run = models.ForeignKey(CampaignRun, models.CASCADE, related_name="responses", verbose_name=_("run"))
    member = models.ForeignKey(
        Member, models.CASCADE, related_name="campaign_responses", db_index=False, verbose_name=_("member")
    )
    kind = models.CharField(_("kind"), max_length=4, choices=Kind, default=Kind.CARD)
    key = models.CharField(
        _("key"), max_length=255, help_text=_("The key of a button, “question=choice”, or the name of a link.")
    )
    label = models.CharField(_("in words"), max_length=255, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("response to a campaign")
        verbose_name_plural = _("responses to campaigns")
        constraints = [
            models.UniqueConstraint(fields=["member", "run", "kind", "key"], name="campaign_response_once"),
        ]
        indexes = [models.Index(fields=["run", "kind", "at"], name="campaign_response_run")]

    def __str__(self) -> str:
        return f"{self.run_id} ← {self.member_id}: {self.label or self.key}"
