"""Responses of members to a campaign's message: buttons and choices of cards, and links that were opened."""

import secrets

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.models.deliveries import CampaignRun
from wecom.models import Member


def new_token() -> str:
    """A random name for a short address: 96 bits."""
    return secrets.token_urlsafe(12)


class CampaignLink(models.Model):
    """A link in the words of a run, and the short address that counts how often it is opened."""

    run = models.ForeignKey(CampaignRun, models.CASCADE, related_name="links", verbose_name=_("run"))
    variant = models.CharField(_("variant"), max_length=1)
    language = models.CharField(_("language"), max_length=8)
    number = models.PositiveSmallIntegerField(_("number"), help_text=_("Its place among the links of these words."))
    target = models.TextField(_("leads to"))
    token = models.CharField(max_length=16, unique=True, default=new_token, editable=False)

    class Meta:
        verbose_name = _("link of a campaign")
        verbose_name_plural = _("links of campaigns")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["run", "variant", "language", "number"], name="campaign_link_once"),
        ]

    def __str__(self) -> str:
        return self.target


class LinkClicks(models.Model):
    """How often a link was opened within an hour."""

    link = models.ForeignKey(
        CampaignLink, models.CASCADE, related_name="clicks", db_index=False, verbose_name=_("link of a campaign")
    )
    hour = models.DateTimeField(_("hour"))
    count = models.PositiveIntegerField(_("clicks"), default=0)

    class Meta:
        verbose_name = _("clicks on a link")
        verbose_name_plural = _("clicks on links")
        ordering = ("hour", "pk")
        constraints = [models.UniqueConstraint(fields=["link", "hour"], name="link_clicks_once_per_hour")]

    def __str__(self) -> str:
        return f"{self.link_id} · {self.hour:%Y-%m-%d %H:%M}: {self.count}"


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
