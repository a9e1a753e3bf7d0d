"""Errands: background jobs whose result is sent to the member."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.messages import Conversation, Message
from core.fields import EncryptedTextField
from core.work.base import Work


class Errand(Work):
    """A background job with a deadline and a fallback text (外部请求), run outside transactions.

    It is a question to a service, or the transcription of a recording, whose media ID is `question` then. A recording
    is answered, or, while a person answers the member, only written down for the desk.
    """

    task = "conversations.errand"
    max_attempts = 4
    lease = timedelta(seconds=20)  # extended during the call, so another worker takes over in time if this one dies

    class Kind(models.TextChoices):
        QUESTION = "question", _("question to a service")
        GROUNDED = "grounded", _("question that a language model answers from sources")
        RECORDING = "recording", _("voice message")
        TRANSCRIPT = "transcript", _("voice message to a person")
        CALL = "call", _("call of a flow")

    class Reason(models.TextChoices):
        LATE = "late", _("no answer in time")
        REFUSED = "refused", _("the service refused")
        BUSY = "busy", _("the service is busy")
        EMPTY = "empty", _("the service had no answer")
        UNKNOWN = "unknown_service", _("no such service is configured")
        HELD = "in_flow", _("waits for the end of a flow")
        OVERTAKEN = "overtaken", _("the conversation has moved on")

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="errands", verbose_name=_("conversation")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.QUESTION)
    message = models.ForeignKey(
        Message, models.SET_NULL, null=True, blank=True, related_name="errands", verbose_name=_("message")
    )
    provider = models.CharField(_("service"), max_length=40)
    question = EncryptedTextField(_("question"), blank=True, editable=False)
    language = models.CharField(_("language"), max_length=8)
    deadline_at = models.DateTimeField(_("deadline"))
    told_at = models.DateTimeField(_("told to wait at"), null=True, blank=True, editable=False)
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("errand")
        verbose_name_plural = _("errands")
        indexes = [
            models.Index(fields=["status", "due_at"], name="errand_due"),
            models.Index(fields=["cid"], name="errand_cid"),
            models.Index(fields=["provider", "-id"], name="errand_provider"),
            models.Index(fields=["kind", "id"], name="errand_kind"),
            models.Index(fields=["-id"], condition=~models.Q(reason=""), name="errand_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} #{self.pk}"
