"""Callbacks."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from core.work.base import Work
from wecom.models.company import Application
from wecom.models.labels import CALLBACK_EVENTS, MESSAGE_KINDS


class Callback(Work):
    """The inbox: one callback of the platform, stored under its identity to recognise repeats."""

    task = "wecom.handle"
    max_attempts = 6  # the last one only apologises
    # What a claim reads along: whether the member wrote as much as they may in a minute, and is perhaps marked as one
    # whom the application does not reach.
    follows_many: bool = False
    may_be_out_of_range: bool = True
    # Set by a handler whose message is private: its words are deleted as soon as it is handled.
    is_private: bool = False
    # The event that we send ourselves to test whether callbacks arrive; it is not handled.
    PROBE: ClassVar[str] = "openuser_probe"

    class Reason(models.TextChoices):
        STALE = "stale", _("older than six hours: not acted on")
        SUSPECT = "suspect", _("its clock differs from ours")
        LIMITED = "limited", _("more than one person may ask for in a minute: not acted on")
        PROBE = "probe", _("a check of ours: not acted on")

    application = models.ForeignKey(
        Application,
        models.CASCADE,
        db_index=False,  # the unique constraint begins with it
        related_name="callbacks",
        verbose_name=_("application"),
    )
    identity = models.CharField(max_length=64, editable=False)
    kind = models.CharField(_("kind"), max_length=32)
    event = models.CharField(_("event"), max_length=64, blank=True)
    from_user_id = models.CharField(_("from"), max_length=64)
    sent_at = models.DateTimeField(_("sent at"))
    suspect = models.BooleanField(_("clock differs"), default=False)
    body = EncryptedTextField(blank=True, editable=False, may_be_lost=True)

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        permissions = [("read_callback", "Can read what a callback said")]
        constraints = [
            models.UniqueConstraint(fields=["application", "identity"], name="callback_unique_identity"),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="callback_due"),
            models.Index(fields=["order_key", "status", "id"], name="callback_order"),
            models.Index(fields=["order_key", "created_at"], name="callback_pace"),
            models.Index(fields=["cid"], name="callback_cid"),
            models.Index(fields=["from_user_id"], name="callback_sender"),
            # Of the frequent kinds the newest rows are soon read.
            models.Index(fields=["kind", "id"], condition=~models.Q(kind__in=["text", "event"]), name="callback_kind"),
            models.Index(fields=["event", "id"], condition=~models.Q(event=""), name="callback_event"),
        ]

    def __str__(self) -> str:
        return f"{self.what} #{self.pk}"

    @property
    def what(self) -> str:
        """Its kind, in words; the platform's code if we have none."""
        known = CALLBACK_EVENTS.get(self.event) if self.event else MESSAGE_KINDS.get(self.kind)
        return str(known or self.event or self.kind)
