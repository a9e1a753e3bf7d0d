"""Golden conversations: the replies that a flow must give in a conversation, so that a change that breaks it shows."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.flows import Flow
from core.parties.acting_client import ClientNameField
from wecom.models import Member


class GoldenConversation(models.Model):
    """A conversation that must go the same way: the turns with the flow's replies in each, recorded from *Try it*."""

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="golden_conversations", verbose_name=_("flow"))
    name = models.CharField(_("name"), max_length=100)
    happens_at = models.DateTimeField(
        _("counts as now"), help_text=_("Dates in answers, such as “tomorrow”, count from this moment.")
    )
    member = models.ForeignKey(
        Member,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("played member"),
        help_text=_("Empty: nobody in particular."),
    )
    circumstances = models.JSONField(_("circumstances"), default=dict, db_default={}, editable=False)
    turns = models.JSONField(_("turns"), editable=False)
    outcome = models.CharField(_("outcome"), max_length=12, blank=True, editable=False)
    created_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("recorded by"),
    )
    client = ClientNameField(_("recorded by the program"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("accepted by"),
        help_text=_("Who accepted what the flow says now."),
    )
    accepted_client = ClientNameField(_("accepted by the program"), default="")

    class Meta:
        verbose_name = _("golden conversation")
        verbose_name_plural = _("golden conversations")
        ordering = ["flow", "name"]
        permissions = [("override_goldenconversation", "Can publish a flow although golden conversations differ")]
        constraints = [models.UniqueConstraint(fields=["flow", "name"], name="golden_unique_name")]

    def __str__(self) -> str:
        return self.name
