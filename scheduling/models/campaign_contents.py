"""The words of a campaign, in each language and variant."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from avatars.models import DigitalHuman, Presentation, RenderMode, RenderTemplate
from conversations.models import Desk, Flow
from scheduling.models.campaigns import Campaign

EVERY = 100  # per cent


class CampaignContent(models.Model):
    """The words of a campaign in one language and one variant; with one variant, `share` is 100."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="contents", verbose_name=_("campaign"))
    variant = models.CharField(_("variant"), max_length=1, default="A", help_text=_("A, or A and B to compare."))
    share = models.PositiveSmallIntegerField(
        _("share in per cent"), default=EVERY, validators=[MinValueValidator(1), MaxValueValidator(EVERY)]
    )
    language = models.CharField(_("language"), max_length=8, choices=Desk.Language, default=Desk.Language.CHINESE)
    text = models.TextField(
        _("text"),
        blank=True,
        help_text=_("{{name|colleague}} stands for the member's name, or “colleague” where it is not known."),
    )
    literal = models.BooleanField(
        _("as it is written"),
        default=False,
        db_default=False,
        help_text=_("Braces in the text stand for themselves: it has no variables."),
    )
    card = models.JSONField(_("card"), default=dict, blank=True)
    file = models.FileField(_("file"), upload_to="campaigns/", blank=True)
    digital_human = models.ForeignKey(
        DigitalHuman, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("digital human")
    )
    mode = models.CharField(
        _("mode"),
        max_length=24,
        choices=RenderMode,
        blank=True,
        default="",
        db_default="",
        help_text=_("How much of the portrait moves. Leave it empty for the digital human's mode."),
    )
    template = models.ForeignKey(
        RenderTemplate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("video template")
    )
    presentation = models.ForeignKey(
        Presentation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("presentation")
    )
    values = models.JSONField(_("values of its variables"), default=dict, blank=True)
    defaults = models.BooleanField(
        _("with the variables' defaults"),
        default=False,
        db_default=False,
        help_text=_("Members without a value get the default of the variable. Otherwise they are left out."),
    )
    flow = models.ForeignKey(Flow, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("flow"))

    class Meta:
        verbose_name = _("content of a campaign")
        verbose_name_plural = _("contents of campaigns")
        ordering = ("variant", "language")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "variant", "language"], name="campaign_content_once_per_language"
            ),
            models.CheckConstraint(
                condition=models.Q(template=None) | models.Q(presentation=None),
                name="campaign_content_one_video_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.variant} · {self.get_language_display()}"
